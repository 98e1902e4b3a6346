/** Finds the doors of other accounts' servers on this machine, and trusts only what their owner alone can have made. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../../shared/time.ts';
import type { Door } from './role.ts';

const doorFileSchema = z.object({ url: z.url(), pid: z.number().int().min(1) });
const ANSWER_LIMIT_MS = 500;
const LARGEST_DOOR_FILE_BYTES = 4_096;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Group and others may not write: else the file could be somebody else's word. */
function isOnlyWritableByOwner(mode: number): boolean {
  return (mode & 0o022) === 0;
}

/** @returns the address in `server.json`, or null when anything about the folder is not as its owner makes it */
function readDoorFile(dir: string, ownerUid: number): string | null {
  const folder = lstatSync(dir);
  if (!folder.isDirectory() || folder.uid !== ownerUid || !isOnlyWritableByOwner(folder.mode)) return null;
  const file = openSync(join(dir, 'server.json'), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.uid !== ownerUid || !isOnlyWritableByOwner(stat.mode)) return null;
    if (stat.size > LARGEST_DOOR_FILE_BYTES) return null;
    const result = doorFileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (!result.success || !LOOPBACK.has(new URL(result.data.url).hostname)) return null;
    const socket = lstatSync(join(dir, 'door.sock'));
    return socket.isSocket() && socket.uid === ownerUid ? result.data.url : null;
  } finally {
    closeSync(file);
  }
}

/** @returns true when a process listens behind the socket */
function answers(socketPath: string, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    const finish = (isOpen: boolean) => {
      cancel();
      socket.destroy();
      resolve(isOpen);
    };
    const cancel = clock.setTimer(() => finish(false), ANSWER_LIMIT_MS);
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

/** @returns the door of that folder if its name says whose it is and its server answers now */
export async function findOpenDoor(dir: string, clock: Clock): Promise<Door | null> {
  const uid = /-(\d+)$/.exec(basename(dir))?.[1];
  if (uid === undefined) return null;
  const ownerUid = Number(uid);
  try {
    const url = readDoorFile(dir, ownerUid);
    return url !== null && (await answers(join(dir, 'door.sock'), clock)) ? { dir, ownerUid, url } : null;
  } catch {
    // Half made, being removed, not JSON, or not ours to read: no door.
    return null;
  }
}

export interface DoorSearch {
  /** shared/places.ts: every door is `<dir>/<prefix><uid>`. */
  readonly dir: string;
  readonly prefix: string;
  /** uid of this account; its own door is no door to join. */
  readonly ownUid: string;
  readonly clock: Clock;
}

/** @returns doors whose server answers now, oldest first */
export async function findOpenDoors({ dir, prefix, ownUid, clock }: DoorSearch): Promise<readonly Door[]> {
  const found: { readonly door: Door; readonly madeAtMs: number }[] = [];
  for (const name of readdirSync(dir)) {
    const uid = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (!/^\d+$/.test(uid) || uid === ownUid) continue;
    const path = join(dir, name);
    const door = await findOpenDoor(path, clock);
    if (door) found.push({ door, madeAtMs: lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0 });
  }
  return found.sort((left, right) => left.madeAtMs - right.madeAtMs).map(({ door }) => door);
}
