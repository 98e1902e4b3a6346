/** What every store must do with the ledger's events, answers and snapshots: one suite on memory, SQLite and PostgreSQL. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageOf } from '../../server/ledger/snapshot.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { aLedger } from '../support/a-ledger.ts';
import { aPerson, STORE_PLACES, type StorePlace, Units } from '../support/a-store.ts';
import { FakeClock } from '../support/fake-clock.ts';

const answer = { ok: false, code: 'NOT_FOUND', message: 'Gone.' } as const;

describe.each(Object.entries(STORE_PLACES))('the %s store', (_name, makePlace) => {
  let place: StorePlace;
  let store: ServerStore;
  let units: Units;

  beforeEach(async () => {
    units = new Units();
    place = makePlace();
    store = await place.open();
  });

  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  const reopen = async () => {
    await store.close();
    store = await place.open();
  };

  it('[L84] gives back events, answers and marks after it was closed', async () => {
    const batch = [
      units.next({ answer, outbox: { outboxId: 'a', seq: 1 } }),
      units.next({ outbox: { outboxId: 'a', seq: 2 } }),
      units.next({ outbox: { outboxId: 'b', seq: 7 } }),
    ];

    await store.append(batch);
    await reopen();
    const loaded = await store.load();

    expect(loaded.snapshot).toBeNull();
    expect(loaded.events).toEqual(batch.flatMap((unit) => unit.events));
    expect(loaded.answers).toEqual([{ commandId: 'command-1', answer }]);
    const marks = [...loaded.outboxMarks].sort((a, b) => a.outboxId.localeCompare(b.outboxId));
    expect(marks).toEqual([
      { outboxId: 'a', seq: 2 },
      { outboxId: 'b', seq: 7 },
    ]);
    expect([await store.answerOf('command-1'), await store.answerOf('command-2')]).toEqual([answer, null]);
    expect(await store.events(1, 1)).toEqual(batch[1]?.events);
  });

  it('[L83] keeps a batch whole or not at all', async () => {
    await store.append([units.next()]);
    const good = units.next({ outbox: { outboxId: 'a', seq: 1 }, changes: [aPerson('ann')] });
    units.eventNumber += 5;

    await expect(store.append([good, units.next()])).rejects.toThrow('does not follow');

    expect((await store.load()).events).toHaveLength(1);
    expect((await store.load()).outboxMarks).toEqual([]);
    expect(await store.records.people.get('ann')).toBeNull();
  });

  it('[L84] loads the newest snapshot and what came after it, and keeps two', async () => {
    for (let round = 1; round <= 3; round++) {
      await store.append([units.next()]);
      await store.saveSnapshot({ eventNumber: units.eventNumber, body: { round } });
    }
    const late = units.next();
    await store.append([late]);

    await reopen();

    expect(await store.load()).toMatchObject({
      snapshot: { eventNumber: 3, body: { round: 3 } },
      events: late.events,
    });
  });

  it('[L82] keeps batches that come together in the order in which they came', async () => {
    const batch = Array.from({ length: 50 }, () => units.next());

    await Promise.all(batch.map((unit) => store.append([unit])));

    expect((await store.load()).events.map(({ eventNumber }) => eventNumber)).toEqual(
      batch.map((_, index) => index + 1),
    );
  });

  it('[L80] keeps the first answer of an id', async () => {
    await store.append([units.next({ commandId: 'same', answer })]);
    await store.append([units.next({ commandId: 'same', answer: { ...answer, message: 'Other.' } })]);

    expect(await store.answerOf('same')).toEqual(answer);
  });

  it('[L84] carries a working ledger over a restart with the same state', async () => {
    const clock = new FakeClock();
    const first = await aLedger({ store, clock, snapshotEvery: 6 });
    await first.counted('cad', { capacity: 2 });
    for (const name of ['ann', 'bob', 'cy']) await first.start(name);
    await first.queue('cy');
    await first.queue('dee');
    await first.end('ann');
    const before = JSON.parse(JSON.stringify(imageOf(first.state)));
    await first.ledger.close();

    await reopen();
    const second = await aLedger({ store, clock });
    const after = JSON.parse(JSON.stringify(imageOf(second.state)));

    const grace = { eventNumber: before.eventNumber + 1, graceUntilMs: clock.wallMs() + 300_000 };
    expect(after).toEqual({ ...before, ...grace });
    expect(second.holders()).toEqual(['bob', 'cy']);
    await second.ledger.close();
  });

  it('[L86] writes usage and denials with the events that cause them', async () => {
    const t = await aLedger({ store });
    await t.counted('cad');
    await t.start('ann');
    await t.start('bob');
    await t.pass(1_000, 'ann', 'bob');
    await t.end('ann');
    const { usage, denials } = store.records;

    expect(await usage.session('ann')).toMatchObject({ userId: 'ann', endReason: 'exit' });
    const [grant] = await usage.grants(['ann', 'bob']);
    expect(grant).toMatchObject({ sessionId: 'ann', poolId: 'cad' });
    expect((grant?.toMs ?? 0) - (grant?.fromMs ?? 0)).toBe(1_000);
    expect((await denials.page({}, { limit: 9, cursor: null })).items).toMatchObject([{ userId: 'bob' }]);
    await t.ledger.close();
  });
});
