/** What one session's time comes to on each UTC day. Pure; the same stretches as its usage record, cut at midnight. */
import { DAY } from '../../shared/time.ts';
import type { UsageGrantRow, UsageIntervalRow, UsageSessionRow } from '../stores/records.ts';
import type { Shares } from '../stores/usage-days.ts';
import type { Stretch } from './stretches.ts';
import { usedTime } from './used-time.ts';

export interface SessionParts {
  readonly session: UsageSessionRow;
  readonly intervals: readonly UsageIntervalRow[];
  readonly grants: readonly UsageGrantRow[];
}

/** @param nowMs where what is still going on ends for now */
export function sharesOf(parts: SessionParts, nowMs: number): Shares {
  const { granted, actual, ungranted } = usedTime({ ...parts, nowMs });
  const hadSeat = parts.grants.length > 0;
  const days = new Map<number, { grantedMs: number; actualMs: number; ungrantedMs: number }>();
  const add = (stretches: readonly Stretch[], kind: 'grantedMs' | 'actualMs' | 'ungrantedMs') => {
    for (const { day, ms } of stretches.flatMap(cutAtMidnight)) {
      const share = days.get(day) ?? { grantedMs: 0, actualMs: 0, ungrantedMs: 0 };
      share[kind] += ms;
      days.set(day, share);
    }
  };
  add(granted, 'grantedMs');
  add(actual, 'actualMs');
  add(ungranted, 'ungrantedMs');
  return {
    productId: parts.session.productId,
    userId: parts.session.userId,
    days: [...days]
      .sort(([a], [b]) => a - b)
      .map(([day, { grantedMs, actualMs, ungrantedMs }]) => ({
        ...{ day, grantedMs, actualMs },
        overageMs: hadSeat ? ungrantedMs : 0,
        unseatedMs: hadSeat ? 0 : ungrantedMs,
      })),
  };
}

export const dayOf = (ms: number): number => Math.floor(ms / DAY);

/** A year and more in one stretch is taken for a wrong clock: nobody waits for days to be counted without end. */
const MOST_DAYS = 3_660;

function cutAtMidnight({ fromMs, toMs }: Stretch): { readonly day: number; readonly ms: number }[] {
  const parts: { day: number; ms: number }[] = [];
  const lastMs = Math.min(toMs, fromMs + MOST_DAYS * DAY);
  for (let startMs = fromMs; startMs < lastMs; ) {
    const day = dayOf(startMs);
    const endMs = Math.min((day + 1) * DAY, lastMs);
    parts.push({ day, ms: endMs - startMs });
    startMs = endMs;
  }
  return parts;
}
