import { describe, expect, it } from 'vitest';
import { type MemberCounters, type TreeReading, treeUsage } from '../../../main/agent/sensors/tree-usage.ts';

const BEFORE_MS = 100_000;

function aMember(pid: number, cpuMs: number, more: Partial<MemberCounters> = {}): MemberCounters {
  return {
    ...{ pid, ppid: 1, startKey: '1', name: `p${pid}`, startedAtMs: 0, isWorker: false },
    counters: { cpuMs },
    ...more,
  };
}
const reading = (atMs: number, ...members: MemberCounters[]): TreeReading => ({
  atMs,
  atMonotonicMs: atMs,
  members,
});
const earlier = (...members: MemberCounters[]) => reading(BEFORE_MS, ...members);
const after5s = (...members: MemberCounters[]) => reading(BEFORE_MS + 5_000, ...members);
const percent = (a: TreeReading, b: TreeReading) => rounded(treeUsage(a, b).percentOfCore);
const rounded = (value: number | null) => (value === null ? null : Math.round(value));

describe('[H14] CPU of a tree', () => {
  it('is the sum over its members, in percent of one core', () => {
    expect(
      percent(earlier(aMember(1, 100), aMember(2, 0)), after5s(aMember(1, 600), aMember(2, 5_000))),
    ).toBe(110);
  });

  it('counts many short children through their parent', () => {
    const parent = (reapedCpuMs: number) => aMember(1, 100, { counters: { cpuMs: 100, reapedCpuMs } });

    expect(percent(earlier(parent(0)), after5s(parent(2_500)))).toBe(50);
  });

  it('does not count a child twice when its parent inherits its total', () => {
    const child = aMember(2, 10_000, { ppid: 1 });
    const parent = (reapedCpuMs: number) => aMember(1, 0, { counters: { cpuMs: 0, reapedCpuMs } });

    expect(percent(earlier(parent(0), child), after5s(parent(10_250)))).toBe(5);
  });

  it('does not count a grandchild twice when both were inherited', () => {
    const script = aMember(2, 10, { ppid: 1 });
    const solver = aMember(3, 10_000, { ppid: 2 });
    const parent = (reapedCpuMs: number) => aMember(1, 0, { counters: { cpuMs: 0, reapedCpuMs } });

    expect(percent(earlier(parent(0), script, solver), after5s(parent(10_260)))).toBe(5);
  });

  it('keeps the work of the others where parents inherit nothing, as on Windows', () => {
    const child = aMember(2, 10_000, { ppid: 1 });

    expect(percent(earlier(aMember(1, 0), child), after5s(aMember(1, 500)))).toBe(10);
  });

  it('keeps the work of the others when a child that nobody in the tree waited for ends', () => {
    const detached = aMember(2, 10_000, { ppid: 999 });

    expect(percent(earlier(aMember(1, 0), detached), after5s(aMember(1, 500)))).toBe(10);
  });

  it('counts a new child from its start, and a member that joined late from now on', () => {
    const started = aMember(2, 1_000, { startedAtMs: BEFORE_MS + 100 });
    const joined = aMember(3, 90_000, { startedAtMs: BEFORE_MS - 50_000 });

    expect(percent(earlier(aMember(1, 0)), after5s(aMember(1, 0), started, joined))).toBe(20);
  });

  it('[H1] takes a pid that came back for a new process', () => {
    const again = aMember(2, 500, { startKey: '2', startedAtMs: BEFORE_MS + 100 });

    expect(percent(earlier(aMember(1, 0), aMember(2, 9_000)), after5s(aMember(1, 0), again))).toBe(10);
  });

  it('is unknown where nobody tells, and never negative', () => {
    expect(percent(earlier(aMember(1, 0)), after5s(aMember(1, 0, { counters: {} })))).toBeNull();
    expect(percent(earlier(aMember(1, 500)), after5s(aMember(1, 100)))).toBe(0);
    expect(percent(after5s(aMember(1, 0)), after5s(aMember(1, 900)))).toBeNull();
  });
});

it('disk bytes are read and written ones together, unknown where unreadable', () => {
  const io = (bytes: number) => aMember(1, 0, { counters: { readBytes: bytes, writeBytes: bytes } });

  expect(treeUsage(earlier(io(0)), after5s(io(4_096))).diskBytes).toBe(8_192);
  expect(treeUsage(earlier(aMember(1, 0)), after5s(aMember(1, 0))).diskBytes).toBeNull();
});

it('the busiest worker is named; the application itself is none', () => {
  const worker = (pid: number, cpuMs: number) => aMember(pid, cpuMs, { isWorker: true });

  expect(
    treeUsage(
      earlier(aMember(1, 0), worker(2, 0), worker(3, 0)),
      after5s(aMember(1, 5_000), worker(2, 100), worker(3, 4_000)),
    ).busiestWorker,
  ).toEqual({ name: 'p3', percentOfCore: 80 });
});
