/**
 * The outbox's file: opening, schema, damage. SQL of the agent lives in this file and in outbox-table.ts only.
 * The file is opened in SQLite's exclusive mode, so the kernel's lock on it also says that one agent host runs in
 * this folder; the lock goes with the process, however it ends.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';

export interface OutboxFile {
  readonly database: DatabaseSync;
  /** Where a damaged file was put; null: the file was whole, or there was none. */
  readonly movedAsideTo: string | null;
}

export type OpenFailure = 'IN_USE' | 'UNUSABLE';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS facts (
    seq INTEGER PRIMARY KEY, made_at_ms INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS parked (
    parked_id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, why TEXT NOT NULL, body TEXT NOT NULL) STRICT;
`;

/** Result codes of SQLite, https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
/** Damaged files that are kept for support. */
const KEPT_DAMAGED_FILES = 3;

function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}

/** true: the file's content is broken, as opposed to a full disk or a lock. */
export function isDamage(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

function isInUse(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}

class DamagedFile extends Error {}

function openOnce(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // FULL: a number that the server may have seen must never be given to another fact, also after a power cut.
    // Facts are few (a handful for each session), so a sync for each commit costs nothing that anybody notices.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec('PRAGMA wal_autocheckpoint = 200; PRAGMA cache_size = -1024;');
    database.exec('BEGIN EXCLUSIVE');
    database.exec(SCHEMA);
    database.exec('COMMIT');
    const [check] = database.prepare('PRAGMA quick_check(1)').all();
    if (check?.quick_check !== 'ok') throw new DamagedFile(`quick_check: ${String(check?.quick_check)}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Puts the file and what belongs to it under another name, so that nothing is lost and a new one can begin. */
export function moveAside(path: string): string {
  const dir = dirname(path);
  let number = 1;
  const nameOf = (n: number) => `${path}.damaged-${n}`;
  while (existsSync(nameOf(number))) number++;
  for (const suffix of ['', '-wal', '-shm', '.seq'])
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${nameOf(number)}${suffix}`);
  const base = path.slice(dir.length + 1);
  const expired = number - KEPT_DAMAGED_FILES;
  for (const name of readdirSync(dir)) {
    const match = name.startsWith(`${base}.damaged-`) && /\.damaged-(\d+)/.exec(name);
    if (match && Number(match[1]) <= expired) rmSync(join(dir, name));
  }
  return nameOf(number);
}

/** Opens or makes the file. A damaged one is moved aside; one that another process holds is left alone. */
export function openOutboxFile(path: string): Outcome<OutboxFile, OpenFailure> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return success({ database: openOnce(path), movedAsideTo: null });
  } catch (error) {
    if (isInUse(error))
      return failure('IN_USE', 'Another agent host uses this data folder. Use that one, or stop it first.');
    if (!isDamage(error) && !(error instanceof DamagedFile)) return unusable(path, error);
  }
  try {
    const movedAsideTo = moveAside(path);
    return success({ database: openOnce(path), movedAsideTo });
  } catch (error) {
    return unusable(path, error);
  }
}

function unusable(path: string, error: unknown) {
  const text = error instanceof Error ? error.message : String(error);
  return failure(
    'UNUSABLE' as const,
    `The outbox ${path} cannot be opened (${text}). Check the folder's owner and the free space.`,
  );
}

/**
 * The last number given, kept beside the database. It is written without a sync: it survives the death of the
 * process, and it shows a database that lost its end while nobody was looking.
 */
export interface SequenceMark {
  read(): { readonly outboxId: string; readonly lastSeq: number } | null;
  write(outboxId: string, lastSeq: number): void;
  close(): void;
}

export function openSequenceMark(path: string): SequenceMark {
  const file = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
  return {
    read() {
      const [outboxId, number] = readFileSync(path, 'utf8').trim().split(' ');
      const lastSeq = Number(number);
      return outboxId && number && Number.isSafeInteger(lastSeq) ? { outboxId, lastSeq } : null;
    },
    write(outboxId, lastSeq) {
      // Always the same length for one id, so that the line is never found half old and half new.
      writeSync(file, `${outboxId} ${String(lastSeq).padStart(16, '0')}\n`, 0);
    },
    close: () => closeSync(file),
  };
}
