/** The monthly tables of usage and denials: where rows lie, and how they are found. */
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  openPostgresStore,
  type PostgresStore,
  WRITER_SETTINGS,
} from '../../server/stores/postgres/postgres-store.ts';
import { recordWrites } from '../../server/stores/postgres/record-writes.ts';
import type { RecordChange } from '../../server/stores/records.ts';
import { DAY } from '../../shared/time.ts';
import { createDatabase, dropDatabase, queryOnce } from '../support/a-postgres.ts';
import { rowOf } from '../support/a-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type {} from '../support/postgres-setup.ts';

const NOW_MS = Date.UTC(2026, 10, 22);

let url: string;
let store: PostgresStore;

beforeEach(async () => {
  url = await createDatabase(inject('postgresUrl'));
  store = await openPostgresStore({ url, clock: new FakeClock({ wallMs: NOW_MS }) });
});
afterEach(async () => {
  await store.close();
  await dropDatabase(url);
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
