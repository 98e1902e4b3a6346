/** The writing connection: one group of requests is one transaction with one flush to the disk. */
import { DatabaseSync } from 'node:sqlite';
import { REMEMBERED_ANSWERS } from '../../ledger/ports.ts';
import { CHAIN_START, rowOf, snapshotRowOf } from '../event-chain.ts';
import { applyChange, Statements } from './record-sql.ts';
import type { AppendRequest, WriteRequest, WriteResult } from './requests.ts';
import { migrate } from './schema.ts';

const PAGE_BYTES = 4096;

export class Writer {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;

  /** Opens the file, brings it to this build's schema, or throws with a sentence. */
  constructor(file: string, maximumBytes: number | null) {
    this.#database = new DatabaseSync(file, { timeout: 5_000 });
    this.#database.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = ON;
      PRAGMA trusted_schema = OFF;
    `);
    migrate(this.#database, file);
    if (maximumBytes !== null) {
      this.#database.exec(`PRAGMA max_page_count = ${Math.ceil(maximumBytes / PAGE_BYTES)}`);
    }
    this.#statements = new Statements(this.#database);
  }

  /**
   * Runs each request behind a savepoint of its own, so that a bad one fails alone; a failed commit fails all.
   * When this returns, what has no error is on the disk.
   */
  write(group: readonly WriteRequest[]): WriteResult[] {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const results = group.map((request) => this.#attempt(request));
      this.#database.exec('COMMIT');
      return results;
    } catch (error) {
      this.#rollBack();
      return group.map(() => messageOf(error));
    }
  }

  close(): void {
    this.#database.close();
  }

  #attempt(request: WriteRequest): WriteResult {
    this.#database.exec('SAVEPOINT request');
    try {
      this.#run(request);
    } catch (error) {
      // A full disk ends the whole transaction by itself: then there is no savepoint to go back to.
      if (!this.#database.isTransaction) throw error;
      this.#database.exec('ROLLBACK TO request; RELEASE request');
      return messageOf(error);
    }
    this.#database.exec('RELEASE request');
    return null;
  }

  #run(request: WriteRequest): void {
    switch (request.kind) {
      case 'append':
        this.#append(request);
        break;
      case 'snapshot':
        this.#snapshot(request.eventNumber, request.body);
        break;
      case 'records':
        for (const change of request.changes) applyChange(this.#statements, change);
    }
  }

  #append({ events, answers, marks, changes }: AppendRequest): void {
    const insert = this.#statements.get('INSERT INTO ledger_events VALUES (?, ?, ?, ?, ?, ?, ?)');
    let previous = this.#lastEvent();
    for (const recorded of events) {
      if (recorded.eventNumber !== previous.eventNumber + 1) {
        throw new Error(`event ${recorded.eventNumber} does not follow the last one kept`);
      }
      const row = rowOf(recorded, previous.hash);
      insert.run(row.eventNumber, row.atMs, row.commandId, row.actor, row.kind, row.body, row.hash);
      previous = row;
    }
    const keep = this.#statements.get(
      'INSERT INTO ledger_answers (command_id, answer) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    for (const { commandId, answer } of answers) keep.run(commandId, answer);
    const mark = this.#statements.get(
      'INSERT INTO outbox_marks VALUES (?, ?) ON CONFLICT (outbox_id) DO UPDATE SET seq = excluded.seq',
    );
    for (const { outboxId, seq } of marks) mark.run(outboxId, seq);
    for (const change of changes) applyChange(this.#statements, change);
  }

  #lastEvent(): { readonly eventNumber: number; readonly hash: string } {
    const row = this.#statements
      .get('SELECT event_number, hash FROM ledger_events ORDER BY event_number DESC LIMIT 1')
      .get();
    return row
      ? { eventNumber: Number(row.event_number), hash: String(row.hash) }
      : { eventNumber: 0, hash: CHAIN_START };
  }

  #snapshot(eventNumber: number, body: string): void {
    const event = this.#statements
      .get('SELECT hash FROM ledger_events WHERE event_number = ?')
      .get(eventNumber);
    const row = snapshotRowOf(eventNumber, body, event ? String(event.hash) : CHAIN_START);
    this.#statements
      .get('INSERT OR REPLACE INTO ledger_snapshots VALUES (?, ?, ?, ?)')
      .run(row.eventNumber, row.body, row.chainHash, row.checksum);
    this.#statements
      .get(
        `DELETE FROM ledger_snapshots WHERE event_number NOT IN
         (SELECT event_number FROM ledger_snapshots ORDER BY event_number DESC LIMIT 2)`,
      )
      .run();
    this.#statements
      .get('DELETE FROM ledger_answers WHERE position <= (SELECT max(position) FROM ledger_answers) - ?')
      .run(REMEMBERED_ANSWERS);
  }

  #rollBack(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
