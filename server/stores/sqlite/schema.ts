/** The database's shape, as steps forward. A step that was released never changes; a new one is added. */
import type { DatabaseSync } from 'node:sqlite';
import { StoreRefusedError } from '../store.ts';

const STEPS: readonly string[] = [
  `
  CREATE TABLE ledger_events (
    event_number INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    command_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE TABLE ledger_snapshots (
    event_number INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    chain_hash TEXT NOT NULL,
    checksum TEXT NOT NULL
  ) STRICT;
  CREATE TABLE ledger_answers (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    command_id TEXT NOT NULL UNIQUE,
    answer TEXT NOT NULL
  ) STRICT;
  CREATE TABLE outbox_marks (outbox_id TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE people (
    user_id TEXT PRIMARY KEY, name TEXT, simulated INTEGER, created_at_ms INTEGER
  ) STRICT;
  CREATE TABLE accounts (
    authority TEXT, account_id TEXT, user_id TEXT, name TEXT, PRIMARY KEY (authority, account_id)
  ) STRICT;
  CREATE INDEX accounts_of_user ON accounts (user_id);
  CREATE TABLE workstations (
    workstation_id TEXT PRIMARY KEY, name TEXT, platform TEXT, os_version TEXT, workstation_group TEXT,
    simulated INTEGER, enrolled_at_ms INTEGER
  ) STRICT;
  CREATE TABLE agents (
    workstation_id TEXT, user_id TEXT, login_session_id TEXT, agent_version TEXT, last_contact_ms INTEGER,
    sensors TEXT, PRIMARY KEY (workstation_id, user_id)
  ) STRICT;
  CREATE TABLE credentials (
    credential_id TEXT PRIMARY KEY, hash TEXT UNIQUE, user_id TEXT, workstation_id TEXT, authority TEXT,
    account_id TEXT, instance_id TEXT, created_at_ms INTEGER, revoked_at_ms INTEGER
  ) STRICT;
  CREATE INDEX credentials_of_workstation ON credentials (workstation_id);
  CREATE INDEX credentials_of_user ON credentials (user_id);
  CREATE TABLE enrollment_tokens (
    token_id TEXT PRIMARY KEY, hash TEXT UNIQUE, label TEXT, workstation_group TEXT, created_at_ms INTEGER,
    expires_at_ms INTEGER, revoked_at_ms INTEGER, uses INTEGER
  ) STRICT;
  CREATE TABLE admin_tokens (
    token_id TEXT PRIMARY KEY, hash TEXT UNIQUE, kind TEXT, label TEXT, created_at_ms INTEGER,
    expires_at_ms INTEGER, revoked_at_ms INTEGER
  ) STRICT;
  CREATE TABLE usage_sessions (
    session_id TEXT PRIMARY KEY, user_id TEXT, workstation_id TEXT, product_id TEXT, started_at_ms INTEGER,
    ended_at_ms INTEGER, end_reason TEXT, usage_idle_after_ms INTEGER
  ) STRICT;
  CREATE INDEX usage_sessions_by_start ON usage_sessions (started_at_ms, session_id);
  CREATE INDEX usage_sessions_of_product ON usage_sessions (product_id, started_at_ms, session_id);
  CREATE INDEX usage_sessions_of_user ON usage_sessions (user_id, started_at_ms, session_id);
  CREATE TABLE usage_intervals (
    interval_id TEXT PRIMARY KEY, session_id TEXT, activity TEXT, from_ms INTEGER, to_ms INTEGER, project_id TEXT
  ) STRICT;
  CREATE INDEX usage_intervals_of_session ON usage_intervals (session_id, from_ms);
  CREATE TABLE usage_grants (
    session_id TEXT, lease_id TEXT, pool_id TEXT, from_ms INTEGER, to_ms INTEGER,
    PRIMARY KEY (session_id, lease_id)
  ) STRICT;
  CREATE TABLE denials (
    denial_id TEXT PRIMARY KEY, at_ms INTEGER, user_id TEXT, product_id TEXT, session_id TEXT, reason TEXT
  ) STRICT;
  CREATE INDEX denials_by_time ON denials (at_ms, denial_id);
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT) STRICT;
  CREATE TABLE products (product_id TEXT PRIMARY KEY, product TEXT, changed_at_ms INTEGER) STRICT;
  `,
  `
  CREATE TABLE contacts (
    user_id TEXT PRIMARY KEY, mail TEXT, phone TEXT, chat_url TEXT, is_visible INTEGER, source TEXT,
    changed_at_ms INTEGER
  ) STRICT;
  CREATE TABLE person_groups (group_id TEXT PRIMARY KEY, name TEXT, created_at_ms INTEGER) STRICT;
  CREATE INDEX usage_grants_of_pool ON usage_grants (pool_id, from_ms, lease_id);
  ALTER TABLE denials ADD COLUMN free_elsewhere TEXT;
  ALTER TABLE denials ADD COLUMN proved_false_at_ms INTEGER;
  `,
  // By session in one tree: read with their session, and half as large as a table with two indexes.
  `
  CREATE TABLE intervals_by_session (
    session_id TEXT, interval_id TEXT, activity TEXT, from_ms INTEGER, to_ms INTEGER, project_id TEXT,
    PRIMARY KEY (session_id, interval_id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO intervals_by_session
    SELECT session_id, interval_id, activity, from_ms, to_ms, project_id FROM usage_intervals;
  DROP TABLE usage_intervals;
  ALTER TABLE intervals_by_session RENAME TO usage_intervals;
  `,
  // Fewer trees to write for each decision. Answers are read back by their order; those that count are in memory.
  `
  CREATE TABLE answers_in_order (
    position INTEGER PRIMARY KEY, command_id TEXT NOT NULL, answer TEXT NOT NULL
  ) STRICT;
  INSERT INTO answers_in_order SELECT position, command_id, answer FROM ledger_answers;
  DROP TABLE ledger_answers;
  ALTER TABLE answers_in_order RENAME TO ledger_answers;

  CREATE TABLE sessions_by_id (
    session_id TEXT PRIMARY KEY, user_id TEXT, workstation_id TEXT, product_id TEXT, started_at_ms INTEGER,
    ended_at_ms INTEGER, end_reason TEXT, usage_idle_after_ms INTEGER
  ) STRICT, WITHOUT ROWID;
  INSERT INTO sessions_by_id SELECT session_id, user_id, workstation_id, product_id, started_at_ms, ended_at_ms,
    end_reason, usage_idle_after_ms FROM usage_sessions WHERE session_id IS NOT NULL;
  DROP TABLE usage_sessions;
  ALTER TABLE sessions_by_id RENAME TO usage_sessions;
  CREATE INDEX usage_sessions_by_start ON usage_sessions (started_at_ms, session_id);
  CREATE INDEX usage_sessions_of_product ON usage_sessions (product_id, started_at_ms, session_id);
  CREATE INDEX usage_sessions_of_user ON usage_sessions (user_id, started_at_ms, session_id);

  CREATE TABLE grants_by_session (
    session_id TEXT, lease_id TEXT, pool_id TEXT, from_ms INTEGER, to_ms INTEGER, PRIMARY KEY (session_id, lease_id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO grants_by_session SELECT session_id, lease_id, pool_id, from_ms, to_ms FROM usage_grants
    WHERE session_id IS NOT NULL AND lease_id IS NOT NULL;
  DROP TABLE usage_grants;
  ALTER TABLE grants_by_session RENAME TO usage_grants;
  CREATE INDEX usage_grants_of_pool ON usage_grants (pool_id, from_ms, lease_id);

  CREATE TABLE denials_by_id (
    denial_id TEXT PRIMARY KEY, at_ms INTEGER, user_id TEXT, product_id TEXT, session_id TEXT, reason TEXT,
    free_elsewhere TEXT, proved_false_at_ms INTEGER
  ) STRICT, WITHOUT ROWID;
  INSERT INTO denials_by_id SELECT denial_id, at_ms, user_id, product_id, session_id, reason, free_elsewhere,
    proved_false_at_ms FROM denials WHERE denial_id IS NOT NULL;
  DROP TABLE denials;
  ALTER TABLE denials_by_id RENAME TO denials;
  CREATE INDEX denials_by_time ON denials (at_ms, denial_id);
  `,
  // Usage summed up by day (usage-days.ts).
  `
  ALTER TABLE usage_sessions ADD COLUMN folded_days TEXT;
  CREATE TABLE usage_unfolded (session_id TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE usage_days (
    product_id TEXT, day INTEGER, user_id TEXT, granted_ms INTEGER NOT NULL, actual_ms INTEGER NOT NULL,
    overage_ms INTEGER NOT NULL, unseated_ms INTEGER NOT NULL, PRIMARY KEY (product_id, day, user_id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO usage_unfolded SELECT session_id, 1 FROM usage_sessions;
  `,
];

/** The schema that this build writes. */
export const SCHEMA_VERSION = STEPS.length;

/** Steps forward to SCHEMA_VERSION, each in a transaction of its own; refuses what a newer Usher wrote. */
export function migrate(database: DatabaseSync, file: string): void {
  const row = database.prepare('PRAGMA user_version').get();
  const version = Number(row?.user_version ?? 0);
  if (version > SCHEMA_VERSION) {
    throw new StoreRefusedError(newerSchemaSentence(file, version));
  }
  for (const [index, step] of STEPS.entries()) {
    if (index < version) continue;
    database.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}

/** [L87] Said at every door: server, doctor, backup, restore, migrate. */
export function newerSchemaSentence(file: string, version: number): string {
  return (
    `${file} was written by a newer Usher (schema ${version}, this one knows ${SCHEMA_VERSION}): ` +
    'install that version again, or restore a backup that this version wrote.'
  );
}
