/** Where the processes of `usher start` write: one file each, rotated at the start, one old file kept. */
import { mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

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

/** Levels of pino: a warning or worse explains an end, what came before it does not. */
const WARNING = 40;
const entrySchema = z.object({ level: z.number(), msg: z.string() });

function complaintOf(line: string): string {
  try {
    const entry = entrySchema.safeParse(JSON.parse(line));
    return entry.success && entry.data.level >= WARNING ? entry.data.msg : '';
  } catch {
    // Not one of pino's lines: plain text.
    return line;
  }
}

/** What a child complained of at last, for the sentence about its end; '' when it did not. */
export function lastComplaint(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').slice(-TAIL_BYTES);
  } catch {
    // No file: the child never wrote.
    return '';
  }
  return complaintOf(text.trimEnd().split('\n').at(-1) ?? '');
}
