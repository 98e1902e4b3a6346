/** The log of an agent host: one JSON line each, to a file of its own when nobody reads its output, else to stderr. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { LogLevel } from './config.ts';
import { errorText, type Log } from './log.ts';

export interface HostLogOptions {
  readonly level: LogLevel;
  /** Folder for `agent.log`; null: stderr. */
  readonly dir: string | null;
}

const STDERR = 2;

/** The file is begun anew with every start, and the one before is kept. */
export function openHostLog({ level, dir }: HostLogOptions): Log {
  const base = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  let problem: unknown = null;
  if (dir !== null) {
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      const path = join(dir, 'agent.log');
      if (existsSync(path)) renameSync(path, join(dir, 'agent.old.log'));
      return scoped(pino(base, pino.destination({ dest: path, sync: true, mode: 0o600 })));
    } catch (error) {
      problem = error;
    }
  }
  const log = scoped(pino(base, pino.destination({ dest: STDERR, sync: true })));
  if (problem) log.warn('the log file cannot be made; logging to stderr', { error: errorText(problem) });
  return log;
}

function scoped(logger: ReturnType<typeof pino>): Log {
  return {
    debug: (message, fields = {}) => logger.debug(fields, message),
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}
