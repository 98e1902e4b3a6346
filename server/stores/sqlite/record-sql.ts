/** Records as SQL: writes from changes, reads from queries. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { columnsOf, type Dialect, plainRowOf, questionOf, sqlName } from '../record-columns.ts';
import { type ColumnKind, type PlainRow, RECORD_TABLES, type RecordQuery } from '../record-tables.ts';
import type { RecordChange } from '../records.ts';

/** Prepared statements by their text: a store asks the same few questions all day. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#prepared.set(sql, statement);
    return statement;
  }
}

export function applyChange(statements: Statements, change: RecordChange): void {
  const { table, key } = RECORD_TABLES[change.record];
  const columns = columnsOf(change.record);
  if (change.op === 'put') {
    const row: PlainRow = { ...change.row };
    const names = [...columns.keys()];
    const list = names.map(sqlName).join(', ');
    const marks = names.map(() => '?').join(', ');
    const sets = names.map((name) => `${sqlName(name)} = excluded.${sqlName(name)}`).join(', ');
    const conflict = key.map(sqlName).join(', ');
    statements
      .get(`INSERT INTO ${table} (${list}) VALUES (${marks}) ON CONFLICT (${conflict}) DO UPDATE SET ${sets}`)
      .run(...names.map((name) => stored(row[name], columns.get(name))));
    return;
  }
  const keyRow: PlainRow = { ...change.key };
  const where = key.map((name) => `${sqlName(name)} = ?`).join(' AND ');
  const keyValues = key.map((name) => stored(keyRow[name], columns.get(name)));
  if (change.op === 'delete') {
    statements.get(`DELETE FROM ${table} WHERE ${where}`).run(...keyValues);
    return;
  }
  const set: PlainRow = { ...change.set };
  const names = Object.keys(set).filter((name) => columns.has(name));
  if (names.length === 0) return;
  const sets = names.map((name) => `${sqlName(name)} = ?`).join(', ');
  const values = names.map((name) => stored(set[name], columns.get(name)));
  statements.get(`UPDATE ${table} SET ${sets} WHERE ${where}`).run(...values, ...keyValues);
}

export function answerQuery(statements: Statements, query: RecordQuery): PlainRow[] {
  const { text, values } = questionOf(query, SQLITE);
  const rows = statements.get(text).all(...values);
  return rows.map((row) => plainRowOf(row, query.record, SQLITE));
}

export const SQLITE: Dialect<SQLInputValue> = {
  mark: () => '?',
  stored,
  oneOf: (column, mark) => `${column} IN (SELECT value FROM json_each(${mark}))`,
  list: (values) => JSON.stringify(values),
  loaded(value, kind) {
    if (kind === 'json') return JSON.parse(String(value));
    return kind === 'boolean' ? value === 1 : value;
  },
};

function stored(value: unknown, kind: ColumnKind | undefined): SQLInputValue {
  if (value === null || value === undefined) return null;
  if (kind === 'json') return JSON.stringify(value);
  if (kind === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError(`a ${typeof value} cannot be kept in a column of ${kind}`);
}
