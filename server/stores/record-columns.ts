/** Names, values and questions of the records in SQL, apart from how one database's SQL differs from another's. */
import { invariant } from '../../shared/outcome.ts';
import {
  type ColumnKind,
  type Condition,
  type PlainRow,
  RECORD_TABLES,
  type RecordQuery,
  type TallyNumbers,
  type TallySpec,
} from './record-tables.ts';
import type { RecordName } from './records.ts';

/** What differs between databases. */
export interface Dialect<Value> {
  /** The mark of the n-th value of a statement, counted from 1. */
  mark(position: number): string;
  /** A value of a column as the driver takes it. */
  stored(value: unknown, kind: ColumnKind | undefined): Value;
  /** A condition that the column is one of a list, and the list as one value. */
  oneOf(column: string, mark: string): string;
  list(values: readonly string[]): Value;
  /** What to read from, where that is not the record's table alone. */
  source?(query: RecordQuery): string | null;
  /** What a driver gave, as the column's type says; never called with null. */
  loaded(value: unknown, kind: ColumnKind): unknown;
}

export interface Question<Value> {
  readonly text: string;
  readonly values: readonly Value[];
}

const COLUMNS: ReadonlyMap<string, ReadonlyMap<string, ColumnKind>> = new Map(
  Object.entries(RECORD_TABLES).map(([record, spec]) => [
    record,
    new Map<string, ColumnKind>(Object.entries(spec.columns)),
  ]),
);

export function columnsOf(record: RecordName): ReadonlyMap<string, ColumnKind> {
  const columns = COLUMNS.get(record);
  invariant(columns, `the record ${record} has a table`);
  return columns;
}

/** createdAtMs -> created_at_ms */
export function sqlName(column: string): string {
  return column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The SELECT that answers a question about one table. */
export function questionOf<Value>(query: RecordQuery, dialect: Dialect<Value>): Question<Value> {
  const columns = columnsOf(query.record);
  const values: Value[] = [];
  const mark = (value: Value) => dialect.mark(values.push(value));
  const where = query.where.map((condition) => conditionOf(condition, columns, dialect, mark));
  if (query.after !== null) {
    const tuple = query.order.map(sqlName).join(', ');
    const marks = query.after.map((value, index) =>
      mark(dialect.stored(value, columns.get(query.order[index] ?? ''))),
    );
    where.push(`(${tuple}) ${query.descending ? '<' : '>'} (${marks.join(', ')})`);
  }
  if (query.tally !== undefined)
    return { text: tallyText(query, query.tally, where, sourceOf(query, dialect)), values };
  const direction = query.descending ? ' DESC' : '';
  const order = query.order.map((name) => sqlName(name) + direction).join(', ');
  const filter = where.length > 0 ? ` WHERE ${where.join(' AND ')}` : '';
  const limit = query.limit === null ? '' : ` LIMIT ${mark(dialect.stored(query.limit, 'integer'))}`;
  const list = [...columns.keys()].map(sqlName).join(', ');
  return {
    text: `SELECT ${list} FROM ${sourceOf(query, dialect)}${filter} ORDER BY ${order}${limit}`,
    values,
  };
}

/** Integer division finds the step, in every database alike for instants after 1970. */
function tallyText(
  { record }: RecordQuery,
  { by, step, newest }: TallySpec,
  where: readonly string[],
  source: string,
): string {
  const columns = columnsOf(record);
  for (const name of [...by, step?.column ?? by[0] ?? '', newest ?? by[0] ?? ''])
    if (name !== '' && !columns.has(name)) throw new Error(`no column ${name}`);
  const groups = [
    ...by.map(sqlName),
    ...(step === null ? [] : [`${sqlName(step.column)} / ${Math.trunc(step.ms)}`]),
  ];
  const list = [
    ...by.map(sqlName),
    'COUNT(*) AS tally_count',
    ...(step === null ? [] : [`${sqlName(step.column)} / ${Math.trunc(step.ms)} AS tally_step`]),
    ...(newest === null ? [] : [`MAX(${sqlName(newest)}) AS tally_newest`]),
  ].join(', ');
  const filter = where.length > 0 ? ` WHERE ${where.join(' AND ')}` : '';
  const grouping = groups.length > 0 ? ` GROUP BY ${groups.join(', ')}` : '';
  return `SELECT ${list} FROM ${source}${filter}${grouping}`;
}

const sourceOf = <Value>(query: RecordQuery, dialect: Dialect<Value>): string =>
  dialect.source?.(query) ?? RECORD_TABLES[query.record].table;

function conditionOf<Value>(
  condition: Condition,
  columns: ReadonlyMap<string, ColumnKind>,
  dialect: Dialect<Value>,
  mark: (value: Value) => string,
): string {
  const kind = columns.get(condition.column);
  if (kind === undefined) throw new Error(`no column ${condition.column}`);
  const column = sqlName(condition.column);
  switch (condition.is) {
    case 'equal':
      return `${column} = ${mark(dialect.stored(condition.value, kind))}`;
    case 'from':
      return `${column} >= ${mark(dialect.stored(condition.value, kind))}`;
    case 'below':
      return `${column} < ${mark(dialect.stored(condition.value, kind))}`;
    case 'open-or-above':
      return `(${column} IS NULL OR ${column} > ${mark(dialect.stored(condition.value, kind))})`;
    case 'one-of':
      return dialect.oneOf(column, mark(dialect.list(condition.values)));
  }
}

/** A row as the driver gave it, as the types name it. */
export function plainRowOf<Value>(
  row: Readonly<Record<string, unknown>>,
  record: RecordName,
  dialect: Dialect<Value>,
): PlainRow {
  const plain: Record<string, unknown> = {};
  for (const [name, kind] of columnsOf(record)) {
    const value = row[sqlName(name)] ?? null;
    plain[name] = value === null ? null : dialect.loaded(value, kind);
  }
  return 'tally_count' in row ? { ...plain, ...tallyNumbers(row) } : plain;
}

function tallyNumbers(row: Readonly<Record<string, unknown>>): TallyNumbers {
  const numberOf = (value: unknown) => (value === null || value === undefined ? null : Number(value));
  return {
    tallyCount: Number(row.tally_count),
    tallyStep: numberOf(row.tally_step),
    tallyNewest: numberOf(row.tally_newest),
  };
}
