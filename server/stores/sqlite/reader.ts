/** The reading connection: sees what is committed, and never waits for the writer. */
import { DatabaseSync } from 'node:sqlite';
import type { RecordedEvent } from '../../ledger/events.ts';
import type { LedgerOutcome, LoadedLedger } from '../../ledger/ports.ts';
import { ArchiveShelf } from '../event-archive.ts';
import {
  answerFrom,
  CHAIN_START,
  type EventRow,
  eventOf,
  isSnapshotWhole,
  type SnapshotRow,
  verifyChain,
} from '../event-chain.ts';
import { CorruptStoreError } from '../store.ts';
import { FilePlace } from './file-place.ts';
import { eventRowFrom, snapshotRowFrom } from './ledger-rows.ts';
import { answerQuery, Statements } from './record-sql.ts';
import type { ReadAnswers, ReadRequest } from './requests.ts';
import { readUnfolded, readUsageDays } from './usage-days.ts';

export class Reader {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;

  readonly #archive: ArchiveShelf | null;
  readonly #place: FilePlace;

  constructor(file: string, archiveDir: string | null) {
    this.#archive = archiveDir === null ? null : new ArchiveShelf(archiveDir);
    this.#database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    this.#statements = new Statements(this.#database);
    this.#place = new FilePlace(file);
  }

  read(request: ReadRequest): ReadAnswers[ReadRequest['kind']] {
    switch (request.kind) {
      case 'load':
        return this.#load();
      case 'answer':
        return this.#answer(request.commandId);
      case 'events':
        return this.#events(request.afterNumber, request.limit);
      case 'records':
        return answerQuery(this.#statements, request.query);
      case 'usage-days':
        return this.#atOneMoment(() => readUsageDays(this.#statements, request.query));
      case 'unfolded':
        return this.#atOneMoment(() => readUnfolded(this.#statements, request.limit));
    }
  }

  #atOneMoment<T>(read: () => T): T {
    this.#place.check();
    this.#database.exec('BEGIN');
    try {
      return read();
    } finally {
      this.#database.exec('COMMIT');
    }
  }

  close(): void {
    this.#database.close();
  }

  /** One moment for all parts: they are read in one transaction. */
  #load(): LoadedLedger {
    this.#database.exec('BEGIN');
    try {
      const whole = this.#snapshots().find(isSnapshotWhole);
      const afterNumber = whole?.eventNumber ?? 0;
      const rows = this.#statements
        .get('SELECT * FROM ledger_events WHERE event_number > ? ORDER BY event_number')
        .all(afterNumber)
        .map(eventRowFrom);
      verifyChain(rows, afterNumber, whole?.chainHash ?? CHAIN_START);
      if (whole) this.#checkReach(whole);
      return {
        snapshot: whole ? { eventNumber: whole.eventNumber, body: JSON.parse(whole.body) } : null,
        events: rows.map(eventOf),
        answers: this.#statements
          .get('SELECT command_id, answer FROM ledger_answers ORDER BY position')
          .all()
          .map((row) => ({
            commandId: String(row.command_id),
            answer: answerFrom(String(row.answer)),
          })),
        outboxMarks: this.#statements
          .get('SELECT outbox_id, seq FROM outbox_marks')
          .all()
          .map((row) => ({ outboxId: String(row.outbox_id), seq: Number(row.seq) })),
      };
    } finally {
      this.#database.exec('COMMIT');
    }
  }

  /** The snapshot's own event is there, or was archived: else events were lost behind its back. */
  #checkReach({ eventNumber, chainHash }: SnapshotRow): void {
    const own = this.#statements
      .get('SELECT hash FROM ledger_events WHERE event_number = ?')
      .get(eventNumber);
    if (own?.hash === chainHash) return;
    const ends = this.#statements.get('SELECT min(event_number) AS first FROM ledger_events').get();
    if (!own && Number(ends?.first ?? 0) === eventNumber + 1) return;
    throw new CorruptStoreError(
      `Event ${eventNumber} of the ledger, on which a snapshot stands, is missing or was changed: restore a backup of ` +
        'the data folder (`usher restore FILE`).',
    );
  }

  /** Newest first. */
  #snapshots(): SnapshotRow[] {
    return this.#statements
      .get('SELECT * FROM ledger_snapshots ORDER BY event_number DESC')
      .all()
      .map(snapshotRowFrom);
  }

  /** The first one. Looks through all that are remembered: the ledger itself has them in memory. */
  #answer(commandId: string): LedgerOutcome | null {
    const row = this.#statements
      .get('SELECT answer FROM ledger_answers WHERE command_id = ? ORDER BY position LIMIT 1')
      .get(commandId);
    return row ? answerFrom(String(row.answer)) : null;
  }

  #events(afterNumber: number, limit: number): RecordedEvent[] {
    // One moment: between two looks events could leave for the archive, and would be in neither.
    this.#database.exec('BEGIN');
    try {
      const archived = this.#archivedEvents(afterNumber, limit);
      const after = archived.at(-1)?.eventNumber ?? afterNumber;
      const rows = this.#statements
        .get('SELECT * FROM ledger_events WHERE event_number > ? ORDER BY event_number LIMIT ?')
        .all(after, limit - archived.length)
        .map(eventRowFrom);
      return [...archived, ...rows].map(eventOf);
    } finally {
      this.#database.exec('COMMIT');
    }
  }

  /** Events that left the database; fewer than asked for only where the archive ends. */
  #archivedEvents(afterNumber: number, limit: number): EventRow[] {
    const first = this.#statements.get('SELECT min(event_number) AS n FROM ledger_events').get();
    const throughNumber = Number(first?.n ?? 1) - 1;
    const rows: EventRow[] = [];
    for (let after = afterNumber; this.#archive && after < throughNumber && rows.length < limit; ) {
      rows.push(...this.#archive.eventsAfter(after, throughNumber, limit - rows.length));
      after = rows.at(-1)?.eventNumber ?? throughNumber;
    }
    return rows;
  }
}
