/** Who belongs to which group, and what is out of a pool for each: rules L120 and L121. */
import { describe, expect, it } from 'vitest';
import { groupsOf } from '../../../server/ledger/groups.ts';
import { divided, groups, join, leaveGroup, share } from '../../support/a-division.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';

const configure = (t: TestLedger, groupId: string, parentId: string | null) =>
  t.ask({ kind: 'configure-group', groupId, parentId });

/** Units out for a group of the pool "cad". */
function used(t: TestLedger, groupId: string): number | undefined {
  const nodes = t.state.pools.get('cad')?.usage?.nodes;
  return nodes?.find((node) => node.share.groupId === groupId)?.usedUnits;
}

describe('groups', () => {
  it('[L120] lie within groups, and their members belong to all above', async () => {
    const t = await aLedger();
    await groups(t, { id: 'house' }, { id: 'wing', within: 'house' });
    await groups(
      t,
      { id: 'room', within: 'wing', members: ['ann'] },
      { id: 'team', members: ['ann', 'bob'] },
    );

    expect([...groupsOf(t.state, 'ann')].sort()).toEqual(['house', 'room', 'team', 'wing']);
    expect([...groupsOf(t.state, 'bob')]).toEqual(['team']);
    expect([...groupsOf(t.state, 'cy')]).toEqual([]);
  });

  it('[L120] refuse a cycle, a group above that is not there, and members of what is not there', async () => {
    const t = await aLedger();
    await groups(t, { id: 'house' }, { id: 'wing', within: 'house' }, { id: 'room', within: 'wing' });

    expect(await configure(t, 'house', 'room')).toMatchObject({ code: 'GROUP_CYCLE' });
    expect(await configure(t, 'self', 'self')).toMatchObject({ code: 'GROUP_CYCLE' });
    expect(await configure(t, 'room', 'gone')).toMatchObject({ code: 'GROUP_UNKNOWN' });
    const change = { kind: 'change-members', groupId: 'gone', add: ['ann'], remove: [] } as const;
    expect(await t.ask(change)).toMatchObject({ code: 'GROUP_UNKNOWN' });
    expect(await t.ask({ kind: 'remove-group', groupId: 'gone' })).toMatchObject({ code: 'GROUP_UNKNOWN' });
    expect(await configure(t, 'room', 'house')).toMatchObject({ ok: true });
  });

  it('[L120] are named by a pool only where they are there', async () => {
    const t = await aLedger();
    expect(await t.pool('cad', divided({ shares: [share('gone')] }))).toMatchObject({
      code: 'GROUP_UNKNOWN',
    });
    const who = { kind: 'group', groupId: 'gone' } as const;
    const rule = { denyId: 'd', who, reason: 'over budget', untilMs: null };
    expect(await t.pool('cad', divided({ denied: [rule] }))).toMatchObject({ code: 'GROUP_UNKNOWN' });
  });

  it('[L120] record only what changes', async () => {
    const t = await aLedger();
    await groups(t, { id: 'team', members: ['ann'] });
    const change = { kind: 'change-members', groupId: 'team', add: ['ann', 'bob'], remove: ['cy'] } as const;

    expect(await t.record(change)).toEqual([
      { kind: 'members-changed', groupId: 'team', added: ['bob'], removed: [] },
    ]);
    expect(await t.record(change)).toEqual([]);
    expect(await t.record({ kind: 'configure-group', groupId: 'team', parentId: null })).toEqual([]);
  });

  it('[L120] leave their subgroups to the group above when they go, and no trace in pools', async () => {
    const t = await aLedger();
    await groups(t, { id: 'house' }, { id: 'wing', within: 'house', members: ['ann'] });
    await groups(t, { id: 'room', within: 'wing', members: ['bob'] });
    await t.counted('cad', { capacity: 3, ...divided({ shares: [share('wing', { reservedUnits: 1 })] }) });

    await t.ask({ kind: 'remove-group', groupId: 'wing' });

    expect(t.state.groups.get('room')?.parentId).toBe('house');
    expect([[...groupsOf(t.state, 'ann')], [...groupsOf(t.state, 'bob')].sort()]).toEqual([
      [],
      ['house', 'room'],
    ]);
    expect(t.state.pools.get('cad')?.settings.allocation.shares).toEqual([]);
  });
});

describe('what is out for a group', () => {
  const shares = [share('room'), share('house'), share('team')];

  it('[L121] is the units of leases and open offers of everybody who belongs to it', async () => {
    const t = await aLedger();
    await groups(t, { id: 'house' }, { id: 'room', within: 'house', members: ['ann', 'bob'] });
    await groups(t, { id: 'team', members: ['bob', 'cy'] });
    await t.counted('cad', { capacity: 3, ...divided({ shares }) });
    for (const name of ['ann', 'cy', 'eve']) await t.start(name);
    await t.queue('bob');
    expect([used(t, 'room'), used(t, 'house'), used(t, 'team')]).toEqual([1, 1, 1]);

    await t.end('eve');
    expect(t.offered()).toEqual(['bob']);
    expect([used(t, 'room'), used(t, 'house'), used(t, 'team')]).toEqual([2, 2, 2]);
    await t.end('ann');
    expect([used(t, 'room'), used(t, 'house'), used(t, 'team')]).toEqual([1, 1, 2]);
  });

  it('[L121] counts anew with every change of membership, and nothing is revoked', async () => {
    const t = await aLedger();
    await groups(t, { id: 'house' }, { id: 'room', within: 'house', members: ['ann'] }, { id: 'team' });
    await t.counted('cad', { capacity: 2, ...divided({ shares: [share('house', { capUnits: 1 })] }) });
    await t.start('ann');
    await t.start('cy');

    await join(t, 'room', 'cy');
    expect([used(t, 'house'), t.holders()]).toEqual([2, ['ann', 'cy']]);
    await leaveGroup(t, 'room', 'ann');
    expect(used(t, 'house')).toBe(1);
    await t.ask({ kind: 'configure-group', groupId: 'room', parentId: null });
    expect(used(t, 'house')).toBe(0);
    await t.end('cy');
    await t.end('ann');
    expect(used(t, 'house')).toBe(0);
  });
});
