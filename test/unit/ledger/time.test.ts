/** What time does, and what it must not do: rules L21, L50 to L56. */
import { describe, expect, it } from 'vitest';
import { emptyDisk, openMemoryStore } from '../../../server/stores/memory/memory-store.ts';
import { DAY, HOUR, MINUTE } from '../../../shared/time.ts';
import { aLedger } from '../../support/a-ledger.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const ends = async (t: Awaited<ReturnType<typeof aLedger>>) =>
  (await t.recordedSince(0)).flatMap((event) => (event.kind === 'lease-ended' ? [event.reason] : []));

describe('silence', () => {
  it('[L50] [L51] ends a lease at the time to live, not before, and renewals leave no events', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');
    const before = t.state.eventNumber;

    await t.pass(10 * MINUTE, 'ann');
    expect(t.state.eventNumber).toBe(before);
    await t.pass(119_000);
    expect([t.holders(), t.ledger.isLive('ann')]).toEqual([['ann'], true]);
    await t.pass(2_000);

    expect([t.holders(), t.seat('ann'), await ends(t)]).toEqual([[], 'expired', ['expired']]);
    expect(t.ledger.isLive('ann')).toBe(false);
  });

  it('[L50] is not broken by somebody else who names the session', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');
    await t.pass(100_000);

    await t.start('ann', { user: 'eve' });
    t.ledger.renew(['ann'], 'eve');
    const reconcile = { kind: 'reconcile-sessions', workstationId: 'w', loginSessionId: null } as const;
    await t.ask({ ...reconcile, userId: 'eve', openSessionIds: ['ann'] });
    expect(t.ledger.silentMs('ann')).toBe(100_000);

    await t.ask({ ...reconcile, userId: 'ann', openSessionIds: ['ann'] });
    expect(t.ledger.silentMs('ann')).toBe(0);
  });

  it('[L51] ends nothing while one of the sessions is live', async () => {
    const t = await aLedger();
    await t.counted('cad', { counting: { key: ['user'], instancesPerSeat: null } });
    await t.start('1', { user: 'ann' });
    await t.start('2', { user: 'ann' });

    await t.pass(10 * MINUTE, '2');

    expect([t.holders(), t.seat('1')]).toEqual([['ann'], 'held']);
  });

  it('[L51] ends a lease on time when the live one of its sessions ended and the others are silent', async () => {
    const t = await aLedger();
    await t.counted('cad', { counting: { key: ['user'], instancesPerSeat: null } });
    await t.start('1', { user: 'ann' });
    await t.pass(100_000);
    await t.start('2', { user: 'ann' });

    await t.end('2');
    await t.pass(21_000);

    expect([t.seat('1'), t.holders()]).toEqual(['expired', []]);
  });

  it('[L51] ends nothing where the pool keeps seats while machines sleep', async () => {
    const t = await aLedger();
    await t.counted('cad', { keepWhileAsleep: true });
    await t.start('ann');

    await t.pass(HOUR);

    expect(t.holders()).toEqual(['ann']);
  });

  it('[L56] idle is not silence: a renewed session keeps its seat', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');

    await t.pass(8 * HOUR, 'ann');

    expect(t.holders()).toEqual(['ann']);
  });

  it('[L52] gives a returning machine a free seat at once', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');
    await t.pass(5 * MINUTE);

    t.ledger.renew(['ann']);
    await t.pass(1_000, 'ann');

    expect([t.seat('ann'), t.holders()]).toEqual(['held', ['ann']]);
  });

  it('[L52] [L21] puts returning machines at the head of their class, in the order of their return', async () => {
    const t = await aLedger();
    await t.counted('cad', { capacity: 2 });
    await t.start('ann');
    await t.start('bob');
    for (const name of ['cy', 'dee', 'eve']) await t.queue(name);
    await t.pass(3 * MINUTE);
    expect(t.offered()).toEqual(['cy', 'dee']);

    t.ledger.renew(['bob']);
    await t.pass(0);
    t.ledger.renew(['ann']);
    await t.pass(1_000, 'ann', 'bob');

    expect([t.seat('bob'), t.waiting()]).toEqual(['overage', ['bob', 'ann', 'eve']]);
    await t.start('cy');
    await t.end('cy');
    expect([t.seat('bob'), t.waiting()]).toEqual(['held', ['ann', 'eve']]);
  });

  it('[L52] lets a session that was silent claim the offer that was made meanwhile', async () => {
    const t = await aLedger();
    await t.counted('cad');
    await t.start('ann');
    await t.start('bob');
    await t.queue('bob');
    await t.pass(3 * MINUTE, 'ann');
    await t.end('ann');
    expect(t.offered()).toEqual(['bob']);

    t.ledger.renew(['bob']);
    await t.pass(1_000, 'bob');

    expect(t.seat('bob')).toBe('held');
  });
});

describe('a grace', () => {
  it('[L53] after a restart keeps leases until live holders are back', async () => {
    const disk = emptyDisk();
    const clock = new FakeClock();
    const first = await aLedger({ store: openMemoryStore(disk), clock });
    await first.counted('cad', { capacity: 2 });
    await first.start('ann');
    await first.start('bob');
    await first.ledger.close();
    await clock.advanceAsync(HOUR);

    const t = await aLedger({ store: openMemoryStore(disk), clock });
    await t.pass(4 * MINUTE, 'ann');
    expect([t.holders(), t.ledger.isLive('bob')]).toEqual([['ann', 'bob'], true]);
    await t.pass(2 * MINUTE, 'ann');

    expect([t.holders(), t.seat('bob')]).toEqual([['ann'], 'expired']);
  });

  it.each([-2 * DAY, 2 * DAY])(
    '[L53] [L54] after a step of the wall clock by %i ms nobody loses a seat or an offer',
    async (stepMs) => {
      const t = await aLedger();
      await t.counted('cad', { capacity: 2, maximumLeaseAgeMs: DAY });
      await t.start('ann');
      await t.start('bob');
      await t.queue('cy');
      await t.end('bob');

      t.clock.jump(stepMs);
      await t.pass(4 * MINUTE, 'ann');

      expect([t.holders(), t.offered()]).toEqual([['ann'], ['cy']]);
      const untilMs = t.state.offers.get(t.offerOf('cy'))?.untilMs ?? 0;
      expect(Math.abs(untilMs - t.clock.wallMs())).toBeLessThan(5 * MINUTE);
    },
  );

  it('[L53] [L55] ends nothing by age either, not even when asked', async () => {
    const t = await aLedger();
    await t.counted('cad', { maximumLeaseAgeMs: DAY });
    await t.start('ann');
    t.clock.jump(2 * DAY);
    await t.pass(20_000, 'ann');
    const [leaseId = ''] = t.state.leases.keys();

    expect(await t.ask({ kind: 'expire-lease', leaseId })).toMatchObject({ code: 'NOT_DUE' });
    await t.pass(5 * MINUTE, 'ann');

    expect([t.holders(), await ends(t)]).toEqual([[], ['max-age']]);
  });

  it('[L54] runs offers and waiting leases anew after a restart, and tickets keep their places', async () => {
    const disk = emptyDisk();
    const clock = new FakeClock();
    const first = await aLedger({ store: openMemoryStore(disk), clock });
    await first.counted('cad', { capacity: 2 });
    await first.start('ann');
    await first.start('bob');
    for (const name of ['cy', 'dee', 'eve', 'fay']) await first.queue(name);
    await first.end('ann');
    await first.end('bob');
    await first.ask({ kind: 'claim', userId: 'cy', workstationId: 'a', offerId: first.offerOf('cy') });
    await first.ledger.close();
    await clock.advanceAsync(DAY);

    const t = await aLedger({ store: openMemoryStore(disk), clock });
    await t.pass(4 * MINUTE);
    expect([t.holders(), t.offered(), t.waiting()]).toEqual([['cy'], ['dee'], ['eve', 'fay']]);
    await t.pass(2 * MINUTE);

    expect(t.holders()).toEqual([]);
    expect(t.offered()).toEqual(['eve', 'fay']);
  });
});

describe('age', () => {
  it('[L55] ends a lease at its maximum age, whoever uses it', async () => {
    const t = await aLedger();
    await t.counted('cad', { maximumLeaseAgeMs: DAY });
    await t.start('ann');
    await t.queue('bob');

    await t.pass(DAY - MINUTE, 'ann');
    expect(t.holders()).toEqual(['ann']);
    await t.pass(2 * MINUTE, 'ann');

    expect([t.seat('ann'), t.offered(), await ends(t)]).toEqual(['overage', ['bob'], ['max-age']]);
  });

  it('[L51] [L55] is checked by the decision, not believed', async () => {
    const t = await aLedger();
    await t.counted('cad', { packs: [{ packId: 'p', units: 1, fromMs: 1, untilMs: 2 }] });
    await t.start('ann');
    await t.queue('bob');
    await t.counted('cad2');
    await t.queue('cy', 'cad2');
    const [leaseId = ''] = t.state.leases.keys();

    const refused = [
      await t.ask({ kind: 'expire-lease', leaseId }),
      await t.ask({ kind: 'expire-offer', offerId: t.offerOf('cy') }),
      await t.ask({ kind: 'start-pack', poolId: 'cad', packId: 'p' }),
      await t.ask({ kind: 'end-pack', poolId: 'cad', packId: 'p' }),
    ];

    expect(refused.map((outcome) => !outcome.ok && outcome.code)).toEqual(Array(4).fill('NOT_DUE'));
  });
});
