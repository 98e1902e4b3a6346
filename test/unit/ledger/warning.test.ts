/** Announced ends of leases: rules L150 and L151. */
import { describe, expect, it } from 'vitest';
import { mineView } from '../../../server/ledger/mine-view.ts';
import { unsavedWorkOf } from '../../../server/ledger/seats.ts';
import { poolView } from '../../../server/ledger/views.ts';
import type { UnsavedWork } from '../../../shared/domain.ts';
import { MINUTE } from '../../../shared/time.ts';
import { mineSchema, poolViewSchema } from '../../../shared/views.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';
import { aViewContext } from '../../support/a-view-context.ts';
import { checkHistory } from '../../support/ledger-history.ts';

async function aHolder(): Promise<{ t: TestLedger; leaseId: string }> {
  const t = await aLedger();
  await t.counted('cad', { counting: { key: ['user'], instancesPerSeat: null } });
  await t.start('ann');
  const [leaseId = ''] = t.state.leases.keys();
  return { t, leaseId };
}

const warn = (t: TestLedger, leaseId: string, warnMs: number, note = 'a class needs it') =>
  t.ask({ kind: 'end-lease', leaseId, cause: 'admin', note, warnMs });
const report = (
  t: TestLedger,
  leaseId: string,
  unsavedWork: UnsavedWork,
  workstationId: string,
  userId = 'ann',
) => t.ask({ kind: 'report-unsaved', userId, workstationId, leaseId, unsavedWork });
const mine = (t: TestLedger) => mineSchema.parse(mineView(t.state, 'ann', () => true, aViewContext(t)));
const word = (t: TestLedger, leaseId: string) => {
  const warning = t.state.leases.get(leaseId)?.warning;
  return warning ? unsavedWorkOf(warning) : undefined;
};

describe('an announced end', () => {
  it('[L150] is told with reason and time, and comes at that time', async () => {
    const { t, leaseId } = await aHolder();
    await t.queue('bob');

    expect(await warn(t, leaseId, 5 * MINUTE)).toMatchObject({ ok: true, value: { leaseIds: [leaseId] } });

    const untilMs = t.clock.wallMs() + 5 * MINUTE;
    expect(mine(t).warnings).toEqual([
      {
        ...{ leaseId, productId: 'cad', productName: 'cad', note: 'a class needs it', untilMs },
        sessionIds: ['ann'],
        unsavedWork: null,
      },
    ]);
    const pool = poolViewSchema.parse(poolView(t.state, 'cad', aViewContext(t)));
    expect(pool.holders).toMatchObject([{ leaseId, warnedUntilMs: untilMs }]);
    await t.pass(4 * MINUTE, 'ann');
    expect(t.holders()).toEqual(['ann']);

    const before = t.state.eventNumber;
    await t.pass(2 * MINUTE, 'ann');

    expect((await t.recordedSince(before))[1]).toMatchObject({
      kind: 'lease-ended',
      reason: 'admin',
      note: 'a class needs it',
    });
    expect([t.offered(), t.seat('ann'), mine(t).warnings]).toEqual([['bob'], 'overage', []]);
    await checkHistory(t);
  });

  it('[L150] comes at once without a time, and a proven reclaim is never announced', async () => {
    const { t, leaseId } = await aHolder();
    await warn(t, leaseId, 0);
    expect(t.holders()).toEqual([]);
    await t.start('ann-2', { user: 'ann', workstation: 'other' });
    const [second = ''] = t.state.leases.keys();

    await t.ask({ kind: 'end-lease', leaseId: second, cause: 'reclaimed', note: '', warnMs: MINUTE });

    expect(t.holders()).toEqual([]);
  });

  it('[L150] is taken back, or given anew with another time', async () => {
    const { t, leaseId } = await aHolder();
    expect(await t.ask({ kind: 'withdraw-warning', leaseId })).toMatchObject({ code: 'NOT_FOUND' });
    await warn(t, leaseId, 2 * MINUTE);
    await warn(t, leaseId, 10 * MINUTE, 'another reason');
    await t.pass(5 * MINUTE, 'ann');
    expect(mine(t).warnings).toMatchObject([{ note: 'another reason' }]);

    await t.ask({ kind: 'withdraw-warning', leaseId });

    await t.pass(10 * MINUTE, 'ann');
    expect([t.holders(), mine(t).warnings]).toEqual([['ann'], []]);
    expect(mine(t).notices).toMatchObject([{ kind: 'warning-withdrawn' }]);
    await checkHistory(t);
  });

  it('[L150] [L54] runs its whole time anew when the server was away, and never within a grace', async () => {
    const { t, leaseId } = await aHolder();
    await warn(t, leaseId, 7 * MINUTE);
    await t.pass(6 * MINUTE, 'ann');

    await t.ask({ kind: 'start-grace', cause: 'server-start' });

    await t.pass(6 * MINUTE, 'ann');
    expect(t.holders()).toEqual(['ann']);
    await t.pass(2 * MINUTE, 'ann');
    expect(t.holders()).toEqual([]);
    await checkHistory(t);
  });

  it('[L150] ends with the lease', async () => {
    const { t, leaseId } = await aHolder();
    await warn(t, leaseId, 5 * MINUTE);

    await t.end('ann');

    expect([t.state.leases.size, mine(t).warnings]).toEqual([0, []]);
    await checkHistory(t);
  });
});

describe('unsaved work', () => {
  it('[L151] is what the holder’s machines say, the worst of them, and only while an end is announced', async () => {
    const { t, leaseId } = await aHolder();
    expect(
      (
        await t.record({
          kind: 'report-unsaved',
          userId: 'ann',
          workstationId: 'a',
          leaseId,
          unsavedWork: 'no',
        })
      ).length,
    ).toBe(0);
    await warn(t, leaseId, 10 * MINUTE);
    expect(word(t, leaseId)).toBe(null);

    await report(t, leaseId, 'no', 'pc-1');
    expect(word(t, leaseId)).toBe('no');
    await report(t, leaseId, 'unknown', 'pc-2');
    expect(word(t, leaseId)).toBe('unknown');
    await report(t, leaseId, 'yes', 'pc-1');
    expect([word(t, leaseId), mine(t).warnings[0]?.unsavedWork]).toEqual(['yes', 'yes']);
    await report(t, leaseId, 'no', 'pc-1');
    await report(t, leaseId, 'no', 'pc-2');
    expect(word(t, leaseId)).toBe('no');

    expect(await report(t, leaseId, 'yes', 'pc-1', 'eve')).toMatchObject({ code: 'NOT_YOURS' });
    const repeated = await t.record({
      ...{ kind: 'report-unsaved', userId: 'ann', workstationId: 'pc-1', leaseId },
      unsavedWork: 'no',
    });
    expect(repeated).toEqual([]);
    await checkHistory(t);
  });
});
