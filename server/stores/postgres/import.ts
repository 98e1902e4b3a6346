/**
 * Takes a whole server's data into an empty database, portion by portion. Each portion and how far it goes are one
 * transaction, so that a move that was cut short goes on where it was. Until `finish` no server opens the database.
 */
import type { Clock } from '../../../shared/time.ts';
import type { EventRow, SnapshotRow } from '../event-chain.ts';
import { type PlainRow, RECORD_TABLES } from '../record-tables.ts';
import type { RecordChange, RecordName } from '../records.ts';
import { StoreRefusedError } from '../store.ts';
import { readPostgresUrl } from './address.ts';
import { Link, type Row, type Sql } from './link.ts';
import { makeMonths, monthOf } from './months.ts';
import { MAIN_GROUP } from './postgres-store.ts';
import { recordWrites } from './record-writes.ts';
import { IMPORT_TABLE, migrate } from './schema.ts';
import { eventsWrite } from './writer.ts';

const LEDGER_TABLES = [
  'ledger_events',
  'ledger_snapshots',
  'ledger_answers',
  'outbox_marks',
  'ledger_owners',
];
const SETTINGS = `SET synchronous_commit = on; SET jit = off; SET plan_cache_mode = force_generic_plan;
  SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off`;
const PATIENCE_MS = 60 * 60_000;

export interface ImportOptions {
  readonly url: string;
  readonly clock: Clock;
  /** Where the data come from, as they are now: a move goes on only from the same. */
  readonly source: string;
}

export class PostgresImport {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #positions: Map<string, unknown>;
  readonly #months = new Set<string>();

  private constructor(link: Link, clock: Clock, positions: Map<string, unknown>) {
    this.#link = link;
    this.#clock = clock;
    this.#positions = positions;
  }

  /** Rejects with StoreRefusedError when the database holds anything else than the beginning of this very move. */
  static async open({ url, clock, source }: ImportOptions): Promise<PostgresImport> {
    const address = readPostgresUrl(url);
    if (!address.ok) throw new StoreRefusedError(address.message);
    const link = new Link(address.value, SETTINGS, PATIENCE_MS);
    try {
      await migrate(link, true);
      return new PostgresImport(link, clock, await begin(link, source));
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** What was handed over with the last portion of this step; undefined: nothing yet. */
  position(step: string): unknown {
    return this.#positions.get(step);
  }

  events(rows: readonly EventRow[], step: string, position: unknown): Promise<void> {
    return this.#portion([eventsWrite(MAIN_GROUP, rows)], step, position);
  }

  snapshots(rows: readonly SnapshotRow[], step: string): Promise<void> {
    const insert = (row: SnapshotRow): Sql => ({
      text: 'INSERT INTO ledger_snapshots VALUES ($1, $2, $3, $4, $5)',
      values: [MAIN_GROUP, row.eventNumber, row.body, row.chainHash, row.checksum],
    });
    return this.#portion(rows.map(insert), step, true);
  }

  answers(
    rows: readonly { commandId: string; answer: string }[],
    step: string,
    position: unknown,
  ): Promise<void> {
    const text = `INSERT INTO ledger_answers (ledger_group, command_id, answer)
      SELECT $1, * FROM unnest($2::text[], $3::text[])`;
    const values = [MAIN_GROUP, rows.map(({ commandId }) => commandId), rows.map(({ answer }) => answer)];
    return this.#portion([{ text, values }], step, position);
  }

  marks(rows: readonly { outboxId: string; seq: number }[], step: string): Promise<void> {
    const text = `INSERT INTO outbox_marks (ledger_group, outbox_id, seq)
      SELECT $1, * FROM unnest($2::text[], $3::bigint[])`;
    const values = [MAIN_GROUP, rows.map(({ outboxId }) => outboxId), rows.map(({ seq }) => seq)];
    return this.#portion([{ text, values }], step, true);
  }

  /** @param folded what sessions have in the sums by day, which are moved with `side` */
  async records(
    record: RecordName,
    rows: readonly PlainRow[],
    folded: readonly { sessionId: string; text: string }[],
    step: string,
    position: unknown,
  ): Promise<void> {
    const puts = rows.map((row) => ({ record, op: 'put', row }) as unknown as RecordChange);
    const { filedMs, statements } = recordWrites(puts, this.#clock.wallMs(), { isFolded: true });
    const missing = filedMs.filter((ms) => !this.#months.has(monthOf(ms).name));
    if (missing.length > 0) await makeMonths(this.#link, missing);
    for (const ms of missing) this.#months.add(monthOf(ms).name);
    const keep: Sql = {
      text: `UPDATE usage_sessions AS sessions SET folded_days = folded.text
        FROM unnest($1::text[], $2::text[]) AS folded (session_id, text)
        JOIN session_files AS files ON files.session_id = folded.session_id
        WHERE sessions.session_id = files.session_id AND sessions.filed_ms = files.filed_ms`,
      values: [folded.map(({ sessionId }) => sessionId), folded.map(({ text }) => text)],
    };
    await this.#portion(folded.length > 0 ? [...statements, keep] : statements, step, position);
  }

  /** Rows of a table that has the same columns there and here; all of them text or whole numbers. */
  side(table: string, rows: readonly Row[], step: string, position: unknown): Promise<void> {
    const columns = Object.keys(rows[0] ?? {});
    const arrays = columns.map((column, index) => {
      const isText = typeof rows[0]?.[column] === 'string';
      return `$${index + 1}::${isText ? 'text' : 'bigint'}[]`;
    });
    const text = `INSERT INTO ${table} (${columns.join(', ')}) SELECT * FROM unnest(${arrays.join(', ')})`;
    return this.#portion(
      [{ text, values: columns.map((column) => rows.map((row) => row[column])) }],
      step,
      position,
    );
  }

  async count(table: string): Promise<number> {
    const [row] = await this.#link.run(`SELECT count(*) AS n FROM ${table}`);
    return Number(row?.n);
  }

  /** From now on servers may open the database. */
  async finish(): Promise<void> {
    await this.#link.run(`ANALYZE`);
    await this.#link.run(`DROP TABLE ${IMPORT_TABLE}`);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async #portion(statements: readonly Sql[], step: string, position: unknown): Promise<void> {
    await this.#link.transaction((send) => {
      for (const sql of statements) void send(sql);
      void send({
        text: `INSERT INTO ${IMPORT_TABLE} (step, position) VALUES ($1, $2)
               ON CONFLICT (step) DO UPDATE SET position = excluded.position`,
        values: [step, JSON.stringify(position)],
      });
    });
    this.#positions.set(step, position);
  }
}

const SOURCE = 'source';

async function begin(link: Link, source: string): Promise<Map<string, unknown>> {
  const [there] = await link.run(`SELECT to_regclass('${IMPORT_TABLE}') AS name`);
  if (!there?.name) {
    await refuseUsed(link);
    await link.run(`CREATE TABLE ${IMPORT_TABLE} (step text PRIMARY KEY, position text NOT NULL)`);
    await link.transaction((send) =>
      send({ text: `INSERT INTO ${IMPORT_TABLE} VALUES ($1, $2)`, values: [SOURCE, JSON.stringify(source)] }),
    );
  }
  const rows = await link.run(`SELECT step, position FROM ${IMPORT_TABLE}`);
  const positions = new Map(
    rows.map((row) => [String(row.step), JSON.parse(String(row.position)) as unknown]),
  );
  if (positions.get(SOURCE) !== source)
    throw new StoreRefusedError(
      'Other data, or these before they changed, are half moved into this database: empty it (DROP DATABASE, CREATE ' +
        'DATABASE), and start again.',
    );
  return positions;
}

async function refuseUsed(link: Link): Promise<void> {
  const tables = [...LEDGER_TABLES, ...Object.values(RECORD_TABLES).map(({ table }) => table)];
  for (const table of tables) {
    const [row] = await link.run(`SELECT EXISTS (SELECT 1 FROM ${table}) AS used`);
    if (row?.used)
      throw new StoreRefusedError(
        `The database is not empty (there is something in ${table}): name an empty one, so that nothing is mixed.`,
      );
  }
}
