/** Everything in a SQLite file, row by row and in order, for whoever moves it elsewhere. No server may run on it. */
import { realpathSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { LoadedLedger } from '../../ledger/ports.ts';
import { CHAIN_START, type EventRow, type SnapshotRow } from '../event-chain.ts';
import { type PlainRow, RECORD_TABLES } from '../record-tables.ts';
import type { RecordName } from '../records.ts';
import { eventRowFrom, snapshotRowFrom } from './ledger-rows.ts';
import { Reader } from './reader.ts';
import { answerQuery, Statements } from './record-sql.ts';
import { type ServerLock, takeServerLock } from './server-lock.ts';
import { Writer } from './writer.ts';

/** Tables that lie beside the records and the ledger, with the columns that are their key. */
export const SIDE_TABLES = {
  usage_days: ['product_id', 'day', 'user_id'],
  usage_unfolded: ['session_id'],
} as const;
export type SideTable = keyof typeof SIDE_TABLES;

type Row = Readonly<Record<string, unknown>>;

export class SqliteExport {
  readonly #file: string;
  readonly #lock: ServerLock;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #reader: Reader;

  /** Brings the file to this build's schema. Throws StoreRefusedError when a server runs on it, or wrote a newer one. */
  constructor(file: string) {
    this.#file = file;
    this.#lock = takeServerLock(file);
    try {
      new Writer(file, null).close();
      this.#reader = new Reader(file, null);
      this.#database = new DatabaseSync(file, { readOnly: true });
    } catch (error) {
      this.#lock.close();
      throw error;
    }
    this.#statements = new Statements(this.#database);
  }

  /** Verifies the chain. */
  load(): LoadedLedger {
    return this.#reader.read({ kind: 'load' }) as LoadedLedger;
  }

  /** Number and hash of the event before the first one that is kept: those before it lie in the archive. */
  start(): { readonly eventNumber: number; readonly hash: string } {
    const first = this.#statements.get('SELECT min(event_number) AS number FROM ledger_events').get();
    const before = Number(first?.number ?? 1) - 1;
    const snapshot = this.snapshots().find(({ eventNumber }) => eventNumber === before);
    return { eventNumber: before, hash: snapshot?.chainHash ?? CHAIN_START };
  }

  events(afterNumber: number, limit: number): EventRow[] {
    return this.#statements
      .get('SELECT * FROM ledger_events WHERE event_number > ? ORDER BY event_number LIMIT ?')
      .all(afterNumber, limit)
      .map(eventRowFrom);
  }

  snapshots(): SnapshotRow[] {
    return this.#statements
      .get('SELECT * FROM ledger_snapshots ORDER BY event_number')
      .all()
      .map(snapshotRowFrom);
  }

  /** In the order in which they were given. */
  answers(afterPosition: number, limit: number): { position: number; commandId: string; answer: string }[] {
    return this.#statements
      .get(
        'SELECT position, command_id, answer FROM ledger_answers WHERE position > ? ORDER BY position LIMIT ?',
      )
      .all(afterPosition, limit)
      .map((row) => ({
        position: Number(row.position),
        commandId: String(row.command_id),
        answer: String(row.answer),
      }));
  }

  records(record: RecordName, after: readonly (string | number)[] | null, limit: number): PlainRow[] {
    const order = RECORD_TABLES[record].key;
    return answerQuery(this.#statements, { record, where: [], order, descending: false, after, limit });
  }

  /** What sessions have in the sums by day; those that have nothing are missing. */
  foldedDays(sessionIds: readonly string[]): { sessionId: string; text: string }[] {
    return this.#statements
      .get(
        `SELECT session_id, folded_days FROM usage_sessions
         WHERE session_id IN (SELECT value FROM json_each(?)) AND folded_days IS NOT NULL`,
      )
      .all(JSON.stringify(sessionIds))
      .map((row) => ({ sessionId: String(row.session_id), text: String(row.folded_days) }));
  }

  side(table: SideTable, after: readonly unknown[] | null, limit: number): Row[] {
    const keys = SIDE_TABLES[table];
    const beyond = after === null ? '' : `WHERE (${keys.join(', ')}) > (${keys.map(() => '?').join(', ')})`;
    const values = (after ?? []) as (string | number)[];
    return this.#statements
      .get(`SELECT * FROM ${table} ${beyond} ORDER BY ${keys.join(', ')} LIMIT ?`)
      .all(...values, limit);
  }

  count(table: string): number {
    return Number(this.#statements.get(`SELECT count(*) AS n FROM ${table}`).get()?.n);
  }

  /** Says whether the file is as it was: any write changes it. */
  fingerprint(): string {
    const { size, mtimeMs } = statSync(this.#file);
    return `${realpathSync(this.#file)} ${size} ${mtimeMs}`;
  }

  close(): void {
    this.#reader.close();
    this.#database.close();
    this.#lock.close();
  }
}
