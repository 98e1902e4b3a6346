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
    throw new StoreRefusedError(
      `${file} is in use by another Usher server: stop that one first, or give this one another data folder.`,
      { cause },
    );
  }
  return lock;
}

/** Only looks: takes nothing that a starting server could miss for longer than a moment. */
export function isServerRunning(file: string): boolean {
  if (!existsSync(`${file}.lock`)) return false;
  const lock = new DatabaseSync(`${file}.lock`, { readOnly: true, timeout: 0 });
  try {
    lock.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch {
    // Busy: somebody holds it exclusively.
    return true;
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
