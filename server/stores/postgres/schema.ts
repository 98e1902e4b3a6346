/**
 * The database's shape: steps forward under a lock, so that several servers may start at once, and tables of records
 * made from their description. A step that was released never changes; a new one is added.
 */
import { sqlName } from '../record-columns.ts';
import { type ColumnKind, RECORD_TABLES, type TableSpec } from '../record-tables.ts';
import type { RecordName } from '../records.ts';
import { StoreRefusedError } from '../store.ts';
import { NOT_OWNER, TAIL_MOVED } from './faults.ts';
import type { Link, Send } from './link.ts';

/** Any number, the same for every Usher: who makes or changes tables holds this lock. */
export const SCHEMA_LOCK = 4_780_001;
const OLDEST_POSTGRES = 150_000;

/** Ids and names are compared by code unit in every database: sorting and paging must not depend on its language. */
const TEXT = 'text COLLATE "C"';

const STEPS: readonly string[] = [
  `
  CREATE TABLE ledger_events (
    ledger_group ${TEXT} NOT NULL,
    event_number bigint NOT NULL,
    at_ms bigint NOT NULL,
    command_id ${TEXT} NOT NULL,
    actor text NOT NULL,
    kind ${TEXT} NOT NULL,
    body text NOT NULL,
    hash ${TEXT} NOT NULL,
    PRIMARY KEY (ledger_group, event_number)
  );
  CREATE TABLE ledger_snapshots (
    ledger_group ${TEXT} NOT NULL,
    event_number bigint NOT NULL,
    body text NOT NULL,
    chain_hash ${TEXT} NOT NULL,
    checksum ${TEXT} NOT NULL,
    PRIMARY KEY (ledger_group, event_number)
  );
  CREATE TABLE ledger_answers (
    ledger_group ${TEXT} NOT NULL,
    command_id ${TEXT} NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY,
    answer text NOT NULL,
    PRIMARY KEY (ledger_group, command_id)
  );
  CREATE INDEX ledger_answers_by_position ON ledger_answers (ledger_group, position);
  CREATE TABLE outbox_marks (
    ledger_group ${TEXT} NOT NULL,
    outbox_id ${TEXT} NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (ledger_group, outbox_id)
  ) WITH (fillfactor = 70);
  CREATE TABLE ledger_owners (
    ledger_group ${TEXT} PRIMARY KEY,
    owner_id ${TEXT} NOT NULL,
    owner_url text NOT NULL,
    epoch bigint NOT NULL,
    expires_at timestamptz NOT NULL
  );

  -- Whoever takes a group over changes its row, and waits for transactions that hold it shared.
  CREATE FUNCTION usher_check_owner(of_group text, of_owner text, of_epoch bigint) RETURNS void
  LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM 1 FROM ledger_owners
    WHERE ledger_group = of_group AND owner_id = of_owner AND epoch = of_epoch
    FOR SHARE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'this server does not own the group any more' USING ERRCODE = '${NOT_OWNER}';
    END IF;
  END $$;

  -- The chain goes on where the writer believes that it ends, or not at all.
  CREATE FUNCTION usher_check_tail(of_group text, last_number bigint, last_hash text) RETURNS void
  LANGUAGE plpgsql AS $$
  DECLARE
    last record;
  BEGIN
    SELECT event_number, hash INTO last FROM ledger_events
    WHERE ledger_group = of_group ORDER BY event_number DESC LIMIT 1;
    IF coalesce(last.event_number, 0) <> last_number OR coalesce(last.hash, '') <> last_hash THEN
      RAISE EXCEPTION 'the ledger does not end with event %', last_number USING ERRCODE = '${TAIL_MOVED}';
    END IF;
  END $$;

  -- Usage and denials lie in one table for each month (months.ts). A row stays in the month under which its session, or
  -- the denial, was filed when it was first heard of: that month is found here.
  CREATE TABLE session_files (session_id ${TEXT} PRIMARY KEY, filed_ms bigint NOT NULL);
  CREATE TABLE denial_files (denial_id ${TEXT} PRIMARY KEY, filed_ms bigint NOT NULL);
  CREATE TABLE usage_sessions (
    session_id ${TEXT} NOT NULL, filed_ms bigint NOT NULL, folded_days text, PRIMARY KEY (session_id, filed_ms)
  ) PARTITION BY RANGE (filed_ms);
  CREATE TABLE usage_intervals (
    session_id ${TEXT} NOT NULL, interval_id ${TEXT} NOT NULL, filed_ms bigint NOT NULL,
    PRIMARY KEY (session_id, interval_id, filed_ms)
  ) PARTITION BY RANGE (filed_ms);
  CREATE TABLE usage_grants (
    session_id ${TEXT} NOT NULL, lease_id ${TEXT} NOT NULL, filed_ms bigint NOT NULL,
    PRIMARY KEY (session_id, lease_id, filed_ms)
  ) PARTITION BY RANGE (filed_ms);
  CREATE TABLE denials (
    denial_id ${TEXT} NOT NULL, filed_ms bigint NOT NULL, PRIMARY KEY (denial_id, filed_ms)
  ) PARTITION BY RANGE (filed_ms);

  -- Usage summed up by day, and the sessions that are not in the sums as they are now (usage-days.ts).
  CREATE TABLE usage_unfolded (session_id ${TEXT} PRIMARY KEY, version bigint NOT NULL) WITH (fillfactor = 50);
  CREATE TABLE usage_days (
    product_id ${TEXT} NOT NULL, day bigint NOT NULL, user_id ${TEXT} NOT NULL, granted_ms bigint NOT NULL,
    actual_ms bigint NOT NULL, overage_ms bigint NOT NULL, unseated_ms bigint NOT NULL,
    PRIMARY KEY (product_id, day, user_id)
  );
  `,
];

/** Made anew at every start where they are missing: their tables come from the description of the records. */
const INDEXES: readonly string[] = [
  'accounts_of_user ON accounts (user_id)',
  'credentials_by_hash ON credentials (hash)',
  'credentials_of_workstation ON credentials (workstation_id)',
  'credentials_of_user ON credentials (user_id)',
  'enrollment_tokens_by_hash ON enrollment_tokens (hash)',
  'admin_tokens_by_hash ON admin_tokens (hash)',
  'usage_sessions_by_start ON usage_sessions (started_at_ms, session_id)',
  'usage_sessions_of_product ON usage_sessions (product_id, started_at_ms, session_id)',
  'usage_sessions_of_user ON usage_sessions (user_id, started_at_ms, session_id)',
  'usage_grants_of_pool ON usage_grants (pool_id, from_ms, lease_id)',
  'denials_by_time ON denials (at_ms, denial_id)',
];
const UNIQUE = new Set(['credentials_by_hash', 'enrollment_tokens_by_hash', 'admin_tokens_by_hash']);

/** The schema that this build writes. */
export const SCHEMA_VERSION = STEPS.length;

/** Lies in a database into which data are being moved, and how far they are (import.ts). */
export const IMPORT_TABLE = 'usher_import';

/** Refuses a PostgreSQL that is too old, what a newer Usher wrote, and, unless it is moved into, what is half moved. */
export async function migrate(link: Link, isImport = false): Promise<void> {
  await link.transaction(async (send) => {
    await send({ text: 'SELECT pg_advisory_xact_lock($1)', values: [SCHEMA_LOCK] });
    await refuseOldServer(send);
    const version = await versionOf(send);
    if (version > SCHEMA_VERSION)
      throw new StoreRefusedError(
        `The database was written by a newer Usher (schema ${version}, this one knows ${SCHEMA_VERSION}): ` +
          'install that version again, or restore a backup that this version wrote.',
      );
    const [half] = await send({ text: `SELECT to_regclass('${IMPORT_TABLE}') AS name`, values: [] });
    if (half?.name && !isImport)
      throw new StoreRefusedError(
        'Data are being moved into this database and are not complete: run the same `usher migrate` again.',
      );
    for (const [index, step] of STEPS.entries()) {
      if (index < version) continue;
      await send({ text: step, values: [] });
      await send({ text: 'UPDATE usher_schema SET version = $1', values: [index + 1] });
    }
    await addMissing(send);
  });
}

/** Adds the tables, columns and indexes that are not there; touches, and so locks, nothing that is. */
async function addMissing(send: Send): Promise<void> {
  const columns = await send({
    text: `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
           WHERE table_schema = current_schema()`,
    values: [],
  });
  const known = new Set(columns.map(({ name }) => String(name)));
  for (const record of Object.keys(RECORD_TABLES) as RecordName[])
    for (const text of missingColumns(record, known)) await send({ text, values: [] });
  const indexes = await send({
    text: 'SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()',
    values: [],
  });
  const names = new Set(indexes.map(({ indexname }) => String(indexname)));
  for (const index of INDEXES) {
    const name = index.split(' ')[0] ?? '';
    if (names.has(name)) continue;
    await send({ text: `CREATE ${UNIQUE.has(name) ? 'UNIQUE ' : ''}INDEX ${index}`, values: [] });
  }
}

/** Statements for one table of records. Partitioned ones have their keys from a step. */
function missingColumns(record: RecordName, known: ReadonlySet<string>): string[] {
  const { table, key, columns }: TableSpec = RECORD_TABLES[record];
  const all = Object.entries<ColumnKind>(columns).map(([name, kind]) => ({ name: sqlName(name), kind }));
  const keys = key.map(sqlName);
  const missing = all.filter(({ name }) => !known.has(`${table}.${name}`));
  if (missing.length === 0) return [];
  const typed = (parts: typeof all) => parts.map(({ name, kind }) => `${name} ${TYPES[kind]}`);
  if (missing.length === all.length)
    return [`CREATE TABLE ${table} (${[...typed(all), `PRIMARY KEY (${keys.join(', ')})`].join(', ')})`];
  return [
    `ALTER TABLE ${table} ${typed(missing)
      .map((column) => `ADD COLUMN ${column}`)
      .join(', ')}`,
  ];
}

async function refuseOldServer(send: Send): Promise<void> {
  const text = `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name`;
  const [server] = await send({ text, values: [] });
  if (Number(server?.number) < OLDEST_POSTGRES)
    throw new StoreRefusedError(`PostgreSQL ${server?.name} is too old: Usher needs version 15 or newer.`);
}

async function versionOf(send: Send): Promise<number> {
  await send({ text: 'CREATE TABLE IF NOT EXISTS usher_schema (version integer NOT NULL)', values: [] });
  const [row] = await send({ text: 'SELECT version FROM usher_schema', values: [] });
  if (row) return Number(row.version);
  await send({ text: 'INSERT INTO usher_schema VALUES (0)', values: [] });
  return 0;
}

const TYPES: Record<ColumnKind, string> = {
  text: TEXT,
  integer: 'bigint',
  boolean: 'boolean',
  json: 'text',
};
