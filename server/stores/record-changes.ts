/**
 * What a list of changes comes to: one last word for each row. Pure. Changes that came one after the other may then be
 * written in any order, many with one statement.
 */
import { type PlainRow, RECORD_TABLES } from './record-tables.ts';
import type { RecordChange, RecordName } from './records.ts';

/** put: the whole row. patch: these columns, where the row exists. */
export type LastWord =
  | { readonly op: 'put'; readonly row: PlainRow }
  | { readonly op: 'patch'; readonly key: PlainRow; readonly set: PlainRow }
  | { readonly op: 'delete'; readonly key: PlainRow };

/** By record, in the order in which rows were first named. */
export function lastWords(changes: readonly RecordChange[]): Map<RecordName, LastWord[]> {
  const byRecord = new Map<RecordName, Map<string, LastWord>>();
  for (const change of changes) {
    const words = byRecord.get(change.record) ?? new Map<string, LastWord>();
    byRecord.set(change.record, words);
    const key = keyOf(change);
    const text = JSON.stringify(Object.values(key));
    words.set(text, wordAfter(words.get(text), change, key));
  }
  return new Map([...byRecord].map(([record, words]) => [record, [...words.values()]]));
}

function keyOf(change: RecordChange): PlainRow {
  const from: PlainRow = change.op === 'put' ? { ...change.row } : { ...change.key };
  return Object.fromEntries(RECORD_TABLES[change.record].key.map((column) => [column, from[column]]));
}

function wordAfter(before: LastWord | undefined, change: RecordChange, key: PlainRow): LastWord {
  if (change.op === 'put') return { op: 'put', row: { ...change.row } };
  if (change.op === 'delete') return { op: 'delete', key };
  const set: PlainRow = { ...change.set };
  switch (before?.op) {
    case 'put':
      return { op: 'put', row: { ...before.row, ...set } };
    case 'patch':
      return { op: 'patch', key, set: { ...before.set, ...set } };
    case 'delete':
      return before;
    case undefined:
      return { op: 'patch', key, set };
  }
}
