/** The lock that keeps two servers off one database: held by the operating system, so that no kill leaves it behind. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreRefusedError } from '../store.ts';

export interface ServerLock {
  close(): void;
}

/** Throws StoreRefusedError when a server (or a restore) has it. */
export function takeServerLock(file: string): ServerLock {
  const lock = new DatabaseSync(`${file}.lock`, { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;');
  } catch (cause) {
    lock.close();
    if (!isBusy(cause)) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new StoreRefusedError(
        `${file}.lock cannot be used (${why}): check the disk. When no server runs, the file may be removed.`,
        { cause },
      );
    }
    throw new StoreRefusedError(
      `${file} is in use by another Usher server: stop that one first, or give this one another data folder.`,
      { cause },
    );
  }
  return lock;
}

/** SQLITE_BUSY (5) and SQLITE_LOCKED (6), with any extended part above the low byte. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  const code = Number(error.errcode) & 0xff;
  return code === 5 || code === 6;
}

/** Only looks: takes nothing that a starting server could miss for longer than a moment. */
export function isServerRunning(file: string): boolean {
  if (!existsSync(`${file}.lock`)) return false;
  const lock = new DatabaseSync(`${file}.lock`, { readOnly: true, timeout: 0 });
  try {
    lock.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw new Error(`the lock beside ${file} cannot be read`, { cause: error });
  } finally {
    lock.close();
  }
}

/** Lies beside a database while a restore replaces it; a restore that was cut short leaves it. */
export function restoreMarkOf(file: string): string {
  return `${file}.restoring`;
}

/** Throws StoreRefusedError where a restore was cut short: what lies there is neither the old nor the new. */
export function refuseHalfRestored(file: string): void {
  if (!existsSync(restoreMarkOf(file))) return;
  throw new StoreRefusedError(
    `A restore of ${file} was cut short: run \`usher restore FILE\` again. What was there before lies beside it in ` +
      'the newest folder before-restore-…',
  );
}
