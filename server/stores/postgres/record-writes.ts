/**
 * Changes of records as SQL: however many, a few statements for each table. Rows travel as one array for each column.
 * Rows of usage and denials are filed in months (schema.ts): their statements find the month through the files.
 */

import { type LastWord, lastWords } from '../record-changes.ts';
import { columnsOf, sqlName } from '../record-columns.ts';
import { type ColumnKind, type PlainRow, RECORD_TABLES } from '../record-tables.ts';
import type { RecordChange, RecordName } from '../records.ts';
import { FILINGS, stored } from './dialect.ts';
import type { Sql } from './link.ts';
import { filingBounds } from './months.ts';
import { markStatements } from './usage-days.ts';

const ARRAYS: Record<ColumnKind, string> = {
  text: 'text[]',
  integer: 'bigint[]',
  boolean: 'boolean[]',
  json: 'text[]',
};

export interface RecordWrites {
  readonly statements: readonly Sql[];
  /** Months that must be there before. */
  readonly filedMs: readonly number[];
}

/**
 * Statements in an order in which none needs what a later one does.
 * @param options isFolded: the sums by day come along, so that no session is marked as missing in them
 */
export function recordWrites(
  changes: readonly RecordChange[],
  nowMs: number,
  { isFolded = false } = {},
): RecordWrites {
  const words = [...lastWords(changes)];
  const files = new Files(nowMs);
  for (const [record, ofRecord] of words) files.add(record, ofRecord);
  return {
    filedMs: files.instants(),
    statements: [
      ...words.flatMap(([record, ofRecord]) => deletes(record, ofRecord)),
      ...files.statements(),
      ...words.flatMap(([record, ofRecord]) => puts(record, ofRecord)),
      ...words.flatMap(([record, ofRecord]) => patches(record, ofRecord)),
      ...(isFolded ? [] : markStatements(sessionsOf(words))),
    ],
  };
}

/** The sessions whose usage is changed. */
function sessionsOf(words: readonly (readonly [RecordName, readonly LastWord[]])[]): Set<string> {
  const usage = words.filter(([record]) => FILINGS[record]?.key === 'sessionId');
  return new Set(
    usage.flatMap(([, ofRecord]) =>
      ofRecord.map((word) => String(word.op === 'put' ? word.row.sessionId : word.key.sessionId)),
    ),
  );
}

/** Which session, or denial, is to be filed where. */
class Files {
  readonly #bounds: ReturnType<typeof filingBounds>;
  readonly #byTable = new Map<string, Map<string, number>>();

  constructor(nowMs: number) {
    this.#bounds = filingBounds(nowMs);
  }

  add(record: RecordName, words: readonly LastWord[]): void {
    const filing = FILINGS[record];
    if (!filing) return;
    const filed = this.#byTable.get(filing.files) ?? new Map<string, number>();
    this.#byTable.set(filing.files, filed);
    for (const word of words) {
      if (word.op !== 'put') continue;
      const key = String(word.row[filing.key]);
      if (!filed.has(key)) filed.set(key, this.#within(Number(word.row[filing.instant])));
    }
  }

  #within(ms: number): number {
    return Math.min(Math.max(ms, this.#bounds.fromMs), this.#bounds.toMs);
  }

  instants(): number[] {
    return [...this.#byTable.values()].flatMap((filed) => [...filed.values()]);
  }

  /** In the order of the keys, so that two writers never wait for each other in a circle. */
  statements(): Sql[] {
    return [...this.#byTable].flatMap(([table, filed]) => {
      if (filed.size === 0) return [];
      const sorted = [...filed].sort(([a], [b]) => (a < b ? -1 : 1));
      const key = table === 'denial_files' ? 'denial_id' : 'session_id';
      return {
        text: `INSERT INTO ${table} (${key}, filed_ms) SELECT * FROM unnest($1::text[], $2::bigint[]) ON CONFLICT DO NOTHING`,
        values: [sorted.map(([id]) => stored(id, 'text')), sorted.map(([, filedMs]) => filedMs)],
      };
    });
  }
}

interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** What the column is called in the list of rows that a statement brings. */
  readonly as: string;
}

function columnsNamed(record: RecordName, names: readonly string[], prefix: string): Column[] {
  const kinds = columnsOf(record);
  return names.flatMap((name) => {
    const kind = kinds.get(name);
    return kind === undefined ? [] : [{ name, kind, as: `${prefix}${sqlName(name)}` }];
  });
}

/** `unnest($1::text[], $2::bigint[]) AS brought (a, b)` and its values. */
function brought(columns: readonly Column[], rows: readonly PlainRow[]): Sql {
  const marks = columns.map(({ kind }, index) => `$${index + 1}::${ARRAYS[kind]}`);
  return {
    text: `unnest(${marks.join(', ')}) AS brought (${columns.map((column) => column.as).join(', ')})`,
    values: columns.map(({ name, kind }) => rows.map((row) => stored(row[name], kind))),
  };
}

function puts(record: RecordName, words: readonly LastWord[]): Sql[] {
  const rows = words.flatMap((word) => (word.op === 'put' ? [word.row] : []));
  if (rows.length === 0) return [];
  const { table, key } = RECORD_TABLES[record];
  const filing = FILINGS[record];
  const columns = columnsNamed(record, [...columnsOf(record).keys()], '');
  const { text: source, values } = brought(columns, rows);
  const names = columns.map(({ as }) => as);
  const isKey = (name: string) => (key as readonly string[]).includes(name);
  const sets = columns.filter(({ name }) => !isKey(name)).map(({ as }) => `${as} = excluded.${as}`);
  const conflict = [...key.map(sqlName), ...(filing ? ['filed_ms'] : [])].join(', ');
  const into = [...names, ...(filing ? ['filed_ms'] : [])].join(', ');
  const from = filing ? `${source} JOIN ${filing.files} USING (${sqlName(filing.key)})` : source;
  const text = `INSERT INTO ${table} (${into}) SELECT ${into} FROM ${from} ON CONFLICT (${conflict}) DO UPDATE SET ${sets.join(', ')}`;
  return [{ text, values }];
}

/** One statement for each set of columns that is changed. */
function patches(record: RecordName, words: readonly LastWord[]): Sql[] {
  const patched = words.flatMap((word) => (word.op === 'patch' ? word : []));
  const known = columnsOf(record);
  const bySet = Map.groupBy(patched, ({ set }) =>
    Object.keys(set)
      .filter((name) => known.has(name))
      .sort()
      .join(),
  );
  return [...bySet].flatMap(([names, ofSet]) => {
    if (names === '') return [];
    const keys = columnsNamed(record, RECORD_TABLES[record].key, 'key_');
    const sets = columnsNamed(record, names.split(','), 'set_');
    const rows = ofSet.map(({ key, set }) => ({ key, set }));
    const source = broughtApart(keys, sets, rows);
    const assignments = sets.map(({ name, as }) => `${sqlName(name)} = ${as}`).join(', ');
    const text = `UPDATE ${RECORD_TABLES[record].table} AS kept SET ${assignments} FROM ${source.text}${whereKept(record)}`;
    return { text, values: source.values };
  });
}

function broughtApart(
  keys: readonly Column[],
  sets: readonly Column[],
  rows: readonly { readonly key: PlainRow; readonly set: PlainRow }[],
): Sql {
  const { text } = brought([...keys, ...sets], []);
  return {
    text,
    values: [
      ...keys.map(({ name, kind }) => rows.map(({ key }) => stored(key[name], kind))),
      ...sets.map(({ name, kind }) => rows.map(({ set }) => stored(set[name], kind))),
    ],
  };
}

function deletes(record: RecordName, words: readonly LastWord[]): Sql[] {
  const rows = words.flatMap((word) => (word.op === 'delete' ? [word.key] : []));
  if (rows.length === 0) return [];
  const { text, values } = brought(columnsNamed(record, RECORD_TABLES[record].key, 'key_'), rows);
  return [
    { text: `DELETE FROM ${RECORD_TABLES[record].table} AS kept USING ${text}${whereKept(record)}`, values },
  ];
}

/** The kept row of a brought key, in its month. */
function whereKept(record: RecordName): string {
  const filing = FILINGS[record];
  const keys = RECORD_TABLES[record].key.map(sqlName).map((name) => `kept.${name} = key_${name}`);
  if (!filing) return ` WHERE ${keys.join(' AND ')}`;
  const file = `files.${sqlName(filing.key)} = key_${sqlName(filing.key)}`;
  return ` JOIN ${filing.files} AS files ON ${file} WHERE kept.filed_ms = files.filed_ms AND ${keys.join(' AND ')}`;
}
