/** Lengths of time as people type them: 90s, 15m, 2h, 7d, 1h30m; a bare number is seconds. Pure. */
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../shared/time.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  m: MINUTE,
  min: MINUTE,
  h: HOUR,
  d: DAY,
};
const LONGEST_MS = 366 * DAY;

export function parseDuration(text: string): Outcome<number, 'BAD_DURATION'> {
  const bad = failure('BAD_DURATION', `"${text}" is no length of time. Write it like 90s, 15m, 2h or 1h30m.`);
  const compact = text.trim().toLowerCase();
  if (!/^(\d+(\.\d+)?(ms|s|min|m|h|d))+$|^\d+(\.\d+)?$/.test(compact)) return bad;
  let totalMs = 0;
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|min|s|m|h|d)?/g))
    totalMs += Number(amount) * (UNIT_MS[unit ?? 's'] ?? SECOND);
  const rounded = Math.round(totalMs);
  return rounded <= LONGEST_MS ? success(rounded) : bad;
}
