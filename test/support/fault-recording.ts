/** What fault-disk.c recorded of a process: every change of its files and every acknowledgment, in order. */
import { readFileSync } from 'node:fs';

export type Recorded =
  | { readonly op: 'write'; readonly path: string; readonly offset: number; readonly data: Buffer }
  | { readonly op: 'truncate'; readonly path: string; readonly size: number }
  | { readonly op: 'sync' | 'failed-sync' | 'unlink' | 'create' | 'dirsync'; readonly path: string }
  | { readonly op: 'rename'; readonly path: string; readonly to: string }
  /** One or more lines on standard output. */
  | { readonly op: 'ack'; readonly text: string };

const OPERATIONS = [
  '',
  'write',
  'sync',
  'truncate',
  'unlink',
  'rename',
  'create',
  'ack',
  'dirsync',
  'failed-sync',
];
const HEAD_BYTES = 15;

/** A recording whose process was killed in the middle of an entry ends before that entry. */
export function readRecording(path: string): Recorded[] {
  const bytes = readFileSync(path);
  const recorded: Recorded[] = [];
  for (let at = 0; at + HEAD_BYTES <= bytes.length; ) {
    const op = OPERATIONS[bytes[at] ?? 0];
    const pathBytes = bytes.readUInt16LE(at + 1);
    const number = Number(bytes.readBigUInt64LE(at + 3));
    const dataFrom = at + HEAD_BYTES + pathBytes;
    const end = dataFrom + bytes.readUInt32LE(at + 11);
    if (end > bytes.length) break;
    const name = bytes.toString('utf8', at + HEAD_BYTES, dataFrom);
    const data = bytes.subarray(dataFrom, end);
    recorded.push(entryOf(op, name, number, data));
    at = end;
  }
  return recorded;
}

function entryOf(op: string | undefined, path: string, number: number, data: Buffer): Recorded {
  switch (op) {
    case 'write':
      return { op, path, offset: number, data };
    case 'truncate':
      return { op, path, size: number };
    case 'rename':
      return { op, path, to: data.toString('utf8') };
    case 'ack':
      return { op, text: data.toString('utf8') };
    case 'sync':
    case 'failed-sync':
    case 'unlink':
    case 'create':
    case 'dirsync':
      return { op, path };
    default:
      throw new Error(`the recording has an entry of a kind that nobody writes: ${op}`);
  }
}

/**
 * Acknowledgments for which something that was written before was not on the disk yet; only meaningful where the
 * process does one thing after the other.
 */
export function tooEarlyAcknowledgments(recorded: readonly Recorded[]): string[] {
  const dirty = new Set<string>();
  let syncs = 0;
  const early: string[] = [];
  for (const entry of recorded) {
    if (entry.op === 'write') dirty.add(entry.path);
    if (entry.op === 'sync') {
      dirty.delete(entry.path);
      syncs += 1;
    }
    if (entry.op === 'unlink') dirty.delete(entry.path);
    if (entry.op !== 'ack') continue;
    if (syncs === 0 || dirty.size > 0) early.push(`${entry.text.trim()} (${[...dirty].join(', ')})`);
    syncs = 0;
  }
  return early;
}
