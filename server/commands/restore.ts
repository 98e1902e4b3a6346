/**
 * What `usher restore` does: examines a backup, keeps the data of now aside, and puts the backup in their place. A power
 * cut at any moment leaves the old data, or a mark at which the server refuses to start.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import type { LedgerFacts } from '../audit/examine-ledger.ts';
import { syncPath } from '../stores/durable-files.ts';
import { listArchive } from '../stores/event-archive.ts';
import { copyDatabase } from '../stores/sqlite/copy-database.ts';
import type { InspectionFailure } from '../stores/sqlite/inspection.ts';
import { noteRestore } from '../stores/sqlite/restore-note.ts';
import { restoreMarkOf, type ServerLock, takeServerLock } from '../stores/sqlite/server-lock.ts';
import { StoreRefusedError } from '../stores/store.ts';
import { verify } from './backup.ts';
import { ARCHIVE_FOLDER, DATABASE_FILE } from './doctor.ts';

export interface RestoreOptions {
  readonly serverDir: string;
  readonly dataDir: string;
  readonly backup: string;
  readonly nowMs: number;
}

export interface RestoreReport {
  readonly file: string;
  /** Where the data of before lie; null: there were none. */
  readonly asideDir: string | null;
  readonly facts: LedgerFacts;
}

export type RestoreFailure = InspectionFailure | 'DAMAGED' | 'RUNNING' | 'NOT_WRITABLE';

export async function restore(options: RestoreOptions): Promise<Outcome<RestoreReport, RestoreFailure>> {
  const backup = resolve(options.backup);
  const facts = await verify(backup);
  if (!facts.ok) return facts;
  const file = join(options.serverDir, DATABASE_FILE);
  mkdirSync(options.serverDir, { recursive: true, mode: 0o700 });
  const lock = lockOrNull(file);
  if (lock === null)
    return failure(
      'RUNNING',
      'A server runs on this data folder. Stop it first, then restore; agents keep what they have to tell.',
    );
  try {
    const asideDir = await replace(file, backup, facts.value, options);
    return success({ file, asideDir, facts: facts.value });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failure(
      'NOT_WRITABLE',
      `The backup could not be put in place (${why}). Make room, then run this again.`,
    );
  } finally {
    lock.close();
  }
}

function lockOrNull(file: string): ServerLock | null {
  try {
    return takeServerLock(file);
  } catch (error) {
    if (error instanceof StoreRefusedError) return null;
    throw new Error('the data folder cannot be locked', { cause: error });
  }
}

async function replace(
  file: string,
  backup: string,
  { archivedThrough, lastEvent }: LedgerFacts,
  { dataDir, nowMs }: RestoreOptions,
): Promise<string | null> {
  const folder = dirname(file);
  const draft = `${file}.restore-copy`;
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(`${draft}${end}`, { force: true });
  closeSync(openSync(draft, 'wx', 0o600));
  await copyDatabase(backup, draft);
  noteRestore(draft, { atMs: nowMs, lastEvent });
  syncPath(draft);

  const parts = ['', '-wal', '-shm'].map((end) => `${file}${end}`).filter((path) => existsSync(path));
  const asideDir = parts.length > 0 ? newFolder(folder, nowMs) : null;
  if (asideDir !== null) {
    for (const path of parts) copyFileSync(path, join(asideDir, basename(path)));
    for (const path of parts) syncPath(join(asideDir, basename(path)));
    syncPath(asideDir);
  }
  // From here on a server does not start before the new file is in place: an old log must never meet a new database.
  const mark = restoreMarkOf(file);
  closeSync(openSync(mark, 'w', 0o600));
  syncPath(folder);
  for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  syncPath(folder);
  renameSync(draft, file);
  syncPath(folder);
  if (asideDir !== null) setArchivesAside(join(dataDir, ARCHIVE_FOLDER), asideDir, archivedThrough);
  rmSync(mark);
  syncPath(folder);
  return asideDir;
}

function newFolder(folder: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '');
  const taken = new Set(readdirSync(folder));
  let name = `before-restore-${stamp}`;
  for (let count = 2; taken.has(name); count++) name = `before-restore-${stamp}-${count}`;
  mkdirSync(join(folder, name), { mode: 0o700 });
  return join(folder, name);
}

/** What was archived after the backup was made stands in the backup's own events still. */
function setArchivesAside(dir: string, asideDir: string, archivedThrough: number): void {
  for (const { path, firstEvent } of listArchive(dir))
    if (firstEvent > archivedThrough) {
      copyFileSync(path, join(asideDir, basename(path)));
      syncPath(join(asideDir, basename(path)));
      rmSync(path);
    }
}
