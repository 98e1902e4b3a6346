/** A consistent copy of a database that may be in use: SQLite's online backup, in one step and so of one moment. */
import { statSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';

/** More pages than any database has: all are copied under one read lock. */
const ALL_PAGES = 2_000_000_000;

/**
 * Copies `from` with what its log holds into `to`, which exists and is empty. The copy is one file without a log.
 * @returns its size in bytes
 */
export async function copyDatabase(from: string, to: string): Promise<number> {
  const source = new DatabaseSync(from, { readOnly: true, timeout: 5_000 });
  try {
    await backup(source, to, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
  const copy = new DatabaseSync(to);
  try {
    copy.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;');
  } finally {
    copy.close();
  }
  return statSync(to).size;
}
