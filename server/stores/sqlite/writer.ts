/** The writing connection: one group of requests is one transaction with one flush to the disk. */
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { CHAIN_START, snapshotRowOf } from '../event-chain.ts';
import { FilePlace } from './file-place.ts';
import { LedgerAppender } from './ledger-appender.ts';
import { applyPacked } from './packed-changes.ts';
import { Statements } from './record-sql.ts';
import type { WriteRequest, WriteResult } from './requests.ts';
import { migrate } from './schema.ts';
import {
  dropAnswersBefore,
  dropArchived,
  dropMarksOfSilent,
  dropOldAnswers,
  dropOldSnapshots,
  keepMadeSnapshot,
} from './trim.ts';
import { applyFolds } from './usage-days.ts';

const PAGE_BYTES = 4096;
/** The ends of the trees that every decision touches stay in memory. */
const CACHE_KB = 32_768;

export class Writer {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #appender: LedgerAppender;
  readonly #place: FilePlace;

  /** Opens the file, brings it to this build's schema, or throws with a sentence. */
  constructor(file: string, maximumBytes: number | null) {
    // Never made here: after a thread died, a database that is gone must not begin anew without its past.
    this.#database = new DatabaseSync(`${pathToFileURL(file).href}?mode=rw`, { timeout: 5_000 });
    this.#database.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = ON;
      PRAGMA checkpoint_fullfsync = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA cache_size = -${CACHE_KB};
      PRAGMA wal_autocheckpoint = 0;
    `);
    migrate(this.#database, file);
    if (maximumBytes !== null) {
      this.#database.exec(`PRAGMA max_page_count = ${Math.ceil(maximumBytes / PAGE_BYTES)}`);
    }
    this.#statements = new Statements(this.#database);
    this.#appender = new LedgerAppender(this.#statements);
    this.#place = new FilePlace(file);
  }

  /**
   * All requests in one transaction. If one of them is bad, all is taken back and done again with a savepoint for each,
   * so that the bad one fails alone; a failed commit fails all. When this returns, what has no error is on the disk.
   */
  write(group: readonly WriteRequest[]): WriteResult[] {
    try {
      this.#begin();
      const isWhole = this.#attemptAll(group);
      if (isWhole) {
        this.#commit();
        return group.map(() => null);
      }
      this.#begin();
      const results = group.map((request) => this.#attempt(request));
      this.#commit();
      return results;
    } catch (error) {
      this.#rollBack();
      return group.map(() => messageOf(error));
    }
  }

  #begin(): void {
    this.#statements.get('BEGIN IMMEDIATE').run();
  }

  #commit(): void {
    this.#place.check();
    this.#statements.get('COMMIT').run();
    this.#place.check();
  }

  /** @returns false: one of several is bad, and nothing is left of them */
  #attemptAll(group: readonly WriteRequest[]): boolean {
    try {
      for (const request of group) this.#run(request);
      return true;
    } catch (error) {
      if (group.length === 1) throw error;
      this.#rollBack();
      return false;
    }
  }

  /** How much of the log is not in the database yet. A look into shared memory, no work. */
  pagesInLog(): number {
    const row = this.#statements.get('PRAGMA wal_checkpoint(NOOP)').get();
    return Math.max(0, Number(row?.log ?? 0) - Number(row?.checkpointed ?? 0));
  }

  /** Copies the rest of the log, so that it begins anew (wal-keeper.ts). false: it could not. */
  finishCopy(): boolean {
    try {
      this.#statements.get('PRAGMA wal_checkpoint(PASSIVE)').get();
      return true;
    } catch {
      // A full disk: the log goes on, it is tried again later, and a commit that finds no room says so itself.
      return false;
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
        this.#appender.append(request);
        applyPacked(this.#statements, request.changes);
        break;
      case 'snapshot':
        this.#snapshot(request.eventNumber, request.body);
        break;
      case 'records':
        applyPacked(this.#statements, request.changes);
        break;
      case 'fold':
        applyFolds(this.#statements, request.folds);
        break;
      case 'made-snapshot':
        keepMadeSnapshot(this.#statements, request.snapshot);
        break;
      case 'archived':
        dropArchived(this.#statements, request.snapshot);
        break;
      case 'trim':
        dropAnswersBefore(this.#statements, request.answersBeforeMs);
        dropMarksOfSilent(this.#statements, request.marksBeforeMs);
    }
  }

  #snapshot(eventNumber: number, body: string): void {
    const event = this.#statements
      .get('SELECT hash FROM ledger_events WHERE event_number = ?')
      .get(eventNumber);
    const row = snapshotRowOf(eventNumber, body, event ? String(event.hash) : CHAIN_START);
    this.#statements
      .get('INSERT OR REPLACE INTO ledger_snapshots VALUES (?, ?, ?, ?)')
      .run(row.eventNumber, row.body, row.chainHash, row.checksum);
    dropOldSnapshots(this.#statements);
    dropOldAnswers(this.#statements);
  }

  #rollBack(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
