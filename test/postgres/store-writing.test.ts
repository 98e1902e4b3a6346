/** What PostgreSQL does with writes: owners, bad requests among good ones, locks, damage, months. */
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { headsFrom } from '../../server/ledger/heads.ts';
import {
  openPostgresStore,
  type PostgresStore,
  WRITER_SETTINGS,
} from '../../server/stores/postgres/postgres-store.ts';
import { recordWrites } from '../../server/stores/postgres/record-writes.ts';
import type { RecordChange } from '../../server/stores/records.ts';
import { CorruptStoreError, NotOwnerError } from '../../server/stores/store.ts';
import { DAY } from '../../shared/time.ts';
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

describe('months', () => {
  const aSession = (sessionId: string, startedAtMs: number): RecordChange => {
    const row = { ...rowOf('usageSession'), sessionId, startedAtMs, endedAtMs: startedAtMs + 5 };
    return { record: 'usageSession', op: 'put', row } as unknown as RecordChange;
  };
  const anInterval = (sessionId: string, fromMs: number): RecordChange => {
    const row = { ...rowOf('usageInterval'), sessionId, fromMs, toMs: fromMs + 1 };
    return { record: 'usageInterval', op: 'put', row } as unknown as RecordChange;
  };
  const where = async (table: string) => {
    const rows = await queryOnce(
      url,
      `SELECT tableoid::regclass::text AS part, session_id FROM ${table} ORDER BY 2`,
    );
    return rows.map(({ part, session_id: id }) => `${id} in ${part}`);
  };

  it('are made ahead, and on demand for what is older; all of a session lies in the month of its start', async () => {
    const august = Date.UTC(2026, 7, 31, 23);
    await store.records.write([aSession('a', august), anInterval('a', august + DAY), aSession('b', NOW_MS)]);
    await store.records.write([aSession('a', august - 40 * DAY), anInterval('a', august + 3 * DAY)]);
    await store.records.write([anInterval('c', Date.UTC(2026, 1, 3)), aSession('c', Date.UTC(2026, 0, 30))]);

    expect(await where('usage_sessions')).toEqual([
      'a in usage_sessions_2026_08',
      'b in usage_sessions_2026_11',
      'c in usage_sessions_2026_02',
    ]);
    expect(await where('usage_intervals')).toEqual([
      'a in usage_intervals_2026_08',
      'c in usage_intervals_2026_02',
    ]);
    expect((await store.records.usage.intervals(['a', 'c'])).map(({ fromMs }) => fromMs)).toEqual([
      august + 3 * DAY,
      Date.UTC(2026, 1, 3),
    ]);
    const ahead = await queryOnce(url, `SELECT to_regclass('usage_grants_2027_01')::text AS part`);
    expect(ahead).toEqual([{ part: 'usage_grants_2027_01' }]);
  });

  it('of a wild time are those at the bounds, so that nobody makes tables without end', async () => {
    await store.records.write([aSession('old', 5), aSession('far', NOW_MS + 900 * DAY)]);

    expect(await where('usage_sessions')).toEqual([
      'far in usage_sessions_2026_12',
      'old in usage_sessions_2016_11',
    ]);
    expect(await store.records.usage.session('old')).toMatchObject({ startedAtMs: 5 });
  });

  it('that were detached take no patch, and are made again when a row is put', async () => {
    const june = Date.UTC(2026, 5, 15);
    await store.records.write([aSession('a', june), aSession('b', NOW_MS)]);
    await queryOnce(
      url,
      'ALTER TABLE usage_sessions DETACH PARTITION usage_sessions_2026_06; DROP TABLE usage_sessions_2026_06',
    );

    const patch = {
      record: 'usageSession',
      op: 'patch',
      key: { sessionId: 'a' },
      set: { endedAtMs: 9 },
    } as const;
    await store.records.write([patch]);
    expect(await where('usage_sessions')).toEqual(['b in usage_sessions_2026_11']);
    await store.records.write([aSession('a', june)]);

    expect(await where('usage_sessions')).toEqual([
      'a in usage_sessions_2026_06',
      'b in usage_sessions_2026_11',
    ]);
  });

  it('are found without a look at the others when a row is patched', async () => {
    const months = Array.from({ length: 12 }, (_, month) => aSession(`s${month}`, Date.UTC(2026, month, 3)));
    await store.records.write(months);
    await queryOnce(
      url,
      `INSERT INTO session_files SELECT session_id || '-' || i, filed_ms
        FROM session_files, generate_series(1, 2000) AS i;
      INSERT INTO usage_sessions (session_id, filed_ms) SELECT * FROM session_files ON CONFLICT DO NOTHING;
      ANALYZE session_files, usage_sessions`,
    );

    const plan = await planOfPatch(url, 's3-7');

    const searched = plan.filter((line) => line.includes('Index Scan using usage_sessions_2026'));
    const passedOver = searched.filter((line) => line.includes('never executed'));
    expect(searched.length - passedOver.length).toBe(1);
    expect(passedOver.length).toBeGreaterThan(10);
  });
});

/** How PostgreSQL carries out what the writer sends for the end of a session, on a connection like the writer's. */
async function planOfPatch(url: string, sessionId: string): Promise<string[]> {
  const patch = { record: 'usageSession', op: 'patch', key: { sessionId }, set: { endedAtMs: 5 } } as const;
  const update = recordWrites([patch], NOW_MS).statements.find(({ text }) => text.startsWith('UPDATE'));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(WRITER_SETTINGS);
  await client.query(`PREPARE patch AS ${update?.text}`);
  const { rows } = await client.query(`EXPLAIN (ANALYZE, COSTS OFF) EXECUTE patch ('{${sessionId}}', '{5}')`);
  await client.end();
  return rows.map((row: Record<string, unknown>) => String(row['QUERY PLAN']));
}
