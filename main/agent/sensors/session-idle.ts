/** How long nobody touched keyboard or mouse, as far as this agent may say so. Types and the clamp; pure. */
import type { IdleUnknownBecause } from '../../../shared/domain.ts';
import type { IdleReading } from './os/ports.ts';

export type SessionIdle =
  | {
      readonly known: true;
      readonly idleMs: number;
      /** false: nobody was seen at the keyboard then; we only have not watched for longer than that. */
      readonly isInput: boolean;
    }
  | { readonly known: false; readonly because: IdleUnknownBecause };

/**
 * Nobody can have been idle for longer than we could have seen it: a display that was never touched reports its own
 * age, Windows before the first input the time since boot.
 *
 * @param watchedMs since the agent started, the screen was unlocked, the machine woke or the source changed,
 *   whichever came last
 */
export function clampIdle(reading: IdleReading, watchedMs: number): SessionIdle {
  if (!reading.known) return reading;
  const idleMs = Number(reading.idleMs);
  if (!Number.isFinite(idleMs) || idleMs < 0) return { known: false, because: 'source-failed' };
  const longestMs = Math.max(0, watchedMs);
  return { known: true, idleMs: Math.min(idleMs, longestMs), isInput: idleMs <= longestMs };
}
