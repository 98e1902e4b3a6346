/**
 * What `usher migrate` does: moves everything of a stopped server from SQLite to an empty PostgreSQL database, portion
 * by portion, and compares both in the end. A move that was cut short goes on where it was.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import type { Clock } from '../../shared/time.ts';
import { headsFrom } from '../ledger/heads.ts';
import type { LoadedLedger } from '../ledger/ports.ts';
import { imageOf } from '../ledger/snapshot.ts';
import { checksumOf, verifyChain } from '../stores/event-chain.ts';
import { PostgresImport } from '../stores/postgres/import.ts';
import { openPostgresStore } from '../stores/postgres/postgres-store.ts';
import { RECORD_TABLES } from '../stores/record-tables.ts';
import type { RecordName } from '../stores/records.ts';
import { SIDE_TABLES, type SideTable, SqliteExport } from '../stores/sqlite/export.ts';
import { CorruptStoreError, StoreRefusedError } from '../stores/store.ts';
import { DATABASE_FILE } from './doctor.ts';

export interface MigrateOptions {
  /** `server/` of the data folder. */
  readonly serverDir: string;
  /** Holds a password: it is never part of a message. */
  readonly url: string;
  readonly clock: Clock;
  /** Told now and then: so many rows of a table are there. */
  readonly onProgress: (table: string, rows: number) => void;
  /** Smaller in tests. */
  readonly rowsAtOnce?: number;
}

export interface MigrateReport {
  /** Rows by table, as many there as here. */
  readonly rows: Readonly<Record<string, number>>;
  readonly lastEvent: number;
  /** Events up to here lie in the archive of the data folder and stay there; 0: none. */
  readonly archivedThrough: number;
}

export type MigrateFailure = 'NO_DATABASE' | 'REFUSED' | 'DAMAGED' | 'DIFFERENT' | 'CUT_SHORT';

const ROWS_AT_ONCE = 5_000;

/** Rejects never: what went wrong is in the outcome. */
export async function migrate(options: MigrateOptions): Promise<Outcome<MigrateReport, MigrateFailure>> {
  const file = join(options.serverDir, DATABASE_FILE);
  if (!existsSync(file))
    return failure('NO_DATABASE', `There is no ${file}. Name the data folder of the server with --from.`);
  let source: SqliteExport | null = null;
  try {
    source = new SqliteExport(file);
    return await move(source, options);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (error instanceof StoreRefusedError) return failure('REFUSED', why);
    if (error instanceof CorruptStoreError) return failure('DAMAGED', why);
    return failure(
      'CUT_SHORT',
      `The move was cut short (${why}). Run the same command again: it goes on there.`,
    );
  } finally {
    source?.close();
  }
}

async function move(source: SqliteExport, options: MigrateOptions) {
  const { url, clock } = options;
  const loaded = source.load();
  const target = await PostgresImport.open({ url, clock, source: source.fingerprint() });
  try {
    const mover = new Mover(source, target, options);
    await mover.all(loaded);
    const rows = await mover.compareCounts();
    if (!rows.ok) return rows;
    await target.finish();
    const isSame = (await imageIn(options)) === textOf(loaded);
    if (!isSame)
      return failure(
        'DIFFERENT',
        'The state that PostgreSQL gives is another one. Stay on SQLite, and report this.',
      );
    const lastEvent = headsFrom(loaded).durable.eventNumber;
    return success({ rows: rows.value, lastEvent, archivedThrough: source.start().eventNumber });
  } finally {
    await target.close();
  }
}

/** Loads what was moved as a server would, with its chain verified. */
async function imageIn({ url, clock }: MigrateOptions): Promise<string> {
  const store = await openPostgresStore({ url, clock });
  try {
    return textOf(await store.load());
  } finally {
    await store.close();
  }
}

/** Equal ledgers give equal texts: the state, the remembered answers in their order, the marks. */
function textOf(loaded: LoadedLedger): string {
  const marks = [...loaded.outboxMarks].sort((a, b) => (a.outboxId < b.outboxId ? -1 : 1));
  return checksumOf(JSON.stringify([imageOf(headsFrom(loaded).durable), loaded.answers, marks]));
}

class Mover {
  readonly #source: SqliteExport;
  readonly #target: PostgresImport;
  readonly #options: MigrateOptions;
  readonly #limit: number;

  constructor(source: SqliteExport, target: PostgresImport, options: MigrateOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
    this.#limit = options.rowsAtOnce ?? ROWS_AT_ONCE;
  }

  async all(loaded: LoadedLedger): Promise<void> {
    await this.#events();
    const isDone = (step: string) => this.#target.position(step) !== undefined;
    if (!isDone('snapshots')) await this.#target.snapshots(this.#source.snapshots(), 'snapshots');
    await this.#answers();
    if (!isDone('marks')) await this.#target.marks(loaded.outboxMarks, 'marks');
    for (const record of Object.keys(RECORD_TABLES) as RecordName[]) await this.#records(record);
    for (const table of Object.keys(SIDE_TABLES) as SideTable[]) await this.#side(table);
  }

  /** With the chain verified on the way. */
  async #events(): Promise<void> {
    const start = this.#source.start();
    const known = this.#target.position('events') as typeof start | undefined;
    let last = known ?? start;
    for (;;) {
      const rows = this.#source.events(last.eventNumber, this.#limit);
      const end = rows.at(-1);
      if (!end) return;
      verifyChain(rows, last.eventNumber, last.hash);
      last = { eventNumber: end.eventNumber, hash: end.hash };
      await this.#target.events(rows, 'events', last);
      this.#options.onProgress('ledger_events', last.eventNumber - start.eventNumber);
    }
  }

  async #answers(): Promise<void> {
    let moved = 0;
    for (let after = Number(this.#target.position('answers') ?? 0); ; ) {
      const rows = this.#source.answers(after, this.#limit);
      const end = rows.at(-1);
      if (!end) return;
      after = end.position;
      await this.#target.answers(rows, 'answers', after);
      moved += rows.length;
      this.#options.onProgress('ledger_answers', moved);
    }
  }

  async #records(record: RecordName): Promise<void> {
    const { table, key } = RECORD_TABLES[record];
    let moved = 0;
    let after = (this.#target.position(table) ?? null) as (string | number)[] | null;
    for (;;) {
      const rows = this.#source.records(record, after, this.#limit);
      const end = rows.at(-1);
      if (!end) return;
      after = key.map((column) => end[column] as string | number);
      const isSession = record === 'usageSession';
      const folded = isSession ? this.#source.foldedDays(rows.map((row) => String(row.sessionId))) : [];
      await this.#target.records(record, rows, folded, table, after);
      moved += rows.length;
      this.#options.onProgress(table, moved);
    }
  }

  async #side(table: SideTable): Promise<void> {
    let moved = 0;
    let after = (this.#target.position(table) ?? null) as unknown[] | null;
    for (;;) {
      const rows = this.#source.side(table, after, this.#limit);
      const end = rows.at(-1);
      if (!end) return;
      after = SIDE_TABLES[table].map((column) => end[column]);
      await this.#target.side(table, rows, table, after);
      moved += rows.length;
      this.#options.onProgress(table, moved);
    }
  }

  async compareCounts(): Promise<Outcome<Record<string, number>, 'DIFFERENT'>> {
    const ledger = ['ledger_events', 'ledger_snapshots', 'ledger_answers', 'outbox_marks'];
    const records = Object.values(RECORD_TABLES).map(({ table }) => table);
    const rows: Record<string, number> = {};
    for (const table of [...ledger, ...records, ...Object.keys(SIDE_TABLES)]) {
      const here = this.#source.count(table);
      const there = await this.#target.count(table);
      if (here !== there)
        return failure(
          'DIFFERENT',
          `${table} has ${here} rows here and ${there} there. Stay on SQLite, and report this.`,
        );
      rows[table] = here;
    }
    return success(rows);
  }
}
