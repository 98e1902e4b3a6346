/** Classes, lines of people who may use the same, and stepping aside: rules L126, L128 and L129. */
import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../server/ledger/mine-view.ts';
import { asideReasonsOf } from '../../../server/ledger/standing.ts';
import { denied, divided, groups, join, leaveGroup, share } from '../../support/a-division.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';

const MINUTE = 60_000;

function ticketOf(t: TestLedger, userId: string) {
  const ticket = [...t.state.tickets.values()].find((one) => one.userId === userId);
  if (!ticket) throw new Error(`${userId} has no ticket`);
  return ticket;
}

const asideOf = (t: TestLedger, userId: string) => asideReasonsOf(t.state, ticketOf(t, userId));

describe('the priority class', () => {
  const shares = [
    share('team', { priorityClass: 3 }),
    share('board', { priorityClass: 2 }),
    share('late', { priorityClass: 7 }),
  ];

  async function classes(): Promise<TestLedger> {
    const t = await aLedger();
    await groups(
      t,
      { id: 'team', members: ['tom', 'bo'] },
      { id: 'board', members: ['bo'] },
      { id: 'late', members: ['lou', 'bo'] },
    );
    await t.counted('cad', divided({ shares }));
    await t.start('ann');
    return t;
  }

  it('[L126] is the lowest of the owner’s groups, else 5', async () => {
    const t = await classes();
    for (const name of ['lou', 'eve', 'tom', 'bo']) await t.queue(name);

    expect(t.waiting()).toEqual(['bo', 'tom', 'eve', 'lou']);
    expect(['bo', 'tom', 'eve', 'lou'].map((name) => ticketOf(t, name).priorityClass)).toEqual([2, 3, 5, 7]);
  });

  it('[L126] is computed when the ticket is queued or moved back, not in between', async () => {
    const t = await classes();
    await t.queue('eve');
    await t.queue('tom');
    await join(t, 'team', 'eve');
    await leaveGroup(t, 'team', 'tom');
    expect([t.waiting(), ticketOf(t, 'eve').priorityClass]).toEqual([['tom', 'eve'], 5]);

    await t.end('ann');
    await t.pass(5 * MINUTE + 1);
    expect([t.offered(), ticketOf(t, 'tom').priorityClass]).toEqual([['eve'], 5]);
    await t.pass(5 * MINUTE + 1);
    expect([t.offered(), ticketOf(t, 'eve').priorityClass]).toEqual([['eve'], 3]);
  });

  it('[L126] keeps what the ticket rose when it moves back', async () => {
    const t = await aLedger();
    for (const pool of ['x', 'y']) await t.pool(pool, { agingAfterServed: 1 });
    const [X, Y] = ['x', 'y'].map((poolId) => ({ poolId, units: 1 }));
    if (X && Y) await t.product('both', [X, Y]);
    if (X) await t.product('only-x', [X]);
    if (Y) await t.product('only-y', [Y]);
    await t.start('x1', { product: 'only-x' });
    await t.start('y1', { product: 'only-y' });
    await t.queue('old', 'both');
    const first = await t.queue('a', 'only-x');
    await t.end('x1');
    await t.ask({ kind: 'leave', userId: 'a', ticketId: first });
    await t.end('y1');
    expect([t.offered('x'), ticketOf(t, 'old').rises]).toEqual([['old'], 1]);

    await t.queue('b', 'only-x');
    await t.pass(5 * MINUTE + 1);
    expect(ticketOf(t, 'old')).toMatchObject({ priorityClass: 4, groupClass: 5, rises: 0 });
    await groups(t, { id: 'board', members: ['old'] });
    const ranked = divided({ shares: [share('board', { priorityClass: 3 })] });
    for (const pool of ['x', 'y']) await t.pool(pool, { agingAfterServed: 9, ...ranked });
    await t.ask({ kind: 'leave', userId: 'b', ticketId: ticketOf(t, 'b').ticketId });
    expect(t.offered('x')).toEqual(['old']);
    await t.pass(5 * MINUTE + 1);
    expect(ticketOf(t, 'old')).toMatchObject({ priorityClass: 2, groupClass: 3, rises: 0 });
  });

  it('[L126] [L5] lets a newcomer rank as the last of their own class', async () => {
    const t = await aLedger();
    await groups(t, { id: 'board', members: ['bo'] });
    await t.pool('tokens', { capacity: 3, ...divided({ shares: [share('board', { priorityClass: 2 })] }) });
    await t.product('small', [{ poolId: 'tokens', units: 1 }]);
    await t.product('big', [{ poolId: 'tokens', units: 3 }]);
    await t.start('ann', { product: 'small' });
    await t.queue('eve', 'big');

    await t.start('cy', { product: 'small' });
    await t.start('bo', { product: 'small' });
    expect([t.seat('cy'), t.seat('bo')]).toEqual(['overage', 'held']);
  });
});

describe('stepping aside', () => {
  it('[L128] behind a cap keeps nothing back, keeps the place, and is not overtaken', async () => {
    const t = await aLedger();
    await groups(t, { id: 'team', members: ['tom', 'tim'] });
    const shares = [share('team', { capUnits: 1 })];
    await t.counted('cad', { capacity: 2, agingAfterServed: 2, ...divided({ shares }) });
    await t.start('tom');
    await t.start('ann');
    await t.queue('tim');
    for (const name of ['bob', 'cy', 'dee']) await t.queue(name);

    expect([asideOf(t, 'tim'), asideOf(t, 'bob')]).toEqual([['cap'], []]);
    for (const name of ['ann', 'bob', 'cy']) {
      await t.end(name);
      const [next] = t.offered();
      await t.start(next ?? '');
    }
    expect(t.holders()).toEqual(['dee', 'tom']);
    expect([ticketOf(t, 'tim').rises, placeOf(t.state, ticketOf(t, 'tim'))]).toEqual([0, 1]);
    await t.end('tom');
    expect(t.offered()).toEqual(['tim']);
  });

  it('[L128] [L22] does not let a ticket rise before it waits again', async () => {
    const t = await aLedger();
    await groups(t, { id: 'team', members: ['tom', 'tim'] });
    const capped = (agingAfterServed: number) => ({
      capacity: 2,
      agingAfterServed,
      ...divided({ shares: [share('team', { capUnits: 2 })] }),
    });
    await t.pool('x', capped(9));
    await t.pool('y');
    await t.product('both', [
      { poolId: 'x', units: 1 },
      { poolId: 'y', units: 1 },
    ]);
    await t.product('only-x', [{ poolId: 'x', units: 1 }]);
    await t.start('y1', { user: 'yve', product: 'both' });
    await t.queue('tim', 'both');
    await t.start('tom', { product: 'only-x' });
    await t.pool('x', { ...capped(1), ...divided({ shares: [share('team', { capUnits: 1 })] }) });
    expect([asideOf(t, 'tim'), ticketOf(t, 'tim').rises]).toEqual([['cap'], 0]);

    await t.end('tom');
    expect([asideOf(t, 'tim'), ticketOf(t, 'tim').rises]).toEqual([[], 1]);
  });

  it('[L128] at the limit per person ends when a unit comes back', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2, ...divided({ unitsPerUser: 1 }) });
    await t.start('1', { user: 'ann', workstation: 'a' });
    await t.start('bob');
    await t.queue('ann');
    await t.queue('cy');
    expect([asideOf(t, 'ann'), t.waiting()]).toEqual([['limit'], ['cy']]);
    expect([placeOf(t.state, ticketOf(t, 'ann')), placeOf(t.state, ticketOf(t, 'cy'))]).toEqual([1, 2]);

    await t.end('bob');
    expect(t.offered()).toEqual(['cy']);
    await t.end('1');
    expect(t.offered()).toEqual(['ann', 'cy']);
  });

  it('[L128] keeps the count of those who overtook it before', async () => {
    const t = await aLedger();
    const settings = {
      agingAfterServed: 2,
      counting: { key: ['user', 'workstation'], instancesPerSeat: null },
    } as const;
    await t.pool('x', { ...settings, ...divided({ unitsPerUser: 2 }) });
    await t.pool('y', settings);
    await t.product('both', [
      { poolId: 'x', units: 2 },
      { poolId: 'y', units: 1 },
    ]);
    await t.product('only-x', [{ poolId: 'x', units: 1 }]);
    await t.pool('x', { ...settings, capacity: 4, ...divided({ unitsPerUser: 2 }) });
    await t.start('y1', { user: 'yve', product: 'both' });
    await t.queue('ann', 'both');
    await t.start('x1', { user: 'xav', product: 'only-x' });
    await t.start('own', { user: 'ann', product: 'only-x' });
    expect([asideOf(t, 'ann'), ticketOf(t, 'ann').overtaken]).toEqual([['limit'], 1]);

    await t.end('x1');
    await t.start('x2', { user: 'xav', product: 'only-x' });
    await t.end('own');
    expect(ticketOf(t, 'ann').rises).toBe(0);
    await t.end('x2');
    await t.start('x3', { user: 'xav', product: 'only-x' });
    expect(ticketOf(t, 'ann').rises).toBe(1);
  });

  it('[L128] for one alternative leaves the ticket waiting for the others', async () => {
    const t = await aLedger();
    await t.pool('x', { capacity: 1, ...divided({ denied: [denied('ann')] }) });
    await t.pool('y', { capacity: 1 });
    await t.product('cad', [{ poolId: 'x', units: 1 }], [{ poolId: 'y', units: 1 }]);
    await t.start('1', { user: 'xav' });
    await t.start('2', { user: 'yve' });
    await t.queue('ann');
    await t.queue('bob');

    await t.end('1');
    expect([t.offered('x'), t.waiting()]).toEqual([['bob'], ['ann']]);
    await t.end('2');
    expect(t.offered('y')).toEqual(['ann']);
  });
});

describe('lines', () => {
  it('[L129] are one per set of groups; among them the rank decides', async () => {
    const t = await aLedger();
    await groups(t, { id: 'red', members: ['r1', 'r2'] }, { id: 'blue', members: ['b1', 'b2', 'both'] });
    await join(t, 'red', 'both');
    const shares = [share('red', { reservedUnits: 1 }), share('blue', { reservedUnits: 1 })];
    await t.counted('cad', { capacity: 4, ...divided({ shares }) });
    for (const name of ['a1', 'a2', 'r1', 'b1']) await t.start(name);
    for (const name of ['n1', 'b2', 'r2', 'both', 'n2']) await t.queue(name);

    expect(t.state.products.get('cad')?.lines.size).toBe(4);
    expect(t.waiting()).toEqual(['n1', 'b2', 'r2', 'both', 'n2']);
    await t.end('r1');
    expect(t.offered()).toEqual(['r2']);
    await t.end('a1');
    expect(t.offered()).toEqual(['n1', 'r2']);
    await t.end('b1');
    expect(t.offered()).toEqual(['b2', 'n1', 'r2']);
    await t.end('a2');
    expect([t.offered(), t.waiting()]).toEqual([['b2', 'both', 'n1', 'r2'], ['n2']]);
  });

  it('[L129] [L25] keep units back only from those whose seat takes what the first one could use', async () => {
    const t = await aLedger();
    await groups(t, { id: 'team', members: ['tom', 'tim'] });
    const shares = [share('team', { reservedUnits: 2 })];
    await t.pool('tokens', { capacity: 5, ...divided({ shares }) });
    await t.product('small', [{ poolId: 'tokens', units: 1 }]);
    await t.product('big', [{ poolId: 'tokens', units: 3 }]);
    for (const name of ['a1', 'a2', 'a3']) await t.start(name, { product: 'small' });
    await t.queue('ann', 'big');
    await t.queue('bob', 'small');
    await t.queue('tom', 'small');
    expect([t.offered('tokens'), t.waiting('small')]).toEqual([['tom'], ['bob']]);

    await t.end('a1');
    expect(t.waiting('small')).toEqual(['bob']);
    await t.start('tim', { product: 'small' });
    expect(t.seat('tim')).toBe('held');
    await t.end('a2');
    await t.end('a3');
    expect(t.offered('tokens')).toEqual(['ann', 'tom']);
  });

  it('[L129] [L29] keep nothing for who could never have so many units beside what is reserved', async () => {
    const t = await aLedger();
    await groups(t, { id: 'team', members: ['tom'] });
    await t.pool('tokens', { capacity: 3, ...divided({ shares: [share('team', { reservedUnits: 1 })] }) });
    await t.product('small', [{ poolId: 'tokens', units: 1 }]);
    await t.product('big', [{ poolId: 'tokens', units: 3 }]);
    await t.queue('ann', 'big');

    await t.start('bob', { product: 'small' });
    expect(t.seat('bob')).toBe('held');
    await t.end('bob');
    await t.queue('tom', 'big');
    expect(t.offered('tokens')).toEqual(['tom']);
  });

  it('[L129] follow their people when membership changes', async () => {
    const t = await aLedger();
    await groups(t, { id: 'team', members: ['tom'] });
    await t.counted('cad', { capacity: 2, ...divided({ shares: [share('team', { reservedUnits: 1 })] }) });
    await t.start('ann');
    await t.queue('bob');
    await t.queue('cy');
    expect(t.offered()).toEqual([]);

    await join(t, 'team', 'cy');
    expect([t.offered(), t.waiting()]).toEqual([['cy'], ['bob']]);
  });
});
