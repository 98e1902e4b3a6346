/** The demo's data folder: a temporary one, removed at the end; those of killed demos are removed at the next start. */
import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { thisAccount } from '../system-places.ts';
import { hasLock, type LockPorts, readHolder } from './instance-lock.ts';

/** A folder without a lock is this young while its demo is just starting: the lock is the next thing made. */
const STARTING_MS = 60_000;

function prefix(): string {
  return `usher-demo-${thisAccount() || 'user'}-`;
}

/** @returns the new folder, mode 0700 */
export function makeDemoFolder(temporaryDir: string): string {
  const dir = join(temporaryDir, `${prefix()}${randomBytes(6).toString('hex')}`);
  mkdirSync(dir, { mode: 0o700 });
  return dir;
}

export function removeDemoFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** @returns how many folders of demos that no longer run were removed */
export function removeOldDemos(temporaryDir: string, nowMs: number, isAlive: LockPorts['isAlive']): number {
  let removed = 0;
  for (const name of readdirSync(temporaryDir)) {
    if (!name.startsWith(prefix())) continue;
    const dir = join(temporaryDir, name);
    const stat = lstatSync(dir, { throwIfNoEntry: false });
    if (!stat?.isDirectory() || (process.getuid !== undefined && stat.uid !== process.getuid())) continue;
    const runDir = join(dir, 'run');
    const isInUse = hasLock(runDir)
      ? readHolder(runDir, isAlive) !== null
      : nowMs - stat.mtimeMs < STARTING_MS;
    if (isInUse) continue;
    removeDemoFolder(dir);
    removed += 1;
  }
  return removed;
}
