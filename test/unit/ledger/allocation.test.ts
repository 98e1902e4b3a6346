/** Reserved units, lending, caps and the limit per person: rules L122 to L125. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptUnits, type Usage, usageFor } from '../../../server/ledger/allocation.ts';
import { denialOf, divided, groups, share } from '../../support/a-division.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';

/** A pool "cad" of three units, of which two are kept for the team of tom and tim. */
async function aTeam(lending: 'never' | 'until-asked' = 'never', capacity = 3): Promise<TestLedger> {
  const t = await aLedger();
  await groups(t, { id: 'team', members: ['tom', 'tim'] });
  const shares = [share('team', { reservedUnits: 2 })];
  await t.counted('cad', { capacity, ...divided({ shares, lending }) });
  return t;
}

const leaseOf = (t: TestLedger, userId: string) =>
  [...t.state.leases.values()].find((lease) => lease.userId === userId);

describe('reserved units', () => {
  it('[L122] that their group does not use are not free for others', async () => {
    const t = await aTeam();
    await t.start('ann');
    await t.start('bob');
    expect([t.holders(), denialOf(t, 'bob')?.reason]).toEqual([['ann'], 'reserved']);

    await t.start('tom');
    await t.start('tim');
    expect(t.holders()).toEqual(['ann', 'tim', 'tom']);
  });

  it('[L122] are no longer kept as far as their group uses them', async () => {
    const t = await aTeam();
    await t.start('tom');
    await t.start('tim');
    await t.end('tom');
    await t.queue('bob');

    expect([t.offered(), t.waiting()]).toEqual([['bob'], []]);
    await t.start('cy');
    expect(t.seat('cy')).toBe('overage');
  });

  it('[L122] [L30] are not offered to others, whoever goes first', async () => {
    const t = await aTeam('never', 2);
    await t.start('tom');
    await t.start('tim');
    await t.queue('bob');
    await t.end('tom');
    expect([t.offered(), t.waiting()]).toEqual([[], ['bob']]);

    await t.queue('tom');
    expect([t.offered(), t.waiting()]).toEqual([['tom'], ['bob']]);
  });

  it('[L122] of a group are the larger of its own and of those below it', async () => {
    const t = await aLedger();
    await groups(t, { id: 'house', members: ['hal'] }, { id: 'east', within: 'house', members: ['ed'] });
    await groups(t, { id: 'west', within: 'house', members: ['wes'] });
    const shares = [
      share('west', { reservedUnits: 2 }),
      share('house', { reservedUnits: 3 }),
      share('east', { reservedUnits: 2 }),
    ];
    await t.counted('cad', { capacity: 5, ...divided({ shares }) });

    await t.start('ann');
    await t.start('bob');
    expect([t.seat('ann'), t.seat('bob')]).toEqual(['held', 'overage']);
    await t.start('hal');
    expect(t.seat('hal')).toBe('overage');
    for (const name of ['e1', 'e2', 'w1', 'w2'])
      await t.start(name, { user: name[0] === 'e' ? 'ed' : 'wes', workstation: name });
    expect(t.holders()).toEqual(['ann', 'ed', 'ed', 'wes', 'wes']);
  });

  it('[L122] sums needs over any tree as plain recursion does, and for nobody below 0', () => {
    const node = fc.record({
      above: fc.nat(),
      reserved: fc.integer({ min: 0, max: 6 }),
      used: fc.integer({ min: 0, max: 6 }),
      isMember: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(node, { maxLength: 9 }), (tree) => {
        const above = tree.map((one, at) => (one.above % (at + 1)) - 1);
        const usage = usageOf(tree, above);
        const isIn = tree.map(({ isMember }) => isMember);
        for (let at = tree.length - 1; at >= 0; at--)
          if (isIn[at] && (above[at] ?? -1) >= 0) isIn[above[at] ?? 0] = true;
        const children = (at: number) => tree.flatMap((_, other) => (above[other] === at ? [other] : []));
        const sum = (some: number[], of: (at: number) => number) => some.reduce((all, at) => all + of(at), 0);
        const need = (at: number): number =>
          Math.max(0, (tree[at]?.reserved ?? 0) - (tree[at]?.used ?? 0), sum(children(at), need));
        const kept = (at: number): number => (isIn[at] ? sum(children(at), kept) : need(at));
        const groupIds = tree.flatMap((_, at) => (isIn[at] ? [`g${at}`] : []));
        expect(keptUnits(usage, groupIds, null)).toBe(sum(children(-1), kept));
      }),
    );
  });
});

function usageOf(tree: readonly { reserved: number; used: number }[], above: readonly number[]): Usage {
  const shares = tree.map(({ reserved }, at) => share(`g${at}`, { reservedUnits: reserved }));
  const chain = (groupId: string): string[] => {
    const next = above[Number(groupId.slice(1))] ?? -1;
    return next < 0 ? [] : [`g${next}`, ...chain(`g${next}`)];
  };
  const usage = usageFor({ shares, unitsPerUser: null, lending: 'never', denied: [] }, chain);
  for (const node of usage.nodes) node.usedUnits = tree[Number(node.share.groupId.slice(1))]?.used ?? 0;
  return usage;
}

describe('a cap', () => {
  it('[L123] bounds what the members of a group have together, on every way to a seat', async () => {
    const t = await aLedger();
    await groups(t, { id: 'team' }, { id: 'crew', within: 'team', members: ['tom', 'tim', 'ted'] });
    await t.counted('cad', { capacity: 5, ...divided({ shares: [share('team', { capUnits: 2 })] }) });
    await t.start('tom');
    await t.queue('tim');
    expect(t.offered()).toEqual(['tim']);

    await t.start('ted');
    expect([t.seat('ted'), denialOf(t, 'ted')?.reason]).toEqual(['overage', 'group-cap']);
    await t.queue('ted');
    await t.start('ann');
    expect([t.seat('ann'), t.offered()]).toEqual(['held', ['tim']]);
    await t.start('tim');
    expect(t.holders()).toEqual(['ann', 'tim', 'tom']);
    await t.end('tom');
    expect(t.holders()).toEqual(['ann', 'ted', 'tim']);
  });

  it('[L123] that is lowered revokes nothing', async () => {
    const t = await aLedger();
    await groups(t, { id: 'team', members: ['tom', 'tim', 'ted'] });
    const capped = (capUnits: number) => ({
      capacity: 3,
      ...divided({ shares: [share('team', { capUnits })] }),
    });
    await t.counted('cad', capped(2));
    await t.start('tom');
    await t.start('tim');
    await t.pool('cad', capped(0));

    expect(t.holders()).toEqual(['tim', 'tom']);
    await t.end('tom');
    await t.start('ted');
    expect(t.holders()).toEqual(['tim']);
  });
});

describe('the limit per person', () => {
  const counting = { key: ['user', 'workstation'], instancesPerSeat: null } as const;

  it('[L124] counts leases and open offers of the pool together', async () => {
    const t = await aLedger();
    await t.pool('cad', { capacity: 4, counting, ...divided({ unitsPerUser: 2 }) });
    await t.product('cad', [{ poolId: 'cad', units: 1 }]);
    await t.product('viewer', [{ poolId: 'cad', units: 1 }]);
    await t.start('1', { user: 'ann', workstation: 'a' });
    await t.queue('ann', 'viewer');
    expect(t.offered()).toEqual(['ann']);

    await t.start('2', { user: 'ann', workstation: 'b' });
    expect([t.seat('2'), denialOf(t, '2')?.reason]).toEqual(['overage', 'user-limit']);
    await t.end('1');
    await t.start('3', { user: 'ann', workstation: 'c' });
    expect(t.seat('3')).toBe('held');
  });

  it('[L124] does not keep anybody from sharing a seat, or from claiming an offer', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2, ...divided({ unitsPerUser: 1 }) });
    await t.start('1', { user: 'ann', workstation: 'a' });
    await t.start('2', { user: 'ann', workstation: 'a' });
    expect([t.seat('2'), t.holders()]).toEqual(['held', ['ann']]);

    await t.start('bob');
    await t.queue('cy');
    await t.end('bob');
    await t.start('cy');
    expect(t.holders()).toEqual(['ann', 'cy']);
  });

  it('[L124] [L7] leaves the next alternative to somebody who has enough of the first', async () => {
    const t = await aLedger();
    await t.pool('x', { capacity: 2, ...divided({ unitsPerUser: 1 }) });
    await t.pool('y', { capacity: 1 });
    await t.product('cad', [{ poolId: 'x', units: 1 }], [{ poolId: 'y', units: 1 }]);

    await t.start('1', { user: 'ann', workstation: 'a' });
    await t.start('2', { user: 'ann', workstation: 'b' });
    expect([t.holders('x'), t.holders('y')]).toEqual([['ann'], ['ann']]);
    await t.start('3', { user: 'ann', workstation: 'c' });
    await t.queue('ann');
    await t.end('2');
    expect(t.holders('y')).toEqual(['ann']);
  });

  it('[L122] [L124] hold in every pool that an alternative takes from', async () => {
    const t = await aLedger();
    await groups(t, { id: 'team', members: ['tom'] });
    await t.pool('x', { capacity: 5, ...divided({ shares: [share('team', { reservedUnits: 5 })] }) });
    await t.pool('y', { capacity: 9, ...divided({ unitsPerUser: 2 }) });
    await t.product('big', [
      { poolId: 'x', units: 2 },
      { poolId: 'y', units: 2 },
    ]);

    await t.start('ann', { product: 'big' });
    await t.start('tom', { product: 'big' });
    expect([t.holders('x'), t.holders('y'), t.seat('ann')]).toEqual([['tom'], ['tom'], 'overage']);
    await t.start('tom2', { user: 'tom', workstation: 'other', product: 'big' });
    expect(denialOf(t, 'tom2')?.reason).toBe('user-limit');
  });
});

describe('lending', () => {
  it('[L125] gives unused reserved units to others, marked with the group', async () => {
    const t = await aTeam('until-asked');
    for (const name of ['ann', 'bob', 'cy']) await t.start(name);

    expect(t.holders()).toEqual(['ann', 'bob', 'cy']);
    const lenders = ['ann', 'bob', 'cy'].map((name) => leaseOf(t, name)?.borrowedFrom);
    expect(lenders).toEqual([null, 'team', 'team']);
  });

  it('[L125] borrows from one group after the other, as far as each has something unused', async () => {
    const t = await aLedger();
    await groups(t, { id: 'red', members: ['rita'] }, { id: 'blue', members: ['ben'] });
    const shares = [share('red', { reservedUnits: 1 }), share('blue', { reservedUnits: 2 })];
    await t.counted('cad', { capacity: 4, ...divided({ shares, lending: 'until-asked' }) });
    await t.start('ben');
    for (const name of ['ann', 'bob', 'cy']) await t.start(name);
    const lenders = ['ben', 'ann', 'bob', 'cy'].map((name) => leaseOf(t, name)?.borrowedFrom);
    expect(lenders).toEqual([null, null, 'red', 'blue']);

    await t.end('bob');
    await t.start('dee');
    expect(leaseOf(t, 'dee')?.borrowedFrom).toBe('red');
  });

  it('[L125] ends as soon as a member waits: nothing is cut off, and the next freed unit is theirs', async () => {
    const t = await aTeam('until-asked');
    for (const name of ['ann', 'bob', 'cy']) await t.start(name);
    await t.queue('eve');
    await t.queue('tom');
    expect(t.holders()).toEqual(['ann', 'bob', 'cy']);

    await t.end('ann');
    expect([t.offered(), t.waiting()]).toEqual([['tom'], ['eve']]);
    await t.start('tom');
    await t.end('bob');
    expect([t.offered(), t.waiting()]).toEqual([['eve'], []]);
    await t.start('eve');
    expect([leaseOf(t, 'tom')?.borrowedFrom, leaseOf(t, 'eve')?.borrowedFrom]).toEqual([null, 'team']);
  });

  it('[L125] goes on while the members who wait are kept aside by their cap', async () => {
    const t = await aLedger();
    await groups(t, { id: 'team', members: ['tom', 'tim'] });
    const shares = [share('team', { reservedUnits: 2, capUnits: 1 })];
    await t.counted('cad', { capacity: 3, ...divided({ shares, lending: 'until-asked' }) });
    await t.start('tom');
    await t.queue('tim');

    await t.start('ann');
    await t.start('bob');
    expect(t.holders()).toEqual(['ann', 'bob', 'tom']);
  });
});
