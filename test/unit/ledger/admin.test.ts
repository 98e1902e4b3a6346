/** What an admin changes while people work: rules L70 to L75. */
import { describe, expect, it } from 'vitest';
import { aLedger } from '../../support/a-ledger.ts';

const one = (poolId: string) => [{ poolId, units: 1 }];

describe('products', () => {
  it('[L70] need pools that exist and are of one kind', async () => {
    const t = await aLedger();
    await t.pool('own');
    await t.pool('theirs', { kind: 'managed' });

    expect(await t.product('cad', one('nowhere'))).toMatchObject({ code: 'POOL_UNKNOWN' });
    expect(await t.product('cad', one('own'), one('theirs'))).toMatchObject({ code: 'MIXED_KINDS' });
  });

  it('[L70] add up units of one pool within an alternative', async () => {
    const t = await aLedger();
    await t.pool('cad', { capacity: 3 });
    await t.product('cad', [...one('cad'), { poolId: 'cad', units: 2 }]);

    expect(t.state.products.get('cad')?.alternatives).toEqual([[{ poolId: 'cad', units: 3 }]]);
    const before = t.state.eventNumber;
    await t.product('cad', [{ poolId: 'cad', units: 3 }]);
    expect(t.state.eventNumber).toBe(before);
  });

  it('[L71] seat those who run already, oldest first, without denials', async () => {
    const t = await aLedger();
    await t.start('ann');
    await t.start('bob');
    await t.pool('cad');
    const before = t.state.eventNumber;

    await t.product('cad', one('cad'));

    expect([t.seat('ann'), t.seat('bob')]).toEqual(['held', 'overage']);
    const kinds = (await t.recordedSince(before)).map((event) => event.kind);
    expect(kinds).not.toContain('session-denied');
  });

  it('[L72] that are no longer counted end waiting, and leave seats that are out', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2 });
    await t.start('ann');
    await t.start('old');
    await t.start('bob');
    await t.queue('cy');
    await t.queue('dee');
    await t.end('old');
    expect([t.offered(), t.waiting()]).toEqual([['cy'], ['dee']]);

    await t.product('cad');

    expect([t.holders(), t.offered(), t.state.tickets.size]).toEqual([['ann'], [], 0]);
    expect([t.seat('ann'), t.seat('bob')]).toEqual(['held', 'not-counted']);
    expect(t.state.users.get('dee')?.notices[0]?.kind).toBe('ticket-ended-pool-gone');
    await t.ask({ kind: 'release', userId: 'ann', sessionId: 'ann', comeBackAtMs: null });
    expect([t.seat('ann'), t.holders()]).toEqual(['not-counted', []]);
  });

  it('[L71] move to a license manager with their sessions', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');
    await t.start('bob');
    await t.pool('theirs', { kind: 'managed' });

    await t.product('cad', one('theirs'));
    expect([t.seat('ann'), t.seat('bob')]).toEqual(['held', 'presumed']);

    await t.product('cad', one('cad'));
    expect([t.seat('bob'), t.state.pools.get('theirs')?.presumedUnits]).toEqual(['overage', 0]);
  });
});

describe('pools', () => {
  it('[L73] keep their kind, and a new counting rule spares leases that are out', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 3 });
    await t.start('1', { user: 'ann', workstation: 'a' });
    await t.start('2', { user: 'ann', workstation: 'b' });

    expect(await t.pool('cad', { kind: 'managed' })).toMatchObject({ code: 'KIND_FIXED' });
    await t.pool('cad', { capacity: 3, counting: { key: ['user'], instancesPerSeat: null } });
    await t.start('3', { user: 'ann', workstation: 'c' });
    await t.start('4', { user: 'ann', workstation: 'd' });

    expect(t.holders()).toHaveLength(3);
    expect(t.seat('4')).toBe('held');
  });

  it('[L74] record the start and the end of their packs, also when they are configured late', async () => {
    const t = await aLedger();
    const now = t.clock.wallMs();
    const pack = { packId: 'fair', units: 2, fromMs: now - 1, untilMs: now + 30_000 };
    await t.counted('cad', { packs: [pack] });
    expect(t.state.pools.get('cad')?.effectiveCapacity).toBe(3);

    await t.pass(31_000);
    expect(t.state.pools.get('cad')?.effectiveCapacity).toBe(1);

    const kinds = (await t.recordedSince(0)).map((event) => event.kind);
    expect(kinds.filter((kind) => kind.startsWith('pack'))).toEqual(['pack-started', 'pack-ended']);
    await t.pool('cad', { packs: [{ ...pack, untilMs: now + 90_000 }] });
    expect(t.state.pools.get('cad')?.effectiveCapacity).toBe(3);
    await t.pool('cad', { packs: [] });
    expect(t.state.pools.get('cad')?.effectiveCapacity).toBe(1);
  });

  it('[L75] that are removed let people go on where another way is left', async () => {
    const t = await aLedger();
    await t.pool('one');
    await t.pool('two');
    await t.product('cad', one('one'), one('two'));
    await t.product('view', one('one'));
    await t.start('ann');
    await t.start('vic', { product: 'view' });
    await t.queue('wil', 'view');

    await t.ask({ kind: 'remove-pool', poolId: 'one' });

    expect([t.holders('two'), t.seat('ann'), t.seat('vic')]).toEqual([['ann'], 'held', 'not-counted']);
    expect([t.state.pools.has('one'), t.state.tickets.size]).toEqual([false, 0]);
    expect(t.state.users.get('ann')?.notices[0]?.kind).toBe('lease-admin');
    expect(await t.ask({ kind: 'remove-pool', poolId: 'one' })).toMatchObject({ code: 'POOL_UNKNOWN' });
  });

  it('[L75] that are removed withdraw offers, and the tickets keep their places', async () => {
    const t = await aLedger();
    await t.pool('one');
    await t.pool('two');
    await t.product('cad', one('one'), one('two'));
    await t.start('ann');
    await t.start('bob');
    for (const name of ['cy', 'dee']) await t.queue(name);
    await t.end('ann');
    expect([t.offered('one'), t.waiting()]).toEqual([['cy'], ['dee']]);

    await t.ask({ kind: 'remove-pool', poolId: 'one' });
    expect(t.waiting()).toEqual(['cy', 'dee']);
    await t.end('bob');
    expect(t.offered('two')).toEqual(['cy']);
  });
});
