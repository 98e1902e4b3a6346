/** What a tree of processes used between two readings of its counters. Pure. */
import type { ProcessCounters } from './os/ports.ts';

/** Counters of one member at one instant. */
export interface MemberCounters {
  readonly pid: number;
  readonly ppid: number;
  readonly startKey: string;
  readonly name: string;
  readonly startedAtMs: number;
  readonly isWorker: boolean;
  readonly counters: ProcessCounters;
}

export interface TreeReading {
  readonly atMonotonicMs: number;
  readonly atMs: number;
  readonly members: readonly MemberCounters[];
}

export interface TreeUsage {
  /** Of one core; null where no member tells, or at the first reading. */
  readonly percentOfCore: number | null;
  /** Read and written since the last reading; null where no member tells. */
  readonly diskBytes: number | null;
  /** The solver or renderer that used most. */
  readonly busiestWorker: { readonly name: string; readonly percentOfCore: number } | undefined;
}

/** One kind of total, and the part of it that a parent inherits from children for which it waited. */
interface Total {
  of(counters: ProcessCounters): number | undefined;
  inherited(counters: ProcessCounters): number | undefined;
}

const CPU: Total = {
  of: ({ cpuMs, reapedCpuMs }) => (cpuMs === undefined ? undefined : cpuMs + (reapedCpuMs ?? 0)),
  inherited: ({ reapedCpuMs }) => reapedCpuMs,
};
/** Linux adds a child's bytes to its parent's without telling them apart. */
const DISK: Total = {
  of: ({ readBytes, writeBytes }) =>
    readBytes === undefined || writeBytes === undefined ? undefined : readBytes + writeBytes,
  inherited: (counters) => DISK.of(counters),
};

export function treeUsage(before: TreeReading, now: TreeReading): TreeUsage {
  const elapsedMs = now.atMonotonicMs - before.atMonotonicMs;
  if (elapsedMs <= 0) return { percentOfCore: null, diskBytes: null, busiestWorker: undefined };
  const cpuMs = growth(before, now, CPU);
  const diskBytes = growth(before, now, DISK);
  const percent = (ms: number) => (ms / elapsedMs) * 100;
  return {
    percentOfCore: cpuMs === null ? null : percent(cpuMs),
    diskBytes,
    busiestWorker: busiestWorker(before, now, percent),
  };
}

/**
 * How much a total of the whole tree grew. A parent that waits for a child inherits the child's total, so what an
 * ended child had when we last looked is taken off again; what it used since then stays in.
 */
function growth(before: TreeReading, now: TreeReading, total: Total): number | null {
  const old = new Map(before.members.map((member) => [keyOf(member), member]));
  const inheritedByPid = new Map<number, number>();
  let grown = 0;
  let known = 0;
  for (const member of now.members) {
    const value = total.of(member.counters);
    if (value === undefined) continue;
    known += 1;
    const earlier = old.get(keyOf(member));
    grown += gained(value, earlier, member.startedAtMs >= before.atMs, total);
    const inherited = total.inherited(member.counters) ?? 0;
    inheritedByPid.set(member.pid, inherited - ((earlier && total.inherited(earlier.counters)) ?? 0));
  }
  if (known === 0) return null;
  for (const [heirPid, value] of leftBehind(before, now, total))
    grown -= Math.min(value, Math.max(0, inheritedByPid.get(heirPid) ?? 0));
  return Math.max(0, grown);
}

/** What ended members had at the last reading, by the pid of the living member that may have inherited it. */
function leftBehind(before: TreeReading, now: TreeReading, total: Total): ReadonlyMap<number, number> {
  const alive = new Set(now.members.map(keyOf));
  const ended = before.members.filter((member) => !alive.has(keyOf(member)));
  const parentOfEnded = new Map(ended.map(({ pid, ppid }) => [pid, ppid]));
  const values = new Map<number, number>();
  for (const member of ended) {
    let heirPid = member.ppid;
    for (let step = 0; step < ended.length && parentOfEnded.has(heirPid); step++)
      heirPid = parentOfEnded.get(heirPid) ?? heirPid;
    values.set(heirPid, (values.get(heirPid) ?? 0) + (total.of(member.counters) ?? 0));
  }
  return values;
}

/** A member that is older than the last reading and was not in it joined meanwhile: its past is not ours. */
function gained(value: number, earlier: MemberCounters | undefined, isNew: boolean, total: Total): number {
  const earlierValue = earlier && total.of(earlier.counters);
  if (earlierValue !== undefined) return Math.max(0, value - earlierValue);
  return isNew ? value : 0;
}

function busiestWorker(
  before: TreeReading,
  now: TreeReading,
  percent: (ms: number) => number,
): TreeUsage['busiestWorker'] {
  const old = new Map(before.members.map((member) => [keyOf(member), member]));
  let busiest: TreeUsage['busiestWorker'];
  for (const member of now.members) {
    const value = CPU.of(member.counters);
    if (!member.isWorker || value === undefined) continue;
    const used = percent(gained(value, old.get(keyOf(member)), member.startedAtMs >= before.atMs, CPU));
    if (used > (busiest?.percentOfCore ?? 0)) busiest = { name: member.name, percentOfCore: used };
  }
  return busiest;
}

function keyOf({ pid, startKey }: MemberCounters): string {
  return `${pid} ${startKey}`;
}
