/**
 * The two stores of the history bench: opened, filled in bulk, and asked naively. The bulk path writes into the tables
 * themselves and sums the days up with one statement; everything that is measured goes through the store.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { systemClock } from '../../server/clock.ts';
import { readPostgresUrl } from '../../server/stores/postgres/address.ts';
import { Link } from '../../server/stores/postgres/link.ts';
import { makeMonths } from '../../server/stores/postgres/months.ts';
import { openPostgresStore } from '../../server/stores/postgres/postgres-store.ts';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { DAY } from '../../shared/time.ts';
import { startPostgres } from '../support/a-postgres.ts';
import { DAYS, FIRST_DAY, PRODUCTS, USERS } from './history-rows.ts';

export interface HistoryPlace {
  readonly store: ServerStore;
  /** Sessions `from` to `to` of `total`, each with a grant and four intervals; the sums by day with them. */
  fill(from: number, to: number, total: number): Promise<void>;
  /** After much was filled in. */
  settle(): Promise<void>;
  /** Granted milliseconds of a product in [fromMs, toMs), from the grants themselves. */
  naiveGrantedMs(productId: string, fromMs: number, toMs: number): Promise<number>;
  megabytes(): Promise<number>;
  remove(): Promise<void>;
}

/** What both databases understand. `chunk` (id, user, product, start, length in units of four minutes) is filled before. */
const FROM_CHUNK = {
  sessions: `INSERT INTO usage_sessions (session_id, user_id, workstation_id, product_id, started_at_ms, ended_at_ms,
      end_reason, usage_idle_after_ms)
    SELECT id, user_id, 'workstation-of-' || user_id, product_id, start_ms, start_ms + length_ms, 'exit', 300000 FROM chunk`,
  grants: `INSERT INTO usage_grants (session_id, lease_id, pool_id, from_ms, to_ms)
    SELECT id, 'lease-' || id, product_id, start_ms, start_ms + length_ms FROM chunk`,
  interval: (
    quarter: number,
  ) => `INSERT INTO usage_intervals (session_id, interval_id, activity, from_ms, to_ms)
    SELECT id, 'interval-${quarter}',
      ${quarter % 2 === 0 ? `'{"state":"active","sinceMs":0,"reasons":[]}'` : `'{"state":"idle","sinceMs":0,"reason":{"kind":"no-input","percentOfCore":null}}'`},
      start_ms + length_ms / 4 * ${quarter}, start_ms + length_ms / 4 * ${quarter + 1} FROM chunk`,
  days: `INSERT INTO usage_days (product_id, day, user_id, granted_ms, actual_ms, overage_ms, unseated_ms)
    SELECT product_id, start_ms / ${DAY} AS day, user_id, sum(length_ms), sum(length_ms) / 2, 0, 0 FROM chunk
    WHERE true GROUP BY product_id, day, user_id
    ON CONFLICT (product_id, day, user_id) DO UPDATE SET
      granted_ms = usage_days.granted_ms + excluded.granted_ms, actual_ms = usage_days.actual_ms + excluded.actual_ms`,
};
/** Starts between 08:00 and 16:00 UTC and lasts 4 minutes to 4 hours: no session crosses midnight. */
const CHUNK_COLUMNS = (index: string, total: number, random: (bound: number) => string) => `
  'user-' || ${random(USERS)} AS user_id, 'product-' || ${random(PRODUCTS)} AS product_id,
  (${FIRST_DAY} + ${index} * ${DAYS} / ${total}) * ${DAY} + 28800000 + ${random(28_800)} * 1000 AS start_ms,
  (1 + ${random(60)}) * 240000 AS length_ms`;

const statements = [
  FROM_CHUNK.sessions,
  FROM_CHUNK.grants,
  ...[0, 1, 2, 3].map(FROM_CHUNK.interval),
  FROM_CHUNK.days,
];

export async function sqlitePlace(): Promise<HistoryPlace> {
  const dir = mkdtempSync(join(process.env.USHER_BENCH_DIR ?? tmpdir(), 'usher-history-'));
  const file = join(dir, 'usher.db');
  const store = await openSqliteStore({ file });
  const bulk = new DatabaseSync(file, { timeout: 60_000 });
  bulk.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY');
  const random = (bound: number) => `(abs(random()) % ${bound})`;
  return {
    store,
    async fill(from, to, total) {
      bulk.exec(`CREATE TEMP TABLE chunk AS
        WITH RECURSIVE numbers (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < ${to})
        SELECT lower(hex(randomblob(16))) AS id, ${CHUNK_COLUMNS('i', total, random)} FROM numbers`);
      bulk.exec('BEGIN IMMEDIATE');
      for (const statement of statements) bulk.exec(statement);
      bulk.exec('COMMIT; DROP TABLE chunk; PRAGMA wal_checkpoint(PASSIVE)');
    },
    async settle() {
      bulk.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    },
    async naiveGrantedMs(productId, fromMs, toMs) {
      const row = bulk
        .prepare(
          `SELECT sum(g.to_ms - g.from_ms) AS ms FROM usage_sessions s JOIN usage_grants g USING (session_id)
           WHERE s.product_id = ? AND s.started_at_ms >= ? AND s.started_at_ms < ?`,
        )
        .get(productId, fromMs, toMs);
      return Number(row?.ms);
    },
    async megabytes() {
      return statSync(file).size / 1e6;
    },
    async remove() {
      bulk.close();
      await store.close();
      rmSync(dir, { recursive: true });
    },
  };
}

export async function postgresPlace(): Promise<HistoryPlace> {
  const cluster = await startPostgres({
    ...(process.env.USHER_BENCH_DIR === undefined ? {} : { parentDir: process.env.USHER_BENCH_DIR }),
    settings: {
      shared_buffers: '1GB',
      max_wal_size: '4GB',
      checkpoint_timeout: '15min',
      wal_compression: 'on',
    },
  });
  const url = await cluster.createDatabase();
  const store = await openPostgresStore({ url, clock: systemClock });
  const address = readPostgresUrl(url);
  if (!address.ok) throw new Error(address.message);
  const link = new Link(address.value, 'SELECT 1');
  const months = Array.from({ length: DAYS / 15 }, (_, index) => (FIRST_DAY + index * 15) * DAY);
  await makeMonths(link, months);
  const bulk = new pg.Client({ connectionString: url });
  await bulk.connect();
  await bulk.query(
    `SET synchronous_commit = off; SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'`,
  );
  const random = (bound: number) => `floor(random() * ${bound})::int`;
  return {
    store,
    async fill(from, to, total) {
      await bulk.query(`CREATE TEMP TABLE chunk AS
        SELECT md5(i::text) AS id, ${CHUNK_COLUMNS('i', total, random)} FROM generate_series(${from}::bigint, ${to - 1}) AS i`);
      await bulk.query(`INSERT INTO session_files SELECT id, start_ms FROM chunk`);
      for (const statement of statements) await bulk.query(filed(statement));
      await bulk.query('DROP TABLE chunk');
    },
    async settle() {
      await bulk.query('VACUUM (ANALYZE)');
      await bulk.query('CHECKPOINT');
    },
    async naiveGrantedMs(productId, fromMs, toMs) {
      const { rows } = await bulk.query(
        `SELECT sum(g.to_ms - g.from_ms) AS ms FROM usage_sessions s JOIN usage_grants g USING (session_id, filed_ms)
         WHERE s.product_id = $1 AND s.filed_ms >= $2 AND s.filed_ms < $3`,
        [productId, fromMs, toMs],
      );
      return Number(rows[0]?.ms);
    },
    async megabytes() {
      const { rows } = await bulk.query('SELECT pg_database_size(current_database()) / 1e6 AS mb');
      return Number(rows[0]?.mb);
    },
    async remove() {
      await bulk.end();
      await link.close();
      await store.close();
      await cluster.stop();
    },
  };
}

/** In PostgreSQL usage is filed by the session's start. */
function filed(statement: string): string {
  if (statement.includes('INTO usage_days')) return statement.replace('start_ms / ', 'start_ms::bigint / ');
  return statement
    .replace(/(INSERT INTO usage_\w+ \()/, '$1filed_ms, ')
    .replace(/(\bSELECT )id,/, '$1start_ms, id,');
}
