/** Fair share: rules L144 and L145. */
import { describe, expect, it } from 'vitest';
import { mineView } from '../../../server/ledger/mine-view.ts';
import type { FairShare } from '../../../shared/domain.ts';
import { DAY, HOUR } from '../../../shared/time.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';
import { aViewContext } from '../../support/a-view-context.ts';
import { checkHistory } from '../../support/ledger-history.ts';

const RULES: FairShare = { halfLifeMs: 7 * DAY, idlePerClassMs: 2 * HOUR, maximumClasses: 2 };

/** One seat, held by ann. */
async function anOffice(fairShare: FairShare | null = RULES): Promise<TestLedger> {
  const t = await aLedger();
  await t.counted('cad', { fairShare });
  await t.start('ann');
  return t;
}

const note = (t: TestLedger, userId: string, idleMs: number, leaseId = 'gone') =>
  t.ask({ kind: 'note-idle', userId, parts: [{ poolId: 'cad', leaseId, idleMs }] });
const debt = (t: TestLedger, userId: string) => t.state.users.get(userId)?.idleDebts.get('cad')?.idleMs;
const ticketOf = (t: TestLedger, userId: string) =>
  [...t.state.tickets.values()].find((ticket) => ticket.userId === userId);

describe('fair share', () => {
  it('[L144] makes the class of a ticket higher by the noted time, at most by the stated number, visibly', async () => {
    const t = await anOffice();
    await note(t, 'bob', HOUR);
    await note(t, 'bob', 1.5 * HOUR);
    await note(t, 'cy', 100 * HOUR);

    for (const name of ['cy', 'bob', 'dan']) await t.queue(name);

    expect(t.waiting()).toEqual(['dan', 'bob', 'cy']);
    expect(ticketOf(t, 'bob')).toMatchObject({ priorityClass: 6, fairShareClasses: 1 });
    const mine = mineView(t.state, 'cy', () => true, aViewContext(t));
    expect(mine.tickets).toMatchObject([{ fairShareClasses: 2, place: 3, peopleAhead: 2 }]);
    await checkHistory(t);
  });

  it('[L144] fades by half every half-life, and a clock that is set back does not make it grow', async () => {
    const t = await anOffice();
    await note(t, 'bob', 4 * HOUR);
    await t.clock.advanceAsync(7 * DAY);
    await note(t, 'bob', HOUR);
    expect(debt(t, 'bob')).toBe(3 * HOUR);

    t.clock.jump(-30 * DAY);
    await note(t, 'bob', HOUR);

    expect(debt(t, 'bob')).toBe(4 * HOUR);
    await checkHistory(t);
  });

  it('[L144] takes a correction of the past back, down to nothing', async () => {
    const t = await anOffice();
    await note(t, 'bob', 3 * HOUR);
    await note(t, 'bob', -2 * HOUR);
    expect(debt(t, 'bob')).toBe(HOUR);

    await note(t, 'bob', -2 * HOUR);

    expect([debt(t, 'bob'), t.state.users.has('bob')]).toEqual([undefined, false]);
    await checkHistory(t);
  });

  it('[L144] notes nothing where it is off, and nothing of a seat that several sessions share', async () => {
    const off = await anOffice(null);
    await note(off, 'bob', 50 * HOUR);
    expect(debt(off, 'bob')).toBe(undefined);

    const t = await anOffice();
    await t.start('ann-2', { user: 'ann' });
    const [leaseId = ''] = t.state.leases.keys();
    await note(t, 'ann', 50 * HOUR, leaseId);
    expect(debt(t, 'ann')).toBe(undefined);
    await t.end('ann-2');
    await note(t, 'ann', HOUR, leaseId);
    expect(debt(t, 'ann')).toBe(HOUR);
  });

  it('[L145] costs no seat, no place of a ticket that waits already, and nothing of a free seat', async () => {
    const t = await anOffice();
    await t.queue('bob');
    await t.queue('cy');

    await note(t, 'ann', 50 * HOUR);
    await note(t, 'bob', 50 * HOUR);

    expect([t.holders(), t.waiting()]).toEqual([['ann'], ['bob', 'cy']]);
    await t.pool('cad', { capacity: 5, fairShare: RULES });
    await note(t, 'dan', 50 * HOUR);
    await t.start('dan');
    expect(t.seat('dan')).toBe('held');
    await checkHistory(t);
  });
});
