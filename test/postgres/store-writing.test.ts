/** What PostgreSQL does with writes: owners, bad requests among good ones, locks, damage, housekeeping. */
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { headsFrom } from '../../server/ledger/heads.ts';
import { openPostgresStore, type PostgresStore } from '../../server/stores/postgres/postgres-store.ts';
import type { RecordChange } from '../../server/stores/records.ts';
import { CorruptStoreError, NotOwnerError } from '../../server/stores/store.ts';
import { aLedger } from '../support/a-ledger.ts';
import { createDatabase, dropDatabase, queryOnce } from '../support/a-postgres.ts';
import { aPerson, rowOf, Units } from '../support/a-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type {} from '../support/postgres-setup.ts';

const NOW_MS = Date.UTC(2026, 10, 22);

let url: string;
let store: PostgresStore;
let units: Units;

beforeEach(async () => {
  url = await createDatabase(inject('postgresUrl'));
  store = await openPostgresStore({ url, clock: new FakeClock({ wallMs: NOW_MS }) });
  units = new Units();
});
afterEach(async () => {
  await store.close();
  await dropDatabase(url);
});

describe('an owner', () => {
  const own = (epoch: number) =>
    queryOnce(
      url,
      `INSERT INTO ledger_owners VALUES ('main', 'server-1', 'http://one', ${epoch}, now() + interval '5 s')
       ON CONFLICT (ledger_group) DO UPDATE SET epoch = excluded.epoch`,
    );

  it('[L83] commits while it owns the group, and keeps nothing when its time is over', async () => {
    await own(7);
    await store.append([units.next()], { ownerId: 'server-1', epoch: 7 });
    await own(8);

    const late = store.append([units.next({ changes: [aPerson('ann')] })], { ownerId: 'server-1', epoch: 7 });

    await expect(late).rejects.toThrow(NotOwnerError);
    expect((await store.load()).events).toHaveLength(1);
    expect(await store.records.people.get('ann')).toBeNull();
  });

  it('[L83] that nobody named is refused, and takes no other write with it', async () => {
    const [foreign, record] = await Promise.allSettled([
      store.append([units.next()], { ownerId: 'server-2', epoch: 1 }),
      store.records.write([aPerson('ann')]),
    ]);

    expect([foreign.status, record.status]).toEqual(['rejected', 'fulfilled']);
    expect(foreign.status === 'rejected' && foreign.reason).toBeInstanceOf(NotOwnerError);
    expect(await store.records.people.get('ann')).not.toBeNull();
  });

  it('[L83] is taken over only between its commits: whoever does waits for a running one', async () => {
    await own(1);
    await queryOnce(
      url,
      `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(0.7); RETURN new; END $$;
      CREATE TRIGGER slow BEFORE INSERT ON ledger_events FOR EACH ROW EXECUTE FUNCTION slow()`,
    );
    const order: string[] = [];

    const appending = store
      .append([units.next()], { ownerId: 'server-1', epoch: 1 })
      .then(() => order.push('appended'));
    await until(async () => {
      const text = `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'`;
      return (await queryOnce(url, text)).length > 0;
    });
    await own(2).then(() => order.push('taken over'));
    await appending;

    expect(order).toEqual(['appended', 'taken over']);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isSo())) if (Date.now() > deadline) throw new Error('it never came to be');
}

describe('one request among many', () => {
  it('[L83] that is bad fails alone', async () => {
    const person = (userId: unknown): RecordChange => aPerson(userId as string);

    const results = await Promise.allSettled([
      store.records.write([person('ann')]),
      store.records.write([
        person('bob'),
        { ...person('x'), row: { ...rowOf('person'), createdAtMs: 1.5 } } as never,
      ]),
      store.records.write([person('cy')]),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const page = await store.records.people.page({ limit: 9, cursor: null });
    expect(page.items.map(({ userId }) => userId)).toEqual(['ann', 'cy']);
  });

  it('[L83] of two servers that both append, the second is refused and sees the other’s events', async () => {
    const other = await openPostgresStore({ url, clock: systemClock });
    await store.append([units.next()]);
    const second = new Units();

    await expect(other.append([second.next()])).rejects.toThrow('does not follow');
    second.eventNumber = 1;
    await other.append([second.next()]);
    units.eventNumber = 2;
    await store.append([units.next()]);

    expect((await store.load()).events).toHaveLength(3);
    await other.close();
  });

  it('keeps what it can of a text that PostgreSQL does not take', async () => {
    await store.records.write([aPerson('ann', 'A\0nn \ud800')]);

    expect(await store.records.people.get('ann')).toMatchObject({ name: 'A\ufffdnn \ufffd' });
  });
});

describe('reads', () => {
  it('[L88] go on while a write holds the tables', async () => {
    await store.records.write([aPerson('ann')]);
    const holding = queryOnce(url, 'BEGIN; LOCK TABLE people IN EXCLUSIVE MODE; SELECT pg_sleep(1)');
    await until(async () => {
      const text = `SELECT 1 FROM pg_locks WHERE mode = 'ExclusiveLock' AND relation = 'people'::regclass`;
      return (await queryOnce(url, text)).length > 0;
    });
    const order: string[] = [];

    const writing = store.records.write([aPerson('bob')]).then(() => order.push('written'));
    expect(await store.records.people.get('ann')).not.toBeNull();
    order.push('read');
    await writing;

    expect(order).toEqual(['read', 'written']);
    await holding;
  });
});

describe('housekeeping', () => {
  it('[L80] forgets answers of long ago and marks of machines that never return, and no others', async () => {
    const answer = { ok: false, code: 'NOT_FOUND', message: 'Gone.' } as const;
    const at = (atMs: number, outboxId: string) => {
      const unit = units.next({ answer, atMs, outbox: { outboxId, seq: 1 } });
      return { ...unit, events: unit.events.map((event) => ({ ...event, atMs })) };
    };
    const agent = (workstationId: string, lastContactMs: number): RecordChange =>
      ({ record: 'agent', op: 'put', row: { ...rowOf('agent'), workstationId, lastContactMs } }) as never;
    await store.append([at(1_000, 'old/ann/x'), at(2_000, 'new/ann/x'), at(3_000, 'new/ann/y')]);
    await store.records.write([agent('old', 5), agent('new', 5_000)]);

    await store.housekeeping?.trim({ answersBeforeMs: 2_500, marksBeforeMs: 1_000 });

    const loaded = await store.load();
    expect(loaded.answers.map(({ commandId }) => commandId)).toEqual(['command-3']);
    expect(loaded.outboxMarks.map(({ outboxId }) => outboxId).sort()).toEqual(['new/ann/x', 'new/ann/y']);
    expect(loaded.events).toHaveLength(3);
    await store.housekeeping?.trim({ answersBeforeMs: 0, marksBeforeMs: 0 });
    expect((await store.load()).answers).toHaveLength(1);
  });
});

describe('damage', () => {
  beforeEach(async () => {
    const t = await aLedger({ store, snapshotEvery: 3 });
    await t.counted('cad');
    for (const name of ['ann', 'bob', 'cy', 'dee']) await t.start(name);
    await t.ledger.close();
  });

  it('[L85] of the newest snapshot is passed over for the one before', async () => {
    await queryOnce(
      url,
      `UPDATE ledger_snapshots SET body = replace(body, 'ann', 'eve')
      WHERE event_number = (SELECT max(event_number) FROM ledger_snapshots)`,
    );

    const loaded = await store.load();

    expect(loaded.events.length).toBeGreaterThan(0);
    expect([...headsFrom(loaded).durable.sessions.keys()]).toEqual(['ann', 'bob', 'cy', 'dee']);
  });

  it.each([
    ["UPDATE ledger_events SET body = replace(body, 'dee', 'eve')", 'changed'],
    [
      'DELETE FROM ledger_events WHERE event_number = (SELECT max(event_number) FROM ledger_events) - 1',
      'missing',
    ],
  ])('[L85] of events (%s) is found', async (sql, word) => {
    await queryOnce(url, `DELETE FROM ledger_snapshots; ${sql}`);

    await expect(store.load()).rejects.toThrow(CorruptStoreError);
    await expect(store.load()).rejects.toThrow(word);
  });
});
