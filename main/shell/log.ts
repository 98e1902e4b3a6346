/**
 * The shell's log: one line per transition, to a file that is rotated at start (one old one is kept) and to stderr.
 * A log that cannot be written never stops the shell. No user names, titles, command lines or tokens in it.
 */
import { createWriteStream, existsSync, mkdirSync, renameSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../shared/time.ts';

export interface Log {
  info(subject: string, sentence: string): void;
  warn(subject: string, sentence: string): void;
}

/** Says what an unknown thrown value says, without its stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function openFile(dir: string, fail: (why: string) => void): WriteStream | null {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const path = join(dir, 'shell.log');
    if (existsSync(path)) renameSync(path, join(dir, 'shell.old.log'));
    const stream = createWriteStream(path, { mode: 0o600 });
    stream.on('error', (error) => fail(error.message));
    return stream;
  } catch (thrown) {
    fail(messageOf(thrown));
    return null;
  }
}

export function openLog(dir: string, clock: Clock): Log {
  const toStderr = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const file = openFile(dir, (why) =>
    toStderr(`shell: the log file cannot be written (${why}); only stderr is used`),
  );
  const write = (level: string, subject: string, sentence: string): void => {
    const line = `${new Date(clock.wallMs()).toISOString()} ${level} ${subject}: ${sentence}`;
    file?.write(`${line}\n`);
    toStderr(line);
  };
  return {
    info: (subject, sentence) => write('info', subject, sentence),
    warn: (subject, sentence) => write('warn', subject, sentence),
  };
}
