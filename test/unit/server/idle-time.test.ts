/** What of an agent's stretches is idle time of a seat. */
import { describe, expect, it } from 'vitest';
import { makeIdleReader } from '../../../server/agents/idle-time.ts';
import type { UsageGrantRow } from '../../../server/stores/records.ts';
import type { Activity } from '../../../shared/domain.ts';
import { MINUTE } from '../../../shared/time.ts';

const at = (minutes: number) => minutes * MINUTE;
const grant = (over: Partial<UsageGrantRow> = {}): UsageGrantRow => ({
  sessionId: 's',
  leaseId: 'lease',
  poolId: 'pool',
  fromMs: at(10),
  toMs: null,
  ...over,
});
const stretch = (from: number, to: number | null, state: Activity['state'] = 'locked', intervalId = 'i') => ({
  intervalId,
  sessionId: 's',
  activity: { state, sinceMs: at(from) } as Activity,
  fromMs: at(from),
  toMs: to === null ? null : at(to),
});
const minutesOf = (parts: readonly { readonly idleMs: number }[]) =>
  parts.map(({ idleMs }) => idleMs / MINUTE);

describe('idle time of seats', () => {
  it('[L144] is what of an idle or locked stretch lay within the seat', () => {
    const read = makeIdleReader([grant(), grant({ leaseId: 'earlier', fromMs: at(0), toMs: at(4) })], []);

    expect(minutesOf(read(stretch(2, 30, 'idle')))).toEqual([20, 2]);
    expect(minutesOf(read(stretch(40, 50, 'locked', 'j')))).toEqual([10]);
    expect(read(stretch(50, 60, 'active', 'k'))).toEqual([]);
    expect(read(stretch(60, 70, 'suspended', 'l'))).toEqual([]);
    expect(read(stretch(70, null, 'idle', 'm'))).toEqual([]);
    expect(read({ ...stretch(10, 20, 'idle', 'n'), sessionId: 'other' })).toEqual([]);
  });

  it('[L144] counts a stretch that is told again only by the difference', () => {
    const read = makeIdleReader([grant()], [stretch(10, 20)]);

    expect(read(stretch(10, 20))).toEqual([]);
    expect(minutesOf(read(stretch(10, 25)))).toEqual([5]);
    expect(minutesOf(read(stretch(10, 25, 'active')))).toEqual([-15]);
    expect(read(stretch(10, 25, 'active'))).toEqual([]);
  });
});
