/** Deny lists and closed pools: rules L127 and L131. */
import { describe, expect, it } from 'vitest';
import { denialOf, denied, divided, groups, join, leaveGroup } from '../../support/a-division.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';

const HOUR = 3_600_000;
const X = { poolId: 'x', units: 1 };
const Y = { poolId: 'y', units: 1 };

const queue = (t: TestLedger, userId: string) => t.ask({ kind: 'queue', userId, productId: 'cad' });

describe('a deny list', () => {
  it('[L127] gives no seat and no place, and says why', async () => {
    const t = await aLedger();
    await t.counted('cad', divided({ denied: [denied('ann')] }));

    await t.start('ann');
    expect([t.seat('ann'), denialOf(t, 'ann')?.reason]).toEqual(['overage', 'denied-by-admin']);
    const refused = await queue(t, 'ann');
    expect(refused).toMatchObject({ code: 'DENIED', message: expect.stringContaining('over budget') });
    await t.start('bob');
    expect(t.holders()).toEqual(['bob']);
  });

  it('[L127] names groups as well, with everybody below', async () => {
    const t = await aLedger();
    await groups(t, { id: 'house' }, { id: 'room', within: 'house', members: ['ann'] });
    const who = { kind: 'group', groupId: 'house' } as const;
    await t.counted('cad', divided({ denied: [denied('', { who })] }));

    expect(await queue(t, 'ann')).toMatchObject({ code: 'DENIED' });
    await leaveGroup(t, 'room', 'ann');
    expect(await queue(t, 'ann')).toMatchObject({ ok: true });
    await join(t, 'house', 'ann');
    expect([t.offered(), t.state.tickets.size]).toEqual([[], 0]);
  });

  it('[L127] ends tickets that have no pool left, withdraws offers, and leaves seats that are out', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2 });
    await t.start('ann');
    await t.start('bob');
    for (const name of ['cy', 'dee', 'eve']) await t.queue(name);
    await t.end('bob');
    expect(t.offered()).toEqual(['cy']);

    const names = ['ann', 'cy', 'eve'];
    await t.pool('cad', { capacity: 2, ...divided({ denied: names.map((name) => denied(name)) }) });

    expect([t.holders(), t.offered(), t.waiting()]).toEqual([['ann'], ['dee'], []]);
    expect(t.state.users.get('eve')?.notices.at(-1)?.kind).toBe('ticket-ended-admin');
    const ended = (await t.recordedSince(0)).filter((event) => event.kind === 'ticket-ended');
    expect(ended.map(({ userId, reason, note }) => [userId, reason, note]).sort()).toEqual([
      ['cy', 'admin', 'over budget'],
      ['eve', 'admin', 'over budget'],
    ]);
  });

  it('[L127] leaves the other pools of a product', async () => {
    const t = await aLedger();
    await t.pool('x', divided({ denied: [denied('ann')] }));
    await t.pool('y');
    await t.product('cad', [X], [Y]);
    await t.start('yve', { product: 'cad' });
    await t.start('ann');

    expect([t.holders('x'), t.holders('y')]).toEqual([['yve'], ['ann']]);
    await t.end('yve');
    await t.ask({ kind: 'end-session', sessionId: 'ann', endedAtMs: 0, reason: 'exit' });
    await t.start('bob');
    await t.start('cy');
    expect([t.holders('x'), t.holders('y')]).toEqual([['bob'], ['cy']]);
    await t.queue('ann');
    await t.end('bob');
    expect([t.offered('x'), t.waiting()]).toEqual([[], ['ann']]);
  });

  it('[L127] ends no ticket for which another way is only closed for now, and tells the first reason', async () => {
    const t = await aLedger();
    const y = { capacity: 1, ...divided({ unitsPerUser: 1 }) };
    await t.pool('x');
    await t.pool('y', y);
    await t.product('cad', [X], [Y]);
    await t.product('only-y', [Y]);
    await t.start('xav');
    await t.start('ann', { product: 'only-y' });
    await t.queue('ann');
    await t.pool('x', divided({ denied: [denied('ann')] }));
    expect([...t.state.tickets.values()].map(({ userId }) => userId)).toEqual(['ann']);

    const second = denied('ann', { reason: 'gone to another site' });
    await t.pool('y', { capacity: 1, ...divided({ denied: [second] }) });
    expect(t.state.tickets.size).toBe(0);
    expect(await queue(t, 'ann')).toMatchObject({ message: expect.stringContaining('over budget') });
  });

  it('[L127] that changes queues no hold that gave its seat back', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('hold', { origin: 'hold' });
    await t.ask({ kind: 'release', userId: 'hold', sessionId: 'hold', comeBackAtMs: null });
    await t.pool('cad', divided({ denied: [denied('ann')] }));

    expect([t.seat('hold'), t.holders(), t.state.tickets.size]).toEqual(['overage', [], 0]);
  });

  it('[L127] ends by itself, as a recorded event, and a hold that was turned away waits then', async () => {
    const t = await aLedger();
    const untilMs = t.clock.wallMs() + HOUR;
    await t.counted('cad', divided({ denied: [denied('ann', { untilMs })] }));
    await t.start('hold', { user: 'ann', origin: 'hold' });
    expect([t.seat('hold'), denialOf(t, 'hold')?.reason]).toEqual(['overage', 'denied-by-admin']);

    await t.pass(HOUR - 1, 'hold');
    expect(t.holders()).toEqual([]);
    await t.pass(2, 'hold');
    expect(await t.recordedSince(0)).toContainEqual({
      kind: 'deny-ended',
      poolId: 'cad',
      denyId: 'deny-ann',
    });
    expect([t.holders(), t.state.pools.get('cad')?.settings.allocation.denied]).toEqual([['ann'], []]);
  });

  it('[L127] [L142] takes no bookings either, and then the seat stays', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');
    await t.pool('cad', divided({ denied: [denied('ann')] }));
    const comeBackAtMs = t.clock.wallMs() + HOUR;
    const release = { kind: 'release', userId: 'ann', sessionId: 'ann', comeBackAtMs } as const;
    expect([await t.ask(release), t.holders()]).toMatchObject([{ code: 'DENIED' }, ['ann']]);
  });

  it('[L127] is not ended early, and an entry that is over already ends in the decision that brings it', async () => {
    const t = await aLedger();
    const untilMs = t.clock.wallMs() + HOUR;
    await t.counted('cad', divided({ denied: [denied('ann', { untilMs }), denied('bob', { untilMs: 1 })] }));

    expect(t.state.pools.get('cad')?.settings.allocation.denied.map(({ denyId }) => denyId)).toEqual([
      'deny-ann',
    ]);
    const end = (denyId: string) => t.ask({ kind: 'end-deny', poolId: 'cad', denyId });
    expect(await end('deny-ann')).toMatchObject({ code: 'NOT_DUE' });
    expect(await end('deny-bob')).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a closed pool', () => {
  it('[L131] that is paused grants and offers nothing, and what is open may still be claimed', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 3 });
    for (const name of ['ann', 'bob', 'cy']) await t.start(name);
    await t.queue('dee');
    await t.queue('eve');
    await t.end('ann');
    await t.pool('cad', { capacity: 3, admission: 'paused' });
    await t.end('bob');
    await t.start('flo');

    expect([t.offered(), t.waiting(), denialOf(t, 'flo')?.reason]).toEqual([['dee'], ['eve'], 'pool-paused']);
    expect(await queue(t, 'gil')).toMatchObject({ ok: true });
    await t.start('dee');
    expect(t.holders()).toEqual(['cy', 'dee']);

    await t.pool('cad', { capacity: 3 });
    expect(t.offered()).toEqual(['eve']);
  });

  it('[L131] that drains withdraws its offers, keeps places, and takes no new tickets', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2 });
    await t.start('ann');
    await t.start('bob');
    await t.queue('cy');
    await t.queue('dee');
    await t.end('ann');
    await t.pool('cad', { capacity: 2, admission: 'draining' });

    expect([t.offered(), t.waiting(), t.holders()]).toEqual([[], ['cy', 'dee'], ['bob']]);
    expect(await queue(t, 'eve')).toMatchObject({ code: 'POOL_CLOSED' });
    await t.start('hold', { origin: 'hold' });
    expect([t.seat('hold'), denialOf(t, 'hold')?.reason]).toEqual(['overage', 'pool-paused']);
    await t.pool('cad', { capacity: 2 });
    expect([t.offered(), t.waiting()]).toEqual([['cy'], ['dee', 'hold']]);
  });

  it('[L131] [L128] keeps nothing back from the other pools of its products', async () => {
    const t = await aLedger();
    await t.pool('x', { admission: 'paused' });
    await t.pool('y');
    await t.product('both', [X, Y]);
    await t.product('only-y', [Y]);
    await t.queue('ann', 'both');

    await t.start('bob', { product: 'only-y' });
    expect(t.seat('bob')).toBe('held');
    await t.end('bob');
    await t.pool('x');
    expect(t.offered('y')).toEqual(['ann']);
  });

  it('[L131] [L128] lets nobody overtake those who wait for it as well', async () => {
    const t = await aLedger();
    await t.pool('x', { agingAfterServed: 1, admission: 'paused' });
    await t.pool('y', { agingAfterServed: 1 });
    await t.product('both', [X, Y]);
    await t.product('only-y', [Y]);
    await t.queue('ann', 'both');
    for (const name of ['bob', 'cy']) {
      await t.start(name, { product: 'only-y' });
      await t.end(name);
    }

    expect([...t.state.tickets.values()]).toMatchObject([{ userId: 'ann', rises: 0 }]);
    expect(t.state.products.get('both')?.lines.get('')?.line.head()).toMatchObject({ overtaken: 0 });
  });
});
