/** What a denial says, and which ones were false: rules L132 and L133. */
import { describe, expect, it } from 'vitest';
import { recordsOf } from '../../../server/ledger/projection.ts';
import { denialOf, denied, divided, groups, share } from '../../support/a-division.ts';
import { aLedger, type TestLedger } from '../../support/a-ledger.ts';

const X = { poolId: 'x', units: 1 };
const Y = { poolId: 'y', units: 1 };

describe('a denial', () => {
  /** Pools x and y, both for "cad", x for the team, which may have one unit. */
  async function two(): Promise<TestLedger> {
    const t = await aLedger();
    await groups(t, { id: 'team', members: ['tom', 'tim'] });
    const shares = [share('team', { reservedUnits: 1, capUnits: 1 })];
    await t.pool('x', { capacity: 1, ...divided({ shares, denied: [denied('bad')] }) });
    await t.pool('y', { capacity: 1 });
    await t.product('cad', [X], [Y]);
    await t.start('yve');
    return t;
  }

  it('[L132] says the first reason that holds, and which pools had free units', async () => {
    const t = await two();
    expect([t.holders('x'), t.holders('y')]).toEqual([[], ['yve']]);
    const denials = [];
    for (const name of ['ann', 'bad']) {
      await t.start(name);
      denials.push(denialOf(t, name)?.reason);
    }
    expect(denials).toEqual(['no-free-seat', 'no-free-seat']);
    await t.pool('y', { capacity: 1, admission: 'paused' });
    await t.start('cy');
    expect(denialOf(t, 'cy')?.reason).toBe('reserved');
    const recorded = (await t.recordedSince(0)).filter((event) => event.kind === 'session-denied');
    expect(recorded.map(({ freeElsewhere }) => freeElsewhere)).toEqual([
      [{ poolId: 'x', units: 1 }],
      [{ poolId: 'x', units: 1 }],
      [{ poolId: 'x', units: 1 }],
    ]);
  });

  it('[L132] goes on to the next reason where one does not close every way', async () => {
    const t = await two();
    await t.pool('y', { capacity: 1, admission: 'paused' });
    await t.start('tom');
    await t.start('tim');
    await t.start('bad');
    expect([t.seat('tom'), denialOf(t, 'tim')?.reason, denialOf(t, 'bad')?.reason]).toEqual([
      'held',
      'group-cap',
      'pool-paused',
    ]);
    await t.product('cad', [X]);
    await t.start('bad2', { user: 'bad', workstation: 'other' });
    expect(denialOf(t, 'bad2')?.reason).toBe('denied-by-admin');
  });

  it('[L132] [L6] says that others wait where the units are there for somebody who goes first', async () => {
    const t = await aLedger();
    await t.pool('tokens', { capacity: 3 });
    await t.product('cad', [{ poolId: 'tokens', units: 1 }]);
    await t.product('big', [{ poolId: 'tokens', units: 3 }]);
    await t.start('1');
    await t.queue('ann', 'big');
    await t.start('2');
    expect(denialOf(t, '2')?.reason).toBe('others-wait');
  });

  it('[L133] is a false one when its session gets a seat soon after, and only then', async () => {
    const t = await aLedger();
    await t.counted('cad', { falseDenialWithinMs: 60_000 });
    await t.start('ann');
    await t.start('bob');
    await t.queue('bob');
    await t.pass(60_000, 'ann', 'bob');
    const before = t.state.eventNumber;
    await t.end('ann');
    const events = await t.recordedSince(before);
    const proved = events.find((event) => event.kind === 'denial-proved-false');
    expect(proved).toMatchObject({ sessionId: 'bob', userId: 'bob', afterMs: 60_000 });

    await t.start('cy');
    await t.queue('cy');
    await t.pass(60_001, 'bob', 'cy');
    const later = t.state.eventNumber;
    await t.end('bob');
    expect(t.seat('cy')).toBe('held');
    expect((await t.recordedSince(later)).some(({ kind }) => kind === 'denial-proved-false')).toBe(false);
  });

  it('[L132] [L133] goes to the records with all it says', async () => {
    const t = await two();
    await t.start('ann');
    await t.queue('ann');
    await t.end('yve');
    const recorded = await t.store.events(0, 1000);
    const changes = recordsOf(recorded).filter(({ record }) => record === 'denial');
    expect(changes).toMatchObject([
      { op: 'put', row: { reason: 'no-free-seat', freeElsewhere: [X], provedFalseAtMs: null } },
      { op: 'patch', set: { provedFalseAtMs: t.clock.wallMs() } },
    ]);
  });
});
