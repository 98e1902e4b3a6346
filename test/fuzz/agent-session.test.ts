/** Random lives of applications: whatever the sensors report, the intervals of a session add up to its life. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrackerInput } from '../../main/agent/session/session-tracker.ts';
import { decodeTrackerState, encodeTrackerState } from '../../main/agent/session/tracker-state.ts';
import type { ActiveReason } from '../../shared/domain.ts';
import type { FactOf } from '../../shared/protocol.ts';
import { factSchema } from '../../shared/protocol.ts';
import { anInstance, EIGHT, TrackerDriver } from '../support/a-tracker.ts';

const pid = fc.integer({ min: 1, max: 4 });
const productId = fc.constantFrom('freecad', 'libreoffice', 'unknown-product');
const instance = fc
  .record({
    rootPid: pid,
    productId,
    agoMs: fc.integer({ min: -60_000, max: 900_000 }),
    underHold: fc.boolean(),
  })
  .map(({ rootPid, productId, agoMs, underHold }) => ({
    agoMs,
    value: anInstance({ rootPid, productId, ancestorPids: underHold ? [900, 1] : [1] }),
  }));
const reason: fc.Arbitrary<ActiveReason> = fc.oneof(
  fc.record({
    kind: fc.constant('input' as const),
    inputAgoMs: fc.double({ min: -5, max: 1e6, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('cpu' as const),
    percentOfCore: fc.double({ min: 0, max: 1e9 }),
    floorPercent: fc.constant(5),
  }),
  fc.record({
    kind: fc.constant('busy-child' as const),
    childName: fc.string({ unit: 'binary' }),
    percentOfCore: fc.double(),
  }),
  fc.constant({ kind: 'idle-unknown' as const, because: 'source-failed' as const }),
);

type Step = (atMs: number) => TrackerInput;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: instance.map(
      ({ agoMs, value }): Step =>
        (atMs) => ({ kind: 'instance-appeared', atMs, instance: { ...value, startedAtMs: atMs - agoMs } }),
    ),
  },
  {
    weight: 8,
    arbitrary: fc.tuple(instance, fc.nat({ max: 1_200_000 }), fc.array(reason, { maxLength: 3 })).map(
      ([{ value }, agoMs, reasons]): Step =>
        (atMs) => ({
          kind: 'instance-activity',
          atMs,
          instanceKey: value.instanceKey,
          evidence: { lastActiveAtMs: atMs - agoMs, reasons, percentOfCore: 2 },
        }),
    ),
  },
  {
    weight: 2,
    arbitrary: instance.map(
      ({ value }): Step =>
        (atMs) => ({ kind: 'instance-vanished', atMs, instanceKey: value.instanceKey }),
    ),
  },
  fc.constantFrom<Step>(
    (atMs) => ({ kind: 'locked', atMs }),
    (atMs) => ({ kind: 'unlocked', atMs }),
    (atMs) => ({ kind: 'machine-suspended', atMs: atMs - 20_000 }),
    (atMs) => ({ kind: 'machine-resumed', atMs }),
    (atMs) => ({ kind: 'still-watching', atMs }),
    (atMs) => ({ kind: 'hold-started', atMs, sessionId: `hold-${atMs}`, productId: 'freecad', pid: 900 }),
    (atMs) => ({ kind: 'holds-lapsed', atMs }),
    (atMs) => ({ kind: 'products-removed', atMs, productIds: ['libreoffice'] }),
    (atMs) => ({ kind: 'agent-started', atMs, bootId: 'boot-1' }),
    (atMs) => ({ kind: 'agent-started', atMs, bootId: 'boot-2' }),
    (atMs) => ({ kind: 'first-scan-done', atMs }),
  ),
  fc.nat({ max: 3 }).map(
    (index): Step =>
      (atMs) => ({ kind: 'hold-ended', atMs, sessionId: `hold-${index}` }),
  ),
);
/** Mostly forward; sometimes the wall clock is set back. */
const passedMs = fc.oneof(
  { weight: 12, arbitrary: fc.nat({ max: 400_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -3_000_000, max: -1 }) },
);
const life = fc.array(fc.tuple(passedMs, step), { minLength: 15, maxLength: 100, size: 'max' });

function play(steps: readonly (readonly [number, Step])[]): { driver: TrackerDriver; nowMs: number } {
  const driver = new TrackerDriver();
  let nowMs = EIGHT;
  driver.start(nowMs);
  for (const [passed, make] of steps) {
    nowMs += passed;
    driver.send(make(nowMs));
  }
  return { driver, nowMs };
}

function latestIntervals(driver: TrackerDriver, sessionId: string): FactOf<'interval'>[] {
  const latest = new Map<string, FactOf<'interval'>>();
  for (const fact of driver.only('interval'))
    if (fact.sessionId === sessionId) latest.set(fact.intervalId, fact);
  return [...latest.values()].toSorted(
    (a, b) => a.fromMs - b.fromMs || (a.toMs ?? Infinity) - (b.toMs ?? Infinity),
  );
}

describe('the session tracker under random observations', () => {
  it('[E4] [E14] [E18] tells lives whose intervals meet end to end and that end at most once', () => {
    let ended = 0;
    let corrected = 0;
    fc.assert(
      fc.property(life, (steps) => {
        const { driver, nowMs } = play(steps);
        const open = new Map(driver.state.sessions.map((session) => [session.sessionId, session]));
        const started = driver.only('session-started');

        expect(new Set(started.map(({ sessionId }) => sessionId)).size).toBe(started.length);
        for (const { sessionId, startedAtMs } of started) {
          const ends = driver.only('session-ended').filter((fact) => fact.sessionId === sessionId);
          const intervals = latestIntervals(driver, sessionId);
          expect(ends).toHaveLength(open.has(sessionId) ? 0 : 1);
          expect(intervals[0]?.fromMs).toBe(startedAtMs);
          for (const [index, { toMs }] of intervals.entries()) {
            const next = intervals[index + 1];
            expect(toMs).toBe(next ? next.fromMs : (ends[0]?.endedAtMs ?? null));
          }
          const covered = intervals.reduce((sum, { fromMs, toMs }) => sum + ((toMs ?? nowMs) - fromMs), 0);
          expect(covered).toBe((ends[0]?.endedAtMs ?? nowMs) - startedAtMs);
          ended += ends.length;
          corrected += intervals.length;
        }
      }),
      { numRuns: 1_500 },
    );
    expect(ended).toBeGreaterThan(500);
    expect(corrected).toBeGreaterThan(1_000);
  });

  it('[E34] tells only facts that fit the protocol, whatever names and numbers the sensors report', () => {
    fc.assert(
      fc.property(life, (steps) => {
        for (const fact of play(steps).driver.facts) expect(factSchema.safeParse(fact).error).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('[E19] comes back from the disk as it went there, at any point of any life', () => {
    fc.assert(
      fc.property(life, (steps) => {
        const { state } = play(steps).driver;
        expect(decodeTrackerState(encodeTrackerState(state))).toEqual({ ok: true, value: state });
      }),
      { numRuns: 300 },
    );
  });

  it('refuses any other text instead of guessing', () => {
    const whole = encodeTrackerState(
      play([[1_000, (atMs) => ({ kind: 'instance-appeared', atMs, instance: anInstance() })]]).driver.state,
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.nat({ max: whole.length - 1 }).map((end) => whole.slice(0, end)),
        ),
        (text) => {
          expect(decodeTrackerState(text)).toMatchObject({ ok: false, code: 'BAD_STATE' });
        },
      ),
      { numRuns: 500 },
    );
  });
});
