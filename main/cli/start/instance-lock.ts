/**
 * One `usher start` (or `usher agent`, `usher server`) per data folder. The lock is a file that says who holds it and
 * where its faces are; a holder that no longer runs is recognized by pid and start time, so nothing has to be cleaned
 * by hand after `kill -9` or a power cut.
 */
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ProcessIdentity } from './process-identity.ts';

const LOCK_FILE = 'start.lock';

const identitySchema = z.object({ pid: z.number().int().min(1), startKey: z.string().min(1) });
const lockSchema = identitySchema.extend({
  /** What the holder does for this data folder. */
  role: z.enum(['start', 'server', 'agent']),
  /** null until known. */
  serverUrl: z.string().nullable(),
  /** Processes that the holder started; they outlive its `kill -9` by the moment they need to stop in order. */
  children: z.array(identitySchema),
});
export type LockRecord = z.infer<typeof lockSchema>;

export type LockAttempt =
  | { readonly kind: 'held'; readonly lock: InstanceLock }
  /** Somebody who still runs has it. */
  | { readonly kind: 'taken'; readonly by: LockRecord };

export interface InstanceLock {
  /** What a holder left behind that ended without giving the lock back; null: there was none. */
  readonly leftBehind: readonly ProcessIdentity[] | null;
  /** Tells those who come later where the server is and what we started. */
  publish(serverUrl: string | null, children: readonly ProcessIdentity[]): void;
  release(): void;
}

export interface LockPorts {
  readonly own: ProcessIdentity;
  isAlive(identity: ProcessIdentity): boolean;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** @returns null when there is no lock; a torn file counts as a lock of nobody */
function readLock(path: string): LockRecord | 'torn' | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new Error(`cannot read ${path}`, { cause: error });
  }
  try {
    return lockSchema.parse(JSON.parse(text));
  } catch {
    return 'torn';
  }
}

/** Makes `path` with its whole content or fails because it exists: link(2) is atomic, a write is not. */
function linkNew(path: string, content: string, ownPid: number): boolean {
  const draft = `${path}.${ownPid}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw new Error(`cannot make ${path}`, { cause: error });
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a lock whose holder is gone. One at a time: who finds another one at it does nothing. */
function removeStale(path: string, ports: LockPorts): void {
  const guard = `${path}.takeover`;
  if (
    !linkNew(
      guard,
      JSON.stringify({ ...ports.own, role: 'start', serverUrl: null, children: [] }),
      ports.own.pid,
    )
  ) {
    const other = readLock(guard);
    if (other === null || (other !== 'torn' && ports.isAlive(other))) return;
    rmSync(guard, { force: true });
    return;
  }
  try {
    const now = readLock(path);
    if (now === 'torn' || (now && !ports.isAlive(now))) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

const ATTEMPTS = 20;

/** @param runDir made with mode 0700 when it is missing */
export function acquireLock(runDir: string, role: LockRecord['role'], ports: LockPorts): LockAttempt {
  mkdirSync(runDir, { recursive: true, mode: 0o700 });
  const path = join(runDir, LOCK_FILE);
  const record: LockRecord = { ...ports.own, role, serverUrl: null, children: [] };
  let leftBehind: readonly ProcessIdentity[] | null = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (linkNew(path, JSON.stringify(record), ports.own.pid))
      return { kind: 'held', lock: makeLock(path, record, leftBehind) };
    const other = readLock(path);
    if (other !== null && other !== 'torn' && ports.isAlive(other)) return { kind: 'taken', by: other };
    if (other !== null) {
      leftBehind = other === 'torn' ? [] : other.children;
      removeStale(path, ports);
    }
  }
  throw new Error(`${path} cannot be taken over; remove it when no Usher runs in this data folder`);
}

function makeLock(
  path: string,
  record: LockRecord,
  leftBehind: readonly ProcessIdentity[] | null,
): InstanceLock {
  const isOurs = () => {
    const now = readLock(path);
    return now !== null && now !== 'torn' && now.pid === record.pid && now.startKey === record.startKey;
  };
  return {
    leftBehind,
    publish(serverUrl, children) {
      if (!isOurs()) return;
      const draft = `${path}.${record.pid}`;
      writeFileSync(draft, JSON.stringify({ ...record, serverUrl, children }), { mode: 0o600 });
      renameSync(draft, path);
    },
    release() {
      if (isOurs()) rmSync(path, { force: true });
    },
  };
}

/** true: somebody holds it, or ended without giving it back. */
export function hasLock(runDir: string): boolean {
  return existsSync(join(runDir, LOCK_FILE));
}

/** Who runs for this data folder now, if anybody does. */
export function readHolder(runDir: string, isAlive: LockPorts['isAlive']): LockRecord | null {
  const record = readLock(join(runDir, LOCK_FILE));
  return record !== null && record !== 'torn' && isAlive(record) ? record : null;
}
