/** Records as SQL: writes from changes, reads from queries. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { invariant } from '../../../shared/outcome.ts';
import {
  type ColumnKind,
  type Condition,
  type PlainRow,
  RECORD_TABLES,
  type RecordQuery,
} from '../record-tables.ts';
import type { RecordChange, RecordName } from '../records.ts';

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
  const { table } = RECORD_TABLES[query.record];
  const columns = columnsOf(query.record);
  const values: SQLInputValue[] = [];
  const where = query.where.map((condition) => sqlCondition(condition, columns, values));
  if (query.after !== null) {
    const tuple = query.order.map(sqlName).join(', ');
    where.push(`(${tuple}) ${query.descending ? '<' : '>'} (${query.after.map(() => '?').join(', ')})`);
    values.push(...query.after);
  }
  const direction = query.descending ? ' DESC' : '';
  const order = query.order.map((name) => sqlName(name) + direction).join(', ');
  const filter = where.length > 0 ? ` WHERE ${where.join(' AND ')}` : '';
  const limit = query.limit === null ? '' : ' LIMIT ?';
  if (query.limit !== null) values.push(query.limit);
  const rows = statements.get(`SELECT * FROM ${table}${filter} ORDER BY ${order}${limit}`).all(...values);
  return rows.map((row) => rowFrom(row, columns));
}

function sqlCondition(
  condition: Condition,
  columns: ReadonlyMap<string, ColumnKind>,
  values: SQLInputValue[],
): string {
  if (!columns.has(condition.column)) throw new Error(`no column ${condition.column}`);
  const column = sqlName(condition.column);
  switch (condition.is) {
    case 'equal':
      values.push(condition.value);
      return `${column} = ?`;
    case 'below':
      values.push(condition.value);
      return `${column} < ?`;
    case 'open-or-above':
      values.push(condition.value);
      return `(${column} IS NULL OR ${column} > ?)`;
    case 'one-of':
      values.push(JSON.stringify(condition.values));
      return `${column} IN (SELECT value FROM json_each(?))`;
  }
}

const COLUMNS: ReadonlyMap<string, ReadonlyMap<string, ColumnKind>> = new Map(
  Object.entries(RECORD_TABLES).map(([record, spec]) => [
    record,
    new Map<string, ColumnKind>(Object.entries(spec.columns)),
  ]),
);

function columnsOf(record: RecordName): ReadonlyMap<string, ColumnKind> {
  const columns = COLUMNS.get(record);
  invariant(columns, `the record ${record} has a table`);
  return columns;
}

/** createdAtMs -> created_at_ms */
function sqlName(column: string): string {
  return column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function stored(value: unknown, kind: ColumnKind | undefined): SQLInputValue {
  if (value === null || value === undefined) return null;
  if (kind === 'json') return JSON.stringify(value);
  if (kind === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError(`a ${typeof value} cannot be kept in a column of ${kind}`);
}

function rowFrom(row: Record<string, unknown>, columns: ReadonlyMap<string, ColumnKind>): PlainRow {
  const plain: Record<string, unknown> = {};
  for (const [name, kind] of columns) {
    const value = row[sqlName(name)] ?? null;
    if (value !== null && kind === 'json') plain[name] = JSON.parse(String(value));
    else plain[name] = value !== null && kind === 'boolean' ? value === 1 : value;
  }
  return plain;
}
