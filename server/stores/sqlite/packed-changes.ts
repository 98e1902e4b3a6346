/**
 * Changes of records on their way to the writing thread: a flat list of plain values, because copying that to another
 * thread costs a fraction of copying objects. Each change is the text of its plan, then the plan's values in order.
 */
import type { SQLInputValue } from 'node:sqlite';
import { columnsOf, sqlName } from '../record-columns.ts';
import { type ColumnKind, type PlainRow, RECORD_TABLES } from '../record-tables.ts';
import type { RecordChange, RecordName } from '../records.ts';
import { SQLITE, type Statements } from './record-sql.ts';
import { markUnfolded } from './usage-days.ts';

/** Plan, values, plan, values ... */
export type PackedChanges = readonly SQLInputValue[];

interface Plan {
  /** `put RECORD`, `delete RECORD` or `patch RECORD COLUMN COLUMN ...`: says everything, so that both threads know it. */
  readonly text: string;
  readonly sql: string;
  /** Columns of the row or of the patch, then those of the key where it is apart. */
  readonly set: readonly Column[];
  readonly key: readonly Column[];
  /** Where among the values the session is whose usage this changes; -1: it is no usage. */
  readonly sessionAt: number;
}

interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
}

const plans = new Map<string, Plan>();

/** @throws TypeError when a value does not fit its column */
export function packChanges(changes: readonly RecordChange[], packed: SQLInputValue[] = []): PackedChanges {
  for (const change of changes) packChange(change, packed);
  return packed;
}

function packChange(change: RecordChange, packed: SQLInputValue[]): void {
  const { record, op } = change;
  if (op === 'put') {
    addValues(packed, planOf(`put ${record}`), { ...change.row }, null);
  } else if (op === 'delete') {
    addValues(packed, planOf(`delete ${record}`), null, { ...change.key });
  } else {
    const names = Object.keys(change.set).filter((name) => columnsOf(record).has(name));
    if (names.length === 0) return;
    addValues(packed, planOf(`patch ${record} ${names.join(' ')}`), { ...change.set }, { ...change.key });
  }
}

function addValues(packed: SQLInputValue[], plan: Plan, set: PlainRow | null, key: PlainRow | null): void {
  packed.push(plan.text);
  if (set) for (const { name, kind } of plan.set) packed.push(SQLITE.stored(set[name], kind));
  if (key) for (const { name, kind } of plan.key) packed.push(SQLITE.stored(key[name], kind));
}

/** Runs them in their order. */
export function applyPacked(statements: Statements, packed: PackedChanges): void {
  const sessionIds = new Set<string>();
  for (let index = 0; index < packed.length; ) {
    const { sql, set, key, sessionAt } = planOf(String(packed[index]));
    const first = index + 1;
    index = first + set.length + key.length;
    statements.get(sql).run(...packed.slice(first, index));
    if (sessionAt >= 0) sessionIds.add(String(packed[first + sessionAt]));
  }
  markUnfolded(statements, sessionIds);
}

function planOf(text: string): Plan {
  const known = plans.get(text);
  if (known) return known;
  const plan = makePlan(text);
  plans.set(text, plan);
  return plan;
}

function makePlan(text: string): Plan {
  const [op, record, ...names] = text.split(' ') as [string, RecordName, ...string[]];
  const { table, key: keyNames } = RECORD_TABLES[record];
  const kinds = columnsOf(record);
  const columnsNamed = (list: readonly string[]) =>
    list.map((name): Column => ({ name, kind: kinds.get(name) ?? 'text' }));
  const key = columnsNamed(keyNames);
  const where = key.map(({ name }) => `${sqlName(name)} = ?`).join(' AND ');
  const planned = (sql: string, set: readonly Column[], apart: readonly Column[]): Plan => {
    const isUsage = USAGE.has(record);
    const sessionAt = isUsage ? [...set, ...apart].findLastIndex(({ name }) => name === 'sessionId') : -1;
    return { text, sql, set, key: apart, sessionAt };
  };
  if (op === 'delete') return planned(`DELETE FROM ${table} WHERE ${where}`, [], key);
  if (op === 'put') {
    const all = [...kinds.keys()];
    return planned(putSql(table, keyNames, all), columnsNamed(all), []);
  }
  const sets = names.map((name) => `${sqlName(name)} = ?`).join(', ');
  return planned(`UPDATE ${table} SET ${sets} WHERE ${where}`, columnsNamed(names), key);
}

const USAGE: ReadonlySet<RecordName> = new Set(['usageSession', 'usageInterval', 'usageGrant']);

function putSql(table: string, key: readonly string[], names: readonly string[]): string {
  const list = names.map(sqlName).join(', ');
  const marks = names.map(() => '?').join(', ');
  const sets = names.map((name) => `${sqlName(name)} = excluded.${sqlName(name)}`).join(', ');
  const conflict = key.map(sqlName).join(', ');
  return `INSERT INTO ${table} (${list}) VALUES (${marks}) ON CONFLICT (${conflict}) DO UPDATE SET ${sets}`;
}
