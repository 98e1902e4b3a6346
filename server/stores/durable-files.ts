/** Files that get their name only when their whole content is on the disk. */
import { closeSync, fsyncSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Gives a finished draft its name; a power cut leaves either the draft or the whole file. */
export function publishFile(draft: string, path: string): void {
  syncPath(draft);
  renameSync(draft, path);
  syncPath(dirname(path));
}

/** @param mode of the new file; only its owner by default */
export function writeDurably(path: string, content: Uint8Array, mode = 0o600): void {
  const draft = `${path}.new`;
  const descriptor = openSync(draft, 'w', mode);
  try {
    for (let done = 0; done < content.length; ) done += writeSync(descriptor, content, done);
  } finally {
    closeSync(descriptor);
  }
  publishFile(draft, path);
}

/** Flushes a file, or a folder's list of names (which Windows does not know and does not need). */
export function syncPath(path: string): void {
  let descriptor: number;
  try {
    // Windows flushes only what is open for writing.
    descriptor = openSync(path, statSync(path).isDirectory() ? 'r' : 'r+');
  } catch (error) {
    if (isFolderRefusal(error)) return;
    throw error;
  }
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!isFolderRefusal(error)) throw error;
  } finally {
    closeSync(descriptor);
  }
}

function isFolderRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EISDIR' || error.code === 'EPERM');
}
