/** Holder keys, sharing and the ends of leases: rules L11 to L18. */
import { describe, expect, it } from 'vitest';
import type { CountingKeyPart } from '../../../shared/domain.ts';
import { aLedger } from '../../support/a-ledger.ts';

const by = (...key: CountingKeyPart[]) => ({ counting: { key, instancesPerSeat: null } });

describe('counting', () => {
  it.each<[CountingKeyPart[], number]>([
    [['user'], 1],
    [['user', 'workstation'], 2],
    [['loginSession'], 3],
    [['process'], 4],
    [['device'], 2],
  ])('[L11] counts four sessions of one user by %j as %i seats', async (key, seats) => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 9, ...by(...key) });

    await t.start('1', { user: 'ann', workstation: 'a', login: 'x', process: 'p' });
    await t.start('2', { user: 'ann', workstation: 'a', login: 'y', process: 'q' });
    await t.start('3', { user: 'ann', workstation: 'b', login: 'z', process: 'r' });
    await t.start('4', { user: 'ann', workstation: 'b', login: 'z', process: 's' });

    expect(t.holders()).toHaveLength(seats);
  });

  it('[L11] tells a named device from the workstation', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 9, ...by('device') });

    await t.start('1', { user: 'ann', workstation: 'server', device: 'thin-1' });
    await t.start('2', { user: 'ann', workstation: 'server', device: 'thin-2' });
    await t.start('3', { user: 'ann', workstation: 'server' });

    expect(t.holders()).toHaveLength(3);
  });

  it('[L11] counts one application of one person on one device once by user, device and product', async () => {
    const t = await aLedger();
    await t.pool('suite', { capacity: 9, ...by('user', 'device', 'product') });
    for (const product of ['draw', 'write']) await t.product(product, [{ poolId: 'suite', units: 1 }]);

    await t.start('1', { user: 'ann', workstation: 'a', login: 'x', process: 'p', product: 'draw' });
    await t.start('2', { user: 'ann', workstation: 'a', login: 'y', process: 'q', product: 'draw' });
    expect(t.holders('suite')).toEqual(['ann']);
    await t.start('3', { user: 'ann', workstation: 'a', product: 'write' });
    await t.start('4', { user: 'ann', workstation: 'b', product: 'draw' });
    await t.start('5', { user: 'bob', workstation: 'a', product: 'draw' });
    expect(t.holders('suite')).toEqual(['ann', 'ann', 'ann', 'bob']);
  });

  it('[L12] fills a seat up to its instances, then needs another one', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2, counting: { key: ['user'], instancesPerSeat: 2 } });

    for (const id of ['1', '2', '3', '4', '5']) await t.start(id, { user: 'ann' });

    expect(t.holders()).toEqual(['ann', 'ann']);
    expect(t.seat('5')).toBe('overage');
  });

  it('[L12] does not share a lease that has too few units', async () => {
    const t = await aLedger();
    await t.pool('tokens', { capacity: 5 });
    await t.product('small', [{ poolId: 'tokens', units: 1 }]);
    await t.product('big', [{ poolId: 'tokens', units: 3 }]);

    await t.start('1', { user: 'ann', product: 'small' });
    await t.start('2', { user: 'ann', product: 'big' });
    await t.start('3', { user: 'ann', product: 'small' });

    expect(t.state.pools.get('tokens')?.leasedUnits).toBe(4);
  });

  it('[L12] seats the other sessions of somebody who got a seat', async () => {
    const t = await aLedger();
    await t.counted('cad', by('user'));
    await t.start('ann');
    await t.start('1', { user: 'bob', workstation: 'a' });
    await t.start('2', { user: 'bob', workstation: 'b' });
    await t.queue('bob');

    await t.end('ann');

    expect([t.seat('1'), t.seat('2'), t.holders()]).toEqual(['held', 'held', ['bob']]);
  });

  it('[L13] prefers an alternative that costs nothing over an earlier one that costs a unit', async () => {
    const t = await aLedger();
    await t.pool('first', { capacity: 1 });
    await t.pool('second', { capacity: 1 });
    await t.product('cad', [{ poolId: 'first', units: 1 }], [{ poolId: 'second', units: 1 }]);
    await t.start('ann');
    await t.start('1', { user: 'bob' });
    await t.end('ann');

    await t.start('2', { user: 'bob' });

    expect([t.holders('first'), t.holders('second')]).toEqual([[], ['bob']]);
  });

  it.each(['released', 'admin', 'reclaimed'] as const)(
    '[L14] ends a lease (%s) for all that share it, and they run on',
    async (cause) => {
      const t = await aLedger();
      await t.counted('cad', by('user'));
      await t.start('1', { user: 'ann' });
      await t.start('2', { user: 'ann' });
      const [leaseId = ''] = t.state.leases.keys();
      const before = t.state.eventNumber;

      if (cause === 'released')
        await t.ask({ kind: 'release', userId: 'ann', sessionId: '1', comeBackAtMs: null });
      else await t.ask({ kind: 'end-lease', leaseId, cause, note: 'maintenance tonight', warnMs: 0 });

      expect([t.seat('1'), t.seat('2'), t.holders()]).toEqual(['overage', 'overage', []]);
      const ends = (await t.recordedSince(before)).filter((event) => event.kind === 'lease-ended');
      expect(ends).toMatchObject([{ leaseId, reason: cause }]);
    },
  );

  it('[L14] refuses to give back what is not there or not yours', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');
    await t.start('bob');

    const release = (userId: string, sessionId: string) =>
      t.ask({ kind: 'release', userId, sessionId, comeBackAtMs: null });
    expect(await release('bob', 'ann')).toMatchObject({ code: 'NOT_YOURS' });
    expect(await release('bob', 'bob')).toMatchObject({ code: 'NO_SEAT' });
    expect(await release('bob', 'gone')).toMatchObject({ code: 'NOT_FOUND' });
    const end = { kind: 'end-lease', leaseId: 'gone', cause: 'admin', note: '', warnMs: 0 } as const;
    expect(await t.ask(end)).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('[L15] ends the other leases of an alternative that lost one', async () => {
    const t = await aLedger();
    await t.pool('core', { capacity: 1 });
    await t.pool('mesh', { capacity: 1 });
    const takes = [
      { poolId: 'core', units: 1 },
      { poolId: 'mesh', units: 1 },
    ];
    await t.product('cad', takes);
    await t.start('ann');
    const lease = [...t.state.leases.values()].find(({ poolId }) => poolId === 'core');

    await t.ask({ kind: 'end-lease', leaseId: lease?.leaseId ?? '', cause: 'admin', note: 'n', warnMs: 0 });

    expect([t.state.leases.size, t.seat('ann')]).toEqual([0, 'overage']);
  });

  it('[L16] ends a lease with the last of its sessions', async () => {
    const t = await aLedger();
    await t.counted('cad', by('user'));
    await t.start('1', { user: 'ann' });
    await t.start('2', { user: 'ann' });

    await t.end('1');
    expect(t.holders()).toEqual(['ann']);
    await t.end('2');
    expect(t.holders()).toEqual([]);
    expect(await t.end('2')).toMatchObject({ ok: true });
  });

  it('[L17] ends what the agent no longer names, on that machine and login session only', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 9, ...by('process') });
    await t.start('kept', { user: 'ann', workstation: 'a', login: 'x' });
    await t.start('gone', { user: 'ann', workstation: 'a', login: 'x' });
    await t.start('other-login', { user: 'ann', workstation: 'a', login: 'y' });
    await t.start('other-machine', { user: 'ann', workstation: 'b', login: 'x' });
    const reconcile = { kind: 'reconcile-sessions', userId: 'ann', workstationId: 'a' } as const;

    await t.ask({ ...reconcile, loginSessionId: 'x', openSessionIds: ['kept'] });
    expect([...t.state.sessions.keys()]).toEqual(['kept', 'other-login', 'other-machine']);

    await t.ask({ ...reconcile, loginSessionId: null, openSessionIds: ['kept'] });
    expect([...t.state.sessions.keys()]).toEqual(['kept', 'other-machine']);
  });

  it('[L17] ends a lease that only sessions shared which ended together', async () => {
    const t = await aLedger();
    await t.counted('cad', by('user'));
    await t.start('1', { user: 'ann', workstation: 'a' });
    await t.start('2', { user: 'ann', workstation: 'a' });

    await t.ask({
      kind: 'reconcile-sessions',
      userId: 'ann',
      workstationId: 'a',
      loginSessionId: null,
      openSessionIds: [],
    });

    expect([t.state.sessions.size, t.state.leases.size, t.state.users.size]).toEqual([0, 0, 0]);
  });
});
