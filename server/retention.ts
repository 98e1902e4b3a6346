/** How long what is over is kept. Pure. */
import { z } from 'zod';
import { DAY } from '../shared/time.ts';

export interface Retention {
  /** Events older than this leave the database for the archive. */
  readonly auditMs: number;
  /** Sessions of machines that were silent for so long end `unseen`. */
  readonly silentMachineMs: number;
  /** First answers are forgotten after this time, or when there are too many newer ones. */
  readonly answersMs: number;
}

const DEFAULT_AUDIT_DAYS = 400;
const DEFAULT_SILENT_DAYS = 30;
/** No command is repeated for longer: facts of agents are known by their number, all others ask within minutes. */
const ANSWERS_MS = 7 * DAY;

const days = z.coerce.number().min(1).max(36_500);

/** Settings by which an admin changes them; part of the schema of config.ts. */
export const retentionShape = { auditRetentionDays: days.optional(), silentMachineDays: days.optional() };

export function retentionOf(
  settings: {
    readonly auditRetentionDays?: number | undefined;
    readonly silentMachineDays?: number | undefined;
  },
  test: {
    readonly auditRetentionMs?: number | undefined;
    readonly silentMachineMs?: number | undefined;
  } = {},
): Retention {
  return {
    auditMs: test.auditRetentionMs ?? (settings.auditRetentionDays ?? DEFAULT_AUDIT_DAYS) * DAY,
    silentMachineMs: test.silentMachineMs ?? (settings.silentMachineDays ?? DEFAULT_SILENT_DAYS) * DAY,
    answersMs: ANSWERS_MS,
  };
}
