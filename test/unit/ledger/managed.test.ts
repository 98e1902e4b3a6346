/** Managed pools: rules L60 to L64. */
import { describe, expect, it } from 'vitest';
import type { ObservedCheckout } from '../../../server/ledger/commands.ts';
import { poolView } from '../../../server/ledger/views.ts';
import { MINUTE } from '../../../shared/time.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';
import { aViewContext } from '../../support/a-view-context.ts';

const checkout = (userId: string | null, id = `of-${userId}`): ObservedCheckout => ({
  checkoutId: id,
  userId,
  workstationId: null,
  units: 1,
  sinceMs: 0,
});

async function observe(t: TestLedger, ...checkouts: ObservedCheckout[]) {
  await t.pass(1_000);
  return t.ask({
    kind: 'checkouts-observed',
    poolId: 'cad',
    observedAtMs: t.clock.wallMs(),
    pollEveryMs: 4 * MINUTE,
    capacity: 2,
    checkouts,
  });
}

async function aManagedPool(): Promise<TestLedger> {
  const t = await aLedger();
  await t.counted('cad', { kind: 'managed', capacity: 9 });
  return t;
}

const seats = (t: TestLedger) => poolView(t.state, 'cad', aViewContext(t))?.seats;

describe('a managed pool', () => {
  it('[L60] counts what the license manager says, grants no leases, and records only changes', async () => {
    const t = await aManagedPool();
    await observe(t, checkout('ann'), checkout(null, 'stranger'));
    expect(seats(t)).toEqual({ state: 'known', capacity: 2, inUse: 2, offered: 0, free: 0 });

    const before = t.state.eventNumber;
    await observe(t, checkout('ann'), checkout(null, 'stranger'));
    expect(t.state.eventNumber).toBe(before);

    await observe(t, checkout('ann'));
    expect(seats(t)).toMatchObject({ inUse: 1, free: 1 });
    expect(t.state.leases.size).toBe(0);
  });

  it('[L60] refuses a reading that is older than the newest, and readings of metered pools', async () => {
    const t = await aManagedPool();
    await observe(t, checkout('ann'));
    await t.pool('own');
    const reading = { kind: 'checkouts-observed', pollEveryMs: 1, capacity: null, checkouts: [] } as const;

    expect(await t.ask({ ...reading, poolId: 'cad', observedAtMs: 5 })).toMatchObject({ code: 'STALE' });
    expect(await t.ask({ ...reading, poolId: 'own', observedAtMs: 5 })).toMatchObject({
      code: 'NOT_MANAGED',
    });
    expect(await t.ask({ kind: 'poll-failed', poolId: 'no', failedAtMs: 1 })).toMatchObject({
      code: 'POOL_UNKNOWN',
    });
  });

  it('[L61] is unknown from the first failed reading to the next good one, and offers nothing then', async () => {
    const t = await aManagedPool();
    expect(seats(t)).toMatchObject({ state: 'unknown' });
    await observe(t, checkout('ann'), checkout('bob'));
    await t.queue('cy');
    const failedAtMs = t.clock.wallMs();
    await t.ask({ kind: 'poll-failed', poolId: 'cad', failedAtMs });
    await t.ask({ kind: 'poll-failed', poolId: 'cad', failedAtMs: failedAtMs + 1 });

    expect(seats(t)).toEqual({ state: 'unknown', sinceMs: failedAtMs, capacity: 2 });
    await t.pool('cad', { kind: 'managed', capacity: 50 });
    expect(t.offered()).toEqual([]);

    await observe(t, checkout('ann'));
    expect([seats(t)?.state, t.offered()]).toEqual(['known', ['cy']]);
  });

  it('[L62] lets a session fill in until the next good reading, then matches or leaves it without a seat', async () => {
    const t = await aManagedPool();
    await observe(t);
    await t.start('ann');
    await t.start('bob');
    expect(seats(t)).toMatchObject({ inUse: 2, free: 0 });

    await observe(t, checkout('ann'));

    expect([t.seat('ann'), t.seat('bob')]).toEqual(['matched', 'overage']);
    expect(seats(t)).toMatchObject({ inUse: 1, free: 1 });
    await observe(t, checkout('bob'));
    expect([t.seat('ann'), t.seat('bob')]).toEqual(['overage', 'matched']);
    expect(t.state.sessions.get('ann')?.seat).toMatchObject({ denial: null });
  });

  it('[L62] finds a checkout that was there before the session was', async () => {
    const t = await aManagedPool();
    await observe(t, checkout('ann'));

    await t.start('ann');

    expect([t.seat('ann'), seats(t)]).toMatchObject(['matched', { inUse: 1 }]);
    await t.end('ann');
    expect(t.state.pools.get('cad')?.checkouts.get('of-ann')?.sessionId).toBeNull();
  });

  it('[L63] makes soft offers that last two readings and end with the checkout', async () => {
    const t = await aManagedPool();
    await observe(t, checkout('ann'), checkout('bob'));
    await t.queue('cy');

    await observe(t, checkout('ann'));
    const offer = t.state.offers.get(t.offerOf('cy'));
    expect(offer).toMatchObject({ strength: 'soft', windowMs: 8 * MINUTE });
    expect(
      await t.ask({ kind: 'claim', userId: 'cy', workstationId: 'a', offerId: offer?.offerId ?? '' }),
    ).toEqual(expect.objectContaining({ ok: true }));
    await t.start('cy');
    await observe(t, checkout('ann'), checkout('cy'));

    expect([t.offered(), t.state.tickets.size, t.seat('cy')]).toEqual([[], 0, 'matched']);
    expect(seats(t)).toMatchObject({ inUse: 2, offered: 0 });
  });

  it('[L64] starts a hold on free units or on a soft offer, else lets it wait', async () => {
    const t = await aManagedPool();
    await observe(t, checkout('ann'), checkout('bob'));
    await t.start('job', { user: 'cy', origin: 'hold' });
    expect([t.seat('job'), t.waiting()]).toEqual(['overage', ['cy']]);

    await observe(t, checkout('ann'));

    expect([t.seat('job'), t.offered()]).toEqual(['presumed', ['cy']]);
    await observe(t, checkout('ann'), checkout('cy'));
    expect([t.seat('job'), t.state.tickets.size]).toEqual(['matched', 0]);
  });
});
