/** A PostgreSQL database opened for looking only, also while servers work on it: one read-only transaction, one moment. */
import pg from 'pg';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import type { Evidence } from '../../audit/evidence.ts';
import type { EventRow, SnapshotRow } from '../event-chain.ts';
import { eventRowFrom, snapshotRowFrom } from '../sqlite/ledger-rows.ts';
import { readPostgresUrl } from './address.ts';
import { faultOf } from './faults.ts';
import { clientConfig, type Row } from './link.ts';
import { MAIN_GROUP } from './postgres-store.ts';
import { SCHEMA_VERSION } from './schema.ts';

export type PostgresInspectionFailure = 'NO_DATABASE' | 'NEWER_SCHEMA' | 'UNREADABLE';

const EVENTS_AT_ONCE = 2_000;

export class PostgresInspection implements Evidence {
  readonly schemaVersion: number;
  readonly #client: pg.Client;

  constructor(client: pg.Client, schemaVersion: number) {
    this.#client = client;
    this.schemaVersion = schemaVersion;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  /** A server owns the ledger now. */
  async isOwned(): Promise<boolean> {
    const [row] = await this.#ask(
      'SELECT count(*) AS n FROM ledger_owners WHERE ledger_group = $1 AND expires_at > clock_timestamp()',
      [MAIN_GROUP],
    );
    return Number(row?.n ?? 0) > 0;
  }

  /** PostgreSQL checks its pages itself, where checksums are on; `amcheck` is the admin's. */
  async integrityProblems(): Promise<readonly string[]> {
    return [];
  }

  async snapshots(): Promise<readonly SnapshotRow[]> {
    const rows = await this.#ask(
      'SELECT * FROM ledger_snapshots WHERE ledger_group = $1 ORDER BY event_number DESC',
      [MAIN_GROUP],
    );
    return rows.map(snapshotRowFrom);
  }

  async *eventRows(): AsyncIterable<readonly EventRow[]> {
    for (let after = -1; ; ) {
      const found = await this.#ask(
        'SELECT * FROM ledger_events WHERE ledger_group = $1 AND event_number > $2 ORDER BY event_number LIMIT $3',
        [MAIN_GROUP, after, EVENTS_AT_ONCE],
      );
      const rows = found.map(eventRowFrom);
      const last = rows.at(-1);
      if (!last) return;
      yield rows;
      after = last.eventNumber;
    }
  }

  async openGrants(): Promise<ReadonlySet<string>> {
    const rows = await this.#ask('SELECT session_id, lease_id FROM usage_grants WHERE to_ms IS NULL', []);
    return new Set(rows.map((row) => `${row.session_id} ${row.lease_id}`));
  }

  async openUsageSessions(): Promise<ReadonlySet<string>> {
    const rows = await this.#ask('SELECT session_id FROM usage_sessions WHERE ended_at_ms IS NULL', []);
    return new Set(rows.map((row) => String(row.session_id)));
  }

  async bounds(): Promise<{ answers: number; outboxMarks: number }> {
    const [row] = await this.#ask(
      `SELECT (SELECT count(*) FROM ledger_answers WHERE ledger_group = $1) AS answers,
              (SELECT count(*) FROM outbox_marks WHERE ledger_group = $1) AS marks`,
      [MAIN_GROUP],
    );
    return { answers: Number(row?.answers ?? 0), outboxMarks: Number(row?.marks ?? 0) };
  }

  async #ask(text: string, values: unknown[]): Promise<readonly Row[]> {
    return (await this.#client.query<Record<string, unknown>>(text, values)).rows;
  }
}

/** Connects, begins the one transaction, and refuses what a newer Usher wrote [L87]. Messages never hold the URL. */
export async function inspectPostgres(
  url: string,
): Promise<Outcome<PostgresInspection, PostgresInspectionFailure>> {
  const address = readPostgresUrl(url);
  if (!address.ok) return failure('UNREADABLE', address.message);
  const client = new pg.Client(clientConfig(address.value));
  client.on('error', () => undefined); // the question that is under way says it
  try {
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const found = await client.query<Record<string, unknown>>(`SELECT to_regclass('usher_schema') AS name`);
    if (!found.rows[0]?.name) {
      await client.end();
      return failure('NO_DATABASE', 'No Usher server has worked on this database. Is it the right one?');
    }
    const versions = await client.query<Record<string, unknown>>('SELECT version FROM usher_schema');
    const version = Number(versions.rows[0]?.version ?? 0);
    if (version <= SCHEMA_VERSION) return success(new PostgresInspection(client, version));
    await client.end();
    return failure(
      'NEWER_SCHEMA',
      `The database was written by a newer Usher (schema ${version}, this one knows ${SCHEMA_VERSION}): ` +
        'install that version again, or restore a backup that this version wrote.',
    );
  } catch (error) {
    await client.end().catch(() => undefined); // a connection that never was
    return failure('UNREADABLE', `The database cannot be read: ${faultOf(error).message}.`);
  }
}
