/** The records as maps of rows, with the same questions that a database answers. */
import {
  type Condition,
  type PlainRow,
  RECORD_TABLES,
  type RecordQuery,
  type TallySpec,
} from '../record-tables.ts';
import type { RecordChange, RecordName } from '../records.ts';
import { MemoryUsageDays } from './memory-usage-days.ts';

export class MemoryTables {
  readonly #tables = new Map<RecordName, Map<string, PlainRow>>();

  readonly usageDays = new MemoryUsageDays((query) => this.query(query));

  apply(changes: readonly RecordChange[]): void {
    this.usageDays.mark(changes);
    for (const change of structuredClone(changes)) {
      const table = this.#table(change.record);
      if (change.op === 'put') {
        const row: PlainRow = { ...change.row };
        table.set(keyText(change.record, row), row);
        continue;
      }
      const key = keyText(change.record, { ...change.key });
      const known = table.get(key);
      if (change.op === 'delete') table.delete(key);
      else if (known) table.set(key, { ...known, ...change.set });
    }
  }

  query({ record, where, order, descending, after, limit, tally }: RecordQuery): PlainRow[] {
    if (tally !== undefined) {
      const counted = [...this.#table(record).values()].filter((row) =>
        where.every((condition) => holds(condition, row)),
      );
      return tallied(counted, tally);
    }
    const direction = descending ? -1 : 1;
    const rows = [...this.#table(record).values()]
      .filter((row) => where.every((condition) => holds(condition, row)))
      .sort(
        (a, b) =>
          direction *
          compareBy(
            order,
            a,
            order.map((column) => b[column]),
          ),
      )
      .filter((row) => after === null || direction * compareBy(order, row, after) > 0);
    return structuredClone(limit === null ? rows : rows.slice(0, limit));
  }

  #table(record: RecordName): Map<string, PlainRow> {
    const table = this.#tables.get(record) ?? new Map<string, PlainRow>();
    this.#tables.set(record, table);
    return table;
  }
}

function tallied(rows: readonly PlainRow[], { by, step, newest }: TallySpec): PlainRow[] {
  const groups = Map.groupBy(rows, (row) => {
    const tallyStep = step === null ? null : Math.trunc(Number(row[step.column]) / step.ms);
    return JSON.stringify([by.map((column) => row[column]), tallyStep]);
  });
  if (by.length === 0 && step === null && groups.size === 0)
    return [{ tallyCount: 0, tallyStep: null, tallyNewest: null }];
  return [...groups].map(([key, members]) => {
    const [values, tallyStep] = JSON.parse(key) as [unknown[], number | null];
    const instants = members.flatMap((row) => (newest === null ? [] : (row[newest] ?? [])));
    return {
      ...Object.fromEntries(by.map((column, index) => [column, values[index]])),
      tallyCount: members.length,
      tallyStep,
      tallyNewest: instants.length === 0 ? null : Math.max(...instants.map(Number)),
    };
  });
}

function keyText(record: RecordName, row: PlainRow): string {
  return JSON.stringify(RECORD_TABLES[record].key.map((column) => row[column]));
}

function holds(condition: Condition, row: PlainRow): boolean {
  const value = row[condition.column];
  switch (condition.is) {
    case 'equal':
      return value === condition.value;
    case 'from':
      return value !== null && compare(value, condition.value) >= 0;
    case 'below':
      return value !== null && compare(value, condition.value) < 0;
    case 'open-or-above':
      return value === null || compare(value, condition.value) > 0;
    case 'one-of':
      return condition.values.some((one) => one === value);
  }
}

function compareBy(columns: readonly string[], row: PlainRow, values: readonly unknown[]): number {
  for (const [index, column] of columns.entries()) {
    const order = compare(row[column], values[index]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers by value, text by code unit, as the databases do for the ids that are compared here. */
function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : 1;
}
