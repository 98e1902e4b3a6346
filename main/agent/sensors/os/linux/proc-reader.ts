/**
 * Obtains the raw bytes of /proc: synchronously and into one reused buffer, since asynchronous reads cost five to
 * ten times as much here (a thread hop each). Understands nothing of what it reads; proc-parse.ts does.
 */
import { closeSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';

/** Enough for any stat line and for the longest command line that a rule can need. */
const BUFFER_BYTES = 64 * 1024;

/** `gone`: there is no such process any more. `denied`: it is there and cannot be read, by rights or for now. */
export type ReadFailure = 'gone' | 'denied';

export interface ProcReader {
  /** Names of all process folders. Throws when /proc itself cannot be read. */
  listPids(): string[];
  /** Bytes of one file below /proc, valid until the next call of any method. */
  read(relativePath: string): Buffer | ReadFailure;
  exeLink(pid: string): string | ReadFailure;
  /** Effective user of the process, by the owner of its folder. */
  userId(pid: string): number | undefined;
}

/** @param root `/proc`, or a folder that looks like it */
export function openProcReader(root: string): ProcReader {
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  return {
    listPids: () => readdirSync(root).filter(isPid),
    read: (relativePath) => readInto(buffer, `${root}/${relativePath}`),
    exeLink(pid) {
      try {
        return readlinkSync(`${root}/${pid}/exe`);
      } catch (error) {
        return failureOf(error);
      }
    },
    userId: (pid) => statSync(`${root}/${pid}`, { throwIfNoEntry: false })?.uid,
  };
}

function isPid(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}

function readInto(buffer: Buffer, path: string): Buffer | ReadFailure {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    return failureOf(error);
  }
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, 0));
  } catch (error) {
    return failureOf(error); // ESRCH: it ended between open and read
  } finally {
    closeSync(file);
  }
}

/** Whatever else goes wrong (no descriptors left, no memory) says nothing about the process: it is there, unread. */
function failureOf(error: unknown): ReadFailure {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH' || code === 'ENOTDIR' || code === 'EINVAL' ? 'gone' : 'denied';
}
