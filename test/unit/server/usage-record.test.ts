import { describe, expect, it } from 'vitest';
import type { UsageGrantRow, UsageIntervalRow, UsageSessionRow } from '../../../server/stores/records.ts';
import { intersect, lengthMs, subtract, unite } from '../../../server/usage/stretches.ts';
import { makeUsageRecord } from '../../../server/usage/usage-record.ts';
import type { Activity } from '../../../shared/domain.ts';
import { MINUTE } from '../../../shared/time.ts';

const START = Date.UTC(2026, 10, 22, 8);
const at = (minutes: number) => START + minutes * MINUTE;

const session: UsageSessionRow = {
  sessionId: 's1',
  userId: 'ana',
  workstationId: 'cad-07',
  productId: 'freecad',
  startedAtMs: at(0),
  endedAtMs: at(60),
  endReason: 'exit',
  usageIdleAfterMs: 5 * MINUTE,
};
const grant = (from: number, to: number | null, leaseId = 'l1'): UsageGrantRow => ({
  sessionId: 's1',
  leaseId,
  poolId: 'pool',
  fromMs: at(from),
  toMs: to === null ? null : at(to),
});
const activityOf = (state: Activity['state'], sinceMs: number): Activity => {
  if (state === 'active') return { state, sinceMs, reasons: [] };
  if (state === 'idle') return { state, sinceMs, reason: { kind: 'no-input', percentOfCore: 0 } };
  return { state, sinceMs };
};
const stretch = (state: Activity['state'], from: number, to: number | null): UsageIntervalRow => ({
  intervalId: `${state}-${from}`,
  sessionId: 's1',
  activity: activityOf(state, at(from)),
  fromMs: at(from),
  toMs: to === null ? null : at(to),
  projectId: null,
});
function minutesOf(intervals: UsageIntervalRow[], grants: UsageGrantRow[], over: object = {}) {
  const record = makeUsageRecord({
    session: { ...session, ...over },
    intervals,
    grants,
    names: { userName: 'Ana', workstationName: 'cad-07', productName: 'FreeCAD', simulated: false },
    isCounted: true,
    nowMs: at(100),
  });
  const { grantedMs, actualMs, overageMs } = record;
  return [grantedMs, actualMs, overageMs].map((ms) => ms / MINUTE);
}

describe('usage record', () => {
  it('counts granted time as used where nothing else is known', () => {
    expect(minutesOf([], [grant(0, 60)])).toEqual([60, 60, 0]);
  });

  it('takes a silence of exactly five minutes out of the actual time, and none that is shorter', () => {
    expect(minutesOf([stretch('idle', 10, 15)], [grant(0, 60)])).toEqual([60, 55, 0]);
    expect(minutesOf([stretch('idle', 10, 14.99)], [grant(0, 60)])).toEqual([60, 60, 0]);
  });

  it('sees one gap where idle goes over into locked and suspended', () => {
    const gap = [stretch('idle', 10, 13), stretch('locked', 13, 16), stretch('suspended', 16, 18)];

    expect(minutesOf(gap, [grant(0, 60)])).toEqual([60, 52, 0]);
  });

  it('sees two gaps where activity lies between, and keeps both when each is short', () => {
    const gaps = [stretch('idle', 10, 14), stretch('active', 14, 15), stretch('idle', 15, 19)];

    expect(minutesOf(gaps, [grant(0, 60)])).toEqual([60, 60, 0]);
  });

  it('lets activity win where two intervals disagree', () => {
    expect(minutesOf([stretch('idle', 10, 30), stretch('active', 12, 28)], [grant(0, 60)])).toEqual([
      60, 60, 0,
    ]);
  });

  it('takes from a long silence only what lies in granted time', () => {
    expect(minutesOf([stretch('idle', 0, 20)], [grant(18, 60)])).toEqual([42, 40, 18]);
  });

  it('counts time without a seat as overage, also between two grants', () => {
    expect(minutesOf([], [grant(10, 20), grant(30, 60, 'l2')])).toEqual([40, 40, 20]);
  });

  it('counts several leases of one alternative once', () => {
    expect(minutesOf([], [grant(0, 60, 'l1'), grant(0, 60, 'l2')])).toEqual([60, 60, 0]);
  });

  it('lets what is still going on end now, and an open silence with its session', () => {
    expect(minutesOf([stretch('locked', 90, null)], [grant(0, null)], { endedAtMs: null })).toEqual([
      100, 90, 0,
    ]);
    expect(minutesOf([stretch('locked', 50, null)], [grant(0, 60)])).toEqual([60, 50, 0]);
  });

  it('knows no overage of a product that nobody counts', () => {
    const record = makeUsageRecord({
      session,
      intervals: [],
      grants: [],
      names: { userName: 'Ana', workstationName: 'cad-07', productName: 'FreeCAD', simulated: false },
      isCounted: false,
      nowMs: at(100),
    });

    expect(record.overageMs).toBe(0);
  });
});

describe('stretches', () => {
  it('unites what touches and drops what is empty', () => {
    const mixed = [
      { fromMs: 5, toMs: 7 },
      { fromMs: 1, toMs: 3 },
      { fromMs: 3, toMs: 4 },
      { fromMs: 9, toMs: 9 },
    ];

    expect(unite(mixed)).toEqual([
      { fromMs: 1, toMs: 4 },
      { fromMs: 5, toMs: 7 },
    ]);
  });

  it('splits a set into what another covers and what not', () => {
    const a = [
      { fromMs: 0, toMs: 10 },
      { fromMs: 20, toMs: 30 },
    ];
    const b = [
      { fromMs: 2, toMs: 4 },
      { fromMs: 8, toMs: 22 },
    ];

    expect(intersect(a, b)).toEqual([
      { fromMs: 2, toMs: 4 },
      { fromMs: 8, toMs: 10 },
      { fromMs: 20, toMs: 22 },
    ]);
    expect(subtract(a, b)).toEqual([
      { fromMs: 0, toMs: 2 },
      { fromMs: 4, toMs: 8 },
      { fromMs: 22, toMs: 30 },
    ]);
    expect(lengthMs(intersect(a, b)) + lengthMs(subtract(a, b))).toBe(lengthMs(a));
  });
});
