/** Records as SQL: writes from changes, reads from queries. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { type Dialect, plainRowOf, questionOf } from '../record-columns.ts';
import type { ColumnKind, PlainRow, RecordQuery } from '../record-tables.ts';

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
