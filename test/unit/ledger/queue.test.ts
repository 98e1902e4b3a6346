/** Who goes first: rules L20 to L29. */
import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../server/ledger/mine-view.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';

const X = { poolId: 'x', units: 1 };
const Y = { poolId: 'y', units: 1 };

/** Pools x and y of one unit each; products for x alone, y alone and both; x1 and y1 hold them. */
async function aCrossing(agingAfterServed: number): Promise<TestLedger> {
  const t = await aLedger();
  await t.pool('x', { agingAfterServed });
  await t.pool('y', { agingAfterServed });
  await t.product('both', [X, Y]);
  await t.product('only-x', [X]);
  await t.product('only-y', [Y]);
  await t.start('x1', { product: 'only-x' });
  await t.start('y1', { product: 'only-y' });
  return t;
}

describe('the queue', () => {
  it('[L20] serves in the order of numbers, whatever the clock says', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');
    for (const name of ['bob', 'cy', 'dee']) {
      await t.queue(name);
      t.clock.jump(-3_600_000);
    }

    expect(t.waiting()).toEqual(['bob', 'cy', 'dee']);
    await t.end('ann');
    expect([t.offered(), t.waiting()]).toEqual([['bob'], ['cy', 'dee']]);
  });

  it('[L22] lets a ticket rise after so many younger ones were served before it', async () => {
    const t = await aCrossing(2);
    await t.queue('old', 'both');
    for (const name of ['a', 'b', 'c']) await t.queue(name, 'only-x');

    await t.end('x1');
    expect(t.offered('x')).toEqual(['a']);
    await t.ask({ kind: 'leave', userId: 'a', ticketId: ticketIdOf(t, 'a') });
    expect(t.offered('x')).toEqual(['b']);
    const old = t.state.tickets.get(ticketIdOf(t, 'old'));

    expect(old).toMatchObject({ priorityClass: 5, rises: 1 });
  });

  it('[L22] counts newcomers who take free units as well', async () => {
    const t = await aCrossing(2);
    await t.queue('old', 'both');
    await t.end('x1');

    await t.start('new', { product: 'only-x' });
    await t.end('new');
    await t.start('newer', { product: 'only-x' });

    expect(t.holders('x')).toEqual(['newer']);
    expect(t.state.tickets.get(ticketIdOf(t, 'old'))?.rises).toBe(1);
  });

  it('[L23] gives one ticket per person and product, and none without need', async () => {
    const t = await aLedger();
    await t.counted('cad', { counting: { key: ['user'], instancesPerSeat: null } });
    await t.start('ann');

    const first = await t.queue('bob');
    expect(await t.queue('bob')).toBe(first);
    expect(await t.ask({ kind: 'queue', userId: 'ann', productId: 'cad' })).toMatchObject({
      code: 'ALREADY_SEATED',
    });
    expect(await t.ask({ kind: 'queue', userId: 'ann', productId: 'free' })).toMatchObject({
      code: 'NOT_COUNTED',
    });
  });

  it('[L23] lets somebody queue for a second machine where machines count', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann', { workstation: 'a' });

    expect(await t.ask({ kind: 'queue', userId: 'ann', productId: 'cad' })).toMatchObject({ ok: true });
  });

  it('[L24] serves the lower number first among different products of a pool', async () => {
    const t = await aCrossing(20);
    await t.product('also-x', [X]);
    await t.queue('b', 'also-x');
    await t.queue('a', 'only-x');

    await t.end('x1');

    expect(t.offered('x')).toEqual(['b']);
  });

  it('[L25] collects units for a ticket that needs more than are free', async () => {
    const t = await aLedger();
    await t.pool('tokens', { capacity: 3 });
    await t.product('small', [{ poolId: 'tokens', units: 1 }]);
    await t.product('big', [{ poolId: 'tokens', units: 3 }]);
    for (const name of ['1', '2', '3']) await t.start(name, { product: 'small' });
    await t.queue('ann', 'big');
    await t.queue('bob', 'small');

    await t.end('1');
    await t.end('2');
    expect(t.offered('tokens')).toEqual([]);
    await t.end('3');

    expect(t.offered('tokens')).toEqual(['ann']);
  });

  it('[L25] serves those behind a ticket from a pool that is not the one it waits for', async () => {
    const t = await aCrossing(20);
    await t.queue('old', 'both');
    await t.queue('young', 'only-x');
    await t.queue('younger', 'only-y');

    await t.end('x1');

    expect([t.offered('x'), t.offered('y')]).toEqual([['young'], []]);
  });

  it('[L26] keeps nothing for a ticket that several pools keep waiting', async () => {
    const t = await aCrossing(20);
    await t.pool('x', { capacity: 2 });
    await t.start('x2', { product: 'only-x' });
    await t.product('two', [{ poolId: 'x', units: 2 }, Y]);
    await t.queue('old', 'two');
    await t.queue('young', 'only-x');

    await t.end('x1');
    expect(t.offered('x')).toEqual(['young']);

    await t.ask({ kind: 'leave', userId: 'young', ticketId: ticketIdOf(t, 'young') });
    await t.end('y1');
    await t.start('new', { product: 'only-x' });
    expect([t.seat('new'), t.offered('x')]).toEqual(['overage', []]);
    await t.end('x2');
    expect(t.offered('x')).toEqual(['old']);
  });

  it('[L27] keeps every pool for a ticket that has risen', async () => {
    const t = await aCrossing(1);
    await t.pool('z', { agingAfterServed: 1 });
    await t.product('all', [X, Y, { poolId: 'z', units: 1 }]);
    await t.product('only-z', [{ poolId: 'z', units: 1 }]);
    await t.start('z1', { product: 'only-z' });
    await t.queue('old', 'all');
    await t.queue('a', 'only-x');
    await t.queue('b', 'only-x');

    await t.end('x1');
    expect(t.offered('x')).toEqual(['a']);
    await t.ask({ kind: 'leave', userId: 'a', ticketId: ticketIdOf(t, 'a') });

    expect(t.offered('x')).toEqual([]);
    await t.start('new', { product: 'only-x' });
    expect(t.seat('new')).toBe('overage');
    await t.end('y1');
    await t.end('z1');
    expect(t.offered('x')).toEqual(['old']);
  });

  it('[L28] says a place among everybody in the pool, offers included', async () => {
    const t = await aCrossing(20);
    await t.queue('a', 'only-x');
    await t.queue('b', 'both');
    await t.queue('c', 'only-x');
    await t.end('x1');

    const places = ['a', 'b', 'c'].map((name) => {
      const ticket = t.state.tickets.get(ticketIdOf(t, name));
      return ticket && placeOf(t.state, ticket);
    });

    expect([t.offered('x'), places]).toEqual([['a'], [1, 1, 3]]);
  });

  it('[L29] keeps nothing for a ticket that could never be served', async () => {
    const t = await aLedger();
    await t.pool('tokens', { capacity: 2 });
    await t.product('small', [{ poolId: 'tokens', units: 1 }]);
    await t.product('huge', [{ poolId: 'tokens', units: 3 }]);
    await t.queue('ann', 'huge');

    await t.start('bob', { product: 'small' });
    expect(t.seat('bob')).toBe('held');

    await t.pool('tokens', { capacity: 4 });
    expect(t.offered('tokens')).toEqual(['ann']);
  });
});

function ticketIdOf(t: TestLedger, userId: string): string {
  return [...t.state.tickets.values()].find((ticket) => ticket.userId === userId)?.ticketId ?? '';
}
