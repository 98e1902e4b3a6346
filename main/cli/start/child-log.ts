/** Where the processes of `usher start` write: one file each, rotated at the start, one old file kept. */
import { mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const ROTATE_ABOVE_BYTES = 5 * 1_048_576;
const TAIL_BYTES = 4_096;

/** @returns a file descriptor; the caller closes it once the child has it */
export function openChildLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    if (statSync(path).size > ROTATE_ABOVE_BYTES) renameSync(path, path.replace(/\.log$/, '.old.log'));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      throw new Error(`cannot look at ${path}`, { cause: error });
  }
  return openSync(path, 'a', 0o600);
}

/** The last thing a child said, for the sentence about its end; '' when it said nothing. */
export function lastLineOf(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').slice(-TAIL_BYTES);
  } catch {
    // No file: the child never wrote.
    return '';
  }
  const line = text.trimEnd().split('\n').at(-1) ?? '';
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry === 'object' && entry !== null && 'msg' in entry) return String(entry.msg);
  } catch {
    // Not one of pino's lines: plain text.
  }
  return line;
}
