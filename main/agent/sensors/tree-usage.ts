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

const cpuOf = ({ cpuMs, reapedCpuMs }: ProcessCounters) =>
  cpuMs === undefined ? undefined : cpuMs + (reapedCpuMs ?? 0);
const diskOf = ({ readBytes, writeBytes }: ProcessCounters) =>
  readBytes === undefined || writeBytes === undefined ? undefined : readBytes + writeBytes;

export function treeUsage(before: TreeReading, now: TreeReading): TreeUsage {
  const elapsedMs = now.atMonotonicMs - before.atMonotonicMs;
  if (elapsedMs <= 0) return { percentOfCore: null, diskBytes: null, busiestWorker: undefined };
  const cpuMs = growth(before, now, cpuOf);
  const diskBytes = growth(before, now, diskOf);
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
function growth(
  before: TreeReading,
  now: TreeReading,
  totalOf: (counters: ProcessCounters) => number | undefined,
): number | null {
  const old = new Map(before.members.map((member) => [keyOf(member), member]));
  let grown = 0;
  let known = 0;
  for (const member of now.members) {
    const total = totalOf(member.counters);
    if (total === undefined) continue;
    known += 1;
    grown += gained(total, old.get(keyOf(member)), member.startedAtMs >= before.atMs, totalOf);
  }
  if (known === 0) return null;
  const alive = new Set(now.members.map(keyOf));
  const pids = new Set(now.members.map(({ pid }) => pid));
  for (const member of before.members)
    if (!alive.has(keyOf(member)) && pids.has(member.ppid)) grown -= totalOf(member.counters) ?? 0;
  return Math.max(0, grown);
}

/** A member that is older than the last reading and was not in it joined meanwhile: its past is not ours. */
function gained(
  total: number,
  old: MemberCounters | undefined,
  isNew: boolean,
  totalOf: (counters: ProcessCounters) => number | undefined,
): number {
  const oldTotal = old && totalOf(old.counters);
  if (oldTotal !== undefined) return Math.max(0, total - oldTotal);
  return isNew ? total : 0;
}

function busiestWorker(
  before: TreeReading,
  now: TreeReading,
  percent: (ms: number) => number,
): TreeUsage['busiestWorker'] {
  const old = new Map(before.members.map((member) => [keyOf(member), member]));
  let busiest: TreeUsage['busiestWorker'];
  for (const member of now.members) {
    const total = cpuOf(member.counters);
    if (!member.isWorker || total === undefined) continue;
    const used = percent(gained(total, old.get(keyOf(member)), member.startedAtMs >= before.atMs, cpuOf));
    if (used > (busiest?.percentOfCore ?? 0)) busiest = { name: member.name, percentOfCore: used };
  }
  return busiest;
}

function keyOf({ pid, startKey }: MemberCounters): string {
  return `${pid} ${startKey}`;
}
