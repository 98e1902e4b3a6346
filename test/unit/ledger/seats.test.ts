/** A session asks for a seat: rules L1 to L10. */
import { describe, expect, it } from 'vitest';
import { aLedger } from '../../support/a-ledger.ts';

describe('capacity', () => {
  it('[L1] grants no more than the effective capacity', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2 });

    await t.start('ann');
    await t.start('bob');
    await t.start('cy');

    expect(t.holders()).toEqual(['ann', 'bob']);
    expect(t.seat('cy')).toBe('overage');
  });

  it('[L2] counts packs that run and the overdraft as capacity, and revokes nothing when they go', async () => {
    const t = await aLedger();
    const now = t.clock.wallMs();
    const pack = { packId: 'fair', units: 1, fromMs: now + 60_000, untilMs: now + 120_000 };
    await t.counted('cad', { capacity: 1, overdraft: 1, packs: [pack] });
    await t.start('ann');
    await t.start('bob');
    await t.start('cy');
    expect(t.seat('cy')).toBe('overage');
    await t.queue('cy');

    await t.pass(61_000, 'ann', 'bob', 'cy');
    expect(t.holders()).toEqual(['ann', 'bob', 'cy']);

    await t.pass(61_000, 'ann', 'bob', 'cy');
    expect(t.state.pools.get('cad')?.effectiveCapacity).toBe(2);
    expect(t.holders()).toEqual(['ann', 'bob', 'cy']);

    await t.end('ann');
    await t.start('dee');
    expect(t.seat('dee')).toBe('overage');
  });

  it('[L2] keeps granting nothing after a shrink until enough ended, and offers a growth at once', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 3 });
    for (const name of ['ann', 'bob', 'cy']) await t.start(name);
    await t.start('dee');
    await t.queue('dee');

    await t.pool('cad', { capacity: 1 });
    await t.end('ann');
    await t.end('bob');
    expect([t.holders(), t.seat('dee')]).toEqual([['cy'], 'overage']);

    await t.pool('cad', { capacity: 2 });
    expect(t.holders()).toEqual(['cy', 'dee']);
  });
});

describe('the request', () => {
  it('[L3] a session without a seat stays without one when units fall free and nobody asked', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');
    await t.start('bob');

    await t.end('ann');

    expect([t.holders(), t.seat('bob')]).toEqual([[], 'overage']);
  });

  it('[L4] shares a lease before it claims an offer or takes free units', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2 });
    await t.start('one', { user: 'ann' });

    await t.start('two', { user: 'ann' });

    expect(t.holders()).toEqual(['ann']);
    expect(t.seat('two')).toBe('held');
  });

  it('[L5] lets a newcomer not overtake somebody for whom units are collected', async () => {
    const t = await aLedger();
    await t.pool('tokens', { capacity: 4 });
    await t.product('big', [{ poolId: 'tokens', units: 3 }]);
    await t.product('small', [{ poolId: 'tokens', units: 1 }]);
    await t.start('ann', { product: 'small' });
    await t.start('bob', { product: 'small' });
    await t.queue('cy', 'big');

    await t.start('dee', { product: 'small' });

    expect(t.seat('dee')).toBe('overage');
    expect(t.state.sessions.get('dee')?.seat).toMatchObject({ denial: { reason: 'others-wait' } });
    await t.end('ann');
    expect(t.offered('tokens')).toEqual(['cy']);
  });

  it('[L6] records a denial with its reason, and the application runs on as overage', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');
    const before = t.state.eventNumber;

    const outcome = await t.start('bob');

    expect(outcome).toMatchObject({ ok: true, value: { seat: 'overage', leaseIds: [] } });
    expect((await t.recordedSince(before)).map((event) => event.kind)).toEqual([
      'session-opened',
      'session-denied',
    ]);
    expect(t.state.sessions.get('bob')?.seat).toMatchObject({ denial: { reason: 'no-free-seat' } });
    expect(t.state.leases.size).toBe(1);
  });

  it('[L7] takes all of an alternative or nothing, and the first one that can be had', async () => {
    const t = await aLedger();
    await t.pool('core', { capacity: 3 });
    await t.pool('mesh', { capacity: 1 });
    await t.pool('suite', { capacity: 1 });
    const both = [
      { poolId: 'core', units: 2 },
      { poolId: 'mesh', units: 1 },
    ];
    await t.product('cad', both, [{ poolId: 'suite', units: 1 }]);

    await t.start('ann');
    await t.start('bob');
    await t.start('cy');

    expect([t.holders('core'), t.holders('mesh'), t.holders('suite')]).toEqual([['ann'], ['ann'], ['bob']]);
    expect(t.state.pools.get('core')?.leasedUnits).toBe(2);
    expect(t.seat('cy')).toBe('overage');
  });

  it('[L8] gives a hold that finds nothing a ticket instead of a denial', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');

    const outcome = await t.start('job', { user: 'bob', origin: 'hold' });

    expect(outcome).toMatchObject({ ok: true, value: { seat: 'overage', ticketId: expect.any(String) } });
    expect(t.state.sessions.get('job')?.seat).toMatchObject({ denial: null });
    await t.end('ann');
    expect(t.seat('job')).toBe('held');
  });

  it('[L9] knows the sessions of a product that no pool counts', async () => {
    const t = await aLedger();

    const outcome = await t.start('ann', { product: 'editor' });

    expect(outcome).toMatchObject({ ok: true, value: { seat: 'not-counted' } });
    expect(t.state.sessions.get('ann')?.seat).toEqual({ state: 'not-counted' });
  });

  it('[L10] answers a known start without a change, and refuses a stolen id', async () => {
    const t = await aLedger();
    await t.counted('cad');
    const first = await t.start('ann');
    const before = t.state.eventNumber;

    expect(await t.start('ann')).toEqual(first);
    expect(await t.start('ann', { user: 'eve' })).toMatchObject({ ok: false, code: 'NOT_YOURS' });
    expect(t.state.eventNumber).toBe(before);
  });
});
