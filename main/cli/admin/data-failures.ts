/** Why doctor, backup and restore could not do their work, as exit codes. */
import type { ExitName } from '../exit-codes.ts';

const NAMES = {
  NO_DATABASE: 'NOT_FOUND',
  NEWER_SCHEMA: 'FAILED',
  UNREADABLE: 'FAILED',
  EXISTS: 'FAILED',
  NOT_WRITABLE: 'FAILED',
  RUNNING: 'FAILED',
  DAMAGED: 'DAMAGED',
} as const satisfies Record<string, ExitName>;

export function nameOfDataFailure(code: keyof typeof NAMES): ExitName {
  return NAMES[code];
}
