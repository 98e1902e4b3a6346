/** What people see of the state, and who is told. */
import { describe, expect, it } from 'vitest';
import { mineView } from '../../../server/ledger/mine-view.ts';
import { touchedBy, waitingUserIds } from '../../../server/ledger/pushes.ts';
import { poolView, poolViews, productViews } from '../../../server/ledger/views.ts';
import { mineSchema, poolViewSchema, productViewSchema } from '../../../shared/views.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';
import { aViewContext } from '../../support/a-view-context.ts';

async function aBusyPool(): Promise<TestLedger> {
  const t = await aLedger();
  await t.counted('cad', { capacity: 2 });
  await t.start('ann');
  await t.start('old');
  await t.pass(1_000);
  await t.start('bob');
  await t.queue('cy');
  await t.pass(1_000);
  await t.queue('bob');
  await t.end('old');
  return t;
}

const touch = async (t: TestLedger, act: () => Promise<unknown>) => {
  const before = t.state.eventNumber;
  await act();
  return touchedBy(await t.ledger.events(before, 1_000), t.state);
};

describe('the view of a pool', () => {
  it('[L6] names holders, those without a seat, the queue with places, and the counts', async () => {
    const t = await aBusyPool();

    const view = poolViewSchema.parse(poolView(t.state, 'cad', aViewContext(t)));

    expect(view.seats).toEqual({ state: 'known', capacity: 2, inUse: 1, offered: 1, free: 0 });
    expect(view.holders.map(({ userId, seat, units }) => [userId, seat, units])).toEqual([
      ['ann', 'held', 1],
      ['bob', 'overage', 0],
    ]);
    expect(
      view.queue.map(({ userName, place, offeredUntilMs }) => [userName, place, offeredUntilMs !== null]),
    ).toEqual([
      ['cy by name', 1, true],
      ['bob by name', 2, false],
    ]);
    expect(poolView(t.state, 'none', aViewContext(t))).toBeNull();
  });

  it('[L2] shows no free seat while a shrunk pool is above its capacity', async () => {
    const t = await aBusyPool();
    await t.pool('cad', { capacity: 0 });

    expect(poolView(t.state, 'cad', aViewContext(t))?.seats).toMatchObject({
      capacity: 0,
      inUse: 1,
      free: 0,
    });
  });

  it('[L50] does not show a session without a seat as running when it fell silent', async () => {
    const t = await aBusyPool();
    await t.pass(300_000, 'ann');

    const view = poolView(t.state, 'cad', aViewContext(t));

    expect(view?.holders.map(({ userId }) => userId)).toEqual(['ann']);
  });

  it('[L43] shows a seat that waits for its application under its own id', async () => {
    const t = await aBusyPool();
    await t.ask({ kind: 'claim', userId: 'cy', workstationId: 'w', offerId: t.offerOf('cy') });

    const view = poolViewSchema.parse(poolView(t.state, 'cad', aViewContext(t)));
    const waiting = view.holders.find(({ userId }) => userId === 'cy');

    expect(waiting).toMatchObject({ seat: 'held', workstationId: 'w', sessionId: waiting?.leaseId });
  });

  it('[L24] lists pools by name and products with their pools', async () => {
    const t = await aBusyPool();
    await t.pool('bim');

    expect(poolViews(t.state, aViewContext(t)).map(({ poolId }) => poolId)).toEqual(['bim', 'cad']);
    const products = productViews(t.state, aViewContext(t).names);
    expect(products.map((product) => productViewSchema.parse(product))).toEqual([
      { productId: 'cad', name: 'cad', poolIds: ['cad'] },
    ]);
  });
});

describe('the view of a person', () => {
  it('[L43] has the seat that waits for their application, under the id it has in the pool', async () => {
    const t = await aBusyPool();
    await t.ask({ kind: 'claim', userId: 'cy', workstationId: 'w', offerId: t.offerOf('cy') });
    const waiting = poolView(t.state, 'cad', aViewContext(t))?.holders.find(({ userId }) => userId === 'cy');

    const mine = mineSchema.parse(mineView(t.state, 'cy', () => true, aViewContext(t)));

    expect(mine.seats).toContainEqual({
      sessionId: waiting?.sessionId,
      seat: { state: 'held', sinceMs: waiting?.sinceMs },
    });
  });

  it('[L6] has seats of this agent, and tickets, offers, denials of the person', async () => {
    const t = await aBusyPool();
    await t.start('bob-elsewhere', { user: 'bob', workstation: 'other', product: 'editor' });
    const isMine = ({ workstationId }: { workstationId: string }) => workstationId === 'pc-of-bob';

    const mine = mineSchema.parse(mineView(t.state, 'bob', isMine, aViewContext(t)));

    expect(mine.seats).toEqual([
      { sessionId: 'bob', seat: { state: 'overage', sinceMs: expect.any(Number) } },
    ]);
    expect(mine.tickets).toMatchObject([
      { productId: 'cad', place: 2, missedOffers: 0, maximumMissedOffers: 3 },
    ]);
    expect(mine.denials).toMatchObject([{ sessionId: 'bob', reason: 'no-free-seat', enforcement: 'ask' }]);
    const theirs = mineSchema.parse(mineView(t.state, 'cy', () => true, aViewContext(t)));
    expect(theirs.offers).toMatchObject([{ productId: 'cad', strength: 'hard' }]);
    expect(mineView(t.state, 'nobody', () => true, aViewContext(t)).seats).toEqual([]);
  });

  it('[L31] has what ended without their doing, for a day', async () => {
    const t = await aBusyPool();
    await t.pass(301_000, 'ann', 'bob');

    const mine = mineSchema.parse(mineView(t.state, 'cy', () => true, aViewContext(t)));
    expect(mine.notices.map(({ kind }) => kind)).toEqual(['offer-missed']);
    t.clock.jump(25 * 3_600_000);
    expect(mineView(t.state, 'cy', () => true, aViewContext(t)).notices).toEqual([]);
  });
});

describe('who is told', () => {
  it('[L30] both the one who leaves and the one who is offered the seat, and all who wait for the pool', async () => {
    const t = await aBusyPool();
    await t.start('dee');
    await t.queue('eve');

    const touched = await touch(t, () => t.end('ann'));

    expect([...touched.userIds].sort()).toEqual(['ann', 'bob']);
    expect([[...touched.poolIds], [...touched.queuePoolIds]]).toEqual([['cad'], ['cad']]);
    expect(waitingUserIds(t.state, 'cad')).toEqual(['cy', 'eve']);
  });

  it('[L75] everybody who had to do with a pool that is gone', async () => {
    const t = await aBusyPool();

    const touched = await touch(t, () => t.ask({ kind: 'remove-pool', poolId: 'cad' }));

    expect([...touched.removedPoolIds]).toEqual(['cad']);
    expect([...touched.userIds].sort()).toEqual(['ann', 'bob', 'cy']);
    expect([...touched.productIds]).toEqual(['cad']);
  });

  it('[L54] those whose offer runs anew', async () => {
    const t = await aBusyPool();

    const touched = await touch(t, () => t.ask({ kind: 'start-grace', cause: 'clock-step' }));

    expect([[...touched.userIds], [...touched.poolIds]]).toEqual([['cy'], ['cad']]);
  });

  it('[L82] a pool’s revision grows with each change of it and with nothing else', async () => {
    const t = await aBusyPool();
    const before = t.state.pools.get('cad')?.revision ?? 0;

    await t.counted('bim');
    expect(t.state.pools.get('cad')?.revision).toBe(before);
    await t.end('bob');
    expect(t.state.pools.get('cad')?.revision).toBeGreaterThan(before);
  });
});
