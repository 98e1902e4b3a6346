/** How PostgreSQL's SQL differs, and how rows of usage and denials are found in their months. */
import { type Dialect, sqlName } from '../record-columns.ts';
import { type ColumnKind, RECORD_TABLES } from '../record-tables.ts';
import type { RecordName } from '../records.ts';

/** PostgreSQL keeps no NUL in a text. */
export function stored(value: unknown, kind: ColumnKind | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (kind === 'json') return JSON.stringify(value);
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  throw new TypeError(`a ${typeof value} cannot be kept in a column of ${kind}`);
}

export const POSTGRES: Dialect<unknown> = {
  mark: (position) => `$${position}`,
  stored,
  oneOf: (column, mark) => `${column} = ANY(${mark}::text[])`,
  list: (values) => values.map((value) => stored(value, 'text')),
  source({ record, where }) {
    const filing = FILINGS[record];
    const isByFile = where.some(
      ({ column, is }) => column === filing?.key && (is === 'equal' || is === 'one-of'),
    );
    if (!filing || !isByFile) return null;
    // The file tells the month: else every month would be searched.
    return `${filing.files} JOIN ${RECORD_TABLES[record].table} USING (${sqlName(filing.key)}, filed_ms)`;
  },
  loaded: (value, kind) => (kind === 'json' ? JSON.parse(String(value)) : value),
};

/** Where the month of a row is found, and the instant under which it is filed when nobody filed it before. */
interface Filing {
  readonly files: string;
  readonly key: string;
  readonly instant: string;
}
export const FILINGS: Partial<Record<RecordName, Filing>> = {
  usageSession: { files: 'session_files', key: 'sessionId', instant: 'startedAtMs' },
  usageInterval: { files: 'session_files', key: 'sessionId', instant: 'fromMs' },
  usageGrant: { files: 'session_files', key: 'sessionId', instant: 'fromMs' },
  denial: { files: 'denial_files', key: 'denialId', instant: 'atMs' },
};
