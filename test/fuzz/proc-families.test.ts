/** Random lives of random process trees: the bookkeeping never loses or doubles anybody. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Family,
  type FamilyProcess,
  ProcessFamilies,
  type SessionPer,
} from '../../main/agent/sensors/process-families.ts';
import { treeUsage } from '../../main/agent/sensors/tree-usage.ts';

const step = fc.record({
  appear: fc.array(
    fc.record({
      pid: fc.integer({ min: 2, max: 12 }),
      ppid: fc.integer({ min: 1, max: 12 }),
      role: fc.constantFrom('main', 'launcher', 'helper', 'worker', undefined),
      productId: fc.constantFrom('cad', 'gis'),
    }),
    { maxLength: 6 },
  ),
  vanish: fc.array(fc.integer({ min: 2, max: 12 }), { maxLength: 4 }),
  settle: fc.boolean(),
});

function checkFamilies(
  families: readonly Family[],
  open: ReadonlySet<unknown>,
  alive: ReadonlyMap<number, FamilyProcess>,
  sessionPer: SessionPer,
): void {
  expect(new Set(families)).toEqual(open);
  const members = families.flatMap((family) => [...family.members.keys()]);
  expect(new Set(members).size).toBe(members.length);
  for (const family of families) {
    for (const [pid, member] of family.members) expect(alive.get(pid)?.startKey).toBe(member.startKey);
    const mains = [...family.members.values()].filter(({ match }) => match?.role === 'main');
    expect(mains.length).toBeGreaterThan(0);
  }
  if (sessionPer === 'login-session')
    expect(new Set(families.map(({ productId }) => productId)).size).toBe(families.length);
}

it('every instance appears once, vanishes once, and lives exactly while a main process of it lives', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 25 }),
      fc.constantFrom<SessionPer>('instance', 'login-session'),
      (steps, sessionPer) => {
        const all = new ProcessFamilies(() => sessionPer);
        const open = new Set<unknown>();
        const alive = new Map<number, FamilyProcess>();
        let nowMs = 1_000;
        for (const { appear, vanish, settle } of steps) {
          nowMs += 150;
          const vanished = vanish.flatMap((pid) => alive.get(pid) ?? []);
          for (const { pid } of vanished) alive.delete(pid);
          const appeared = appear.map(({ pid, ppid, role, productId }): FamilyProcess => {
            const startKey = alive.get(pid)?.startKey ?? String(nowMs);
            const process = {
              pid,
              ppid,
              startKey,
              name: 'p',
              startedAtMs: nowMs,
              ...(role && { match: { productId, role } }),
            };
            alive.set(pid, process);
            return process;
          });
          const events = [
            ...all.update([...new Map(appeared.map((one) => [one.pid, one])).values()], vanished, nowMs),
            ...(settle ? all.settle(nowMs, ({ pid }) => alive.has(pid)) : []),
          ];
          for (const { kind, family } of events) {
            if (kind === 'appeared') expect(open.has(family)).toBe(false);
            else expect(open.has(family)).toBe(true);
            if (kind === 'vanished') open.delete(family);
            else open.add(family);
          }
          checkFamilies([...all.families()], open, alive, sessionPer);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

it('usage of a tree is never negative and never infinite', () => {
  const member = fc.record({
    pid: fc.integer({ min: 1, max: 6 }),
    ppid: fc.integer({ min: 1, max: 6 }),
    startKey: fc.constantFrom('1', '2'),
    name: fc.constant('p'),
    startedAtMs: fc.nat({ max: 10_000 }),
    isWorker: fc.boolean(),
    counters: fc.record(
      { cpuMs: fc.nat(), reapedCpuMs: fc.nat(), readBytes: fc.nat(), writeBytes: fc.nat() },
      { requiredKeys: [] },
    ),
  });
  const reading = (atMs: number) =>
    fc.array(member, { maxLength: 6 }).map((members) => ({ atMs, atMonotonicMs: atMs, members }));
  fc.assert(
    fc.property(reading(5_000), reading(10_000), (before, now) => {
      const { percentOfCore, diskBytes, busiestWorker } = treeUsage(before, now);
      for (const number of [percentOfCore ?? 0, diskBytes ?? 0, busiestWorker?.percentOfCore ?? 0])
        expect(Number.isFinite(number) && number >= 0).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
