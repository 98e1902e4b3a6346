/**
 * A database file opened for looking only, by another process than the one that writes it, also while that one runs.
 * All answers are of one moment: they come from one read transaction.
 */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import type { Evidence } from '../../audit/evidence.ts';
import type { EventRow, SnapshotRow } from '../event-chain.ts';
import { eventRowFrom, snapshotRowFrom } from './ledger-rows.ts';
import { newerSchemaSentence, SCHEMA_VERSION } from './schema.ts';

export type InspectionFailure = 'NO_DATABASE' | 'NEWER_SCHEMA' | 'UNREADABLE';

/** Events are read in portions, so that a long history needs no memory. */
const EVENTS_AT_ONCE = 2_000;

export class Inspection implements Evidence {
  readonly database: DatabaseSync;
  readonly schemaVersion: number;

  constructor(database: DatabaseSync, schemaVersion: number) {
    this.database = database;
    this.schemaVersion = schemaVersion;
  }

  close(): void {
    this.database.close();
  }

  async integrityProblems(): Promise<readonly string[]> {
    const rows = this.database.prepare('PRAGMA integrity_check(20)').all();
    return rows.map((row) => String(row.integrity_check)).filter((text) => text !== 'ok');
  }

  async snapshots(): Promise<readonly SnapshotRow[]> {
    return this.database
      .prepare('SELECT * FROM ledger_snapshots ORDER BY event_number DESC')
      .all()
      .map(snapshotRowFrom);
  }

  *eventRows(): Iterable<readonly EventRow[]> {
    const statement = this.database.prepare(
      'SELECT * FROM ledger_events WHERE event_number > ? ORDER BY event_number LIMIT ?',
    );
    for (let after = -1; ; ) {
      const rows = statement.all(after, EVENTS_AT_ONCE).map(eventRowFrom);
      const last = rows.at(-1);
      if (!last) return;
      yield rows;
      after = last.eventNumber;
    }
  }

  async openGrants(): Promise<ReadonlySet<string>> {
    const rows = this.database
      .prepare('SELECT session_id, lease_id FROM usage_grants WHERE to_ms IS NULL')
      .all();
    return new Set(rows.map((row) => `${row.session_id} ${row.lease_id}`));
  }

  async openUsageSessions(): Promise<ReadonlySet<string>> {
    const rows = this.database
      .prepare('SELECT session_id FROM usage_sessions WHERE ended_at_ms IS NULL')
      .all();
    return new Set(rows.map((row) => String(row.session_id)));
  }

  async bounds(): Promise<{ answers: number; outboxMarks: number }> {
    const count = (table: string) =>
      Number(this.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0);
    return { answers: count('ledger_answers'), outboxMarks: count('outbox_marks') };
  }
}

/** Opens for reading, begins the one read transaction, and refuses what a newer Usher wrote [L87]. */
export function inspect(file: string): Outcome<Inspection, InspectionFailure> {
  if (!existsSync(file))
    return failure(
      'NO_DATABASE',
      `There is no server database at ${file}. Name the data folder with --data.`,
    );
  let database: DatabaseSync | null = null;
  try {
    database = openForReading(file);
    database.exec('BEGIN');
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    if (version > SCHEMA_VERSION) {
      database.close();
      return failure('NEWER_SCHEMA', newerSchemaSentence(file, version));
    }
    return success(new Inspection(database, version));
  } catch (error) {
    database?.close();
    const why = error instanceof Error ? error.message : String(error);
    return failure(
      'UNREADABLE',
      `${file} cannot be read as a database (${why}). Run this as the server's account; if the file is damaged, ` +
        'keep a copy of the data folder and restore the newest backup: `usher restore FILE`.',
    );
  }
}

/**
 * In WAL mode a reader needs FILE-shm, which it may have to make. Where it must not (a read-only folder, another
 * account) and no server runs, what is in the file itself is read.
 */
function openForReading(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database.close();
    if (existsSync(`${file}-wal`)) throw error;
    return new DatabaseSync(`${pathToFileURL(file).href}?immutable=1`, { readOnly: true });
  }
}
