/** Fallback 2: the system's own `ps`. Only runs the program; ps-text.ts understands it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Clock } from '../../../../../shared/time.ts';
import type { ProcessScanner } from '../ports.ts';
import { LIST_EVERY_MS, listScanner } from './ps-list-scanner.ts';
import { PS_COLUMNS, parsePs } from './ps-text.ts';

const TIME_LIMIT_MS = 10_000;
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

const run = promisify(execFile);

export function openPs(clock: Clock, listEveryMs = LIST_EVERY_MS): ProcessScanner {
  return listScanner({ source: 'ps', clock, listEveryMs }, async () => {
    const { stdout } = await run('/bin/ps', ['-axww', '-o', PS_COLUMNS], {
      env: { LC_ALL: 'C' },
      timeout: TIME_LIMIT_MS,
      maxBuffer: OUTPUT_LIMIT_BYTES,
    });
    return parsePs(stdout);
  });
}
