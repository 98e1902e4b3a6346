/** How long to wait before the next try. Pure: failures and chance in, milliseconds out. docs/PROTOCOL.md P34, P36. */
import type { Random } from '../../../shared/time.ts';
import type { Closing, ClosingName } from './connection.ts';

export interface RetryTiming {
  readonly shortestMs: number;
  /** The first tries of many agents whose server went away are spread over this time. */
  readonly spreadMs: number;
  readonly longestMs: number;
}

export const RETRY_TIMING: RetryTiming = { shortestMs: 500, spreadMs: 5_000, longestMs: 30_000 };
/** A connection that lived this long has proven itself: counting starts over. */
const PROVEN_MS = 60_000;

/** So many tries are spread over the same short time: a server with much to read takes a few seconds to start. */
const SPREAD_TRIES = 3;

/** Codes that say how long it is pointless, or impolite, to come back. */
const AT_LEAST_MS: Partial<Record<ClosingName, number>> = {
  TOO_NEW: 60_000,
  REPLACED: 10_000,
  TOO_SLOW: 5_000,
};

export interface Retry {
  /** Tries that failed in a row, this one included. */
  readonly failures: number;
  /** null: not before a person changes something. */
  readonly waitMs: number | null;
}

/** @param failures tries that failed in a row before this one */
export function afterClosing(
  failures: number,
  closing: Closing,
  random: Random,
  timing: RetryTiming = RETRY_TIMING,
): Retry {
  const counted = closing.livedMs >= PROVEN_MS || closing.name === 'SHUTTING_DOWN' ? 1 : failures + 1;
  if (closing.isFatal) return { failures: counted, waitMs: null };
  return {
    failures: counted,
    waitMs: Math.max(AT_LEAST_MS[closing.name] ?? 0, jitter(counted, random, timing)),
  };
}

/** Full jitter under a ceiling that holds while a server may be starting, and then doubles. */
function jitter(failures: number, random: Random, { shortestMs, spreadMs, longestMs }: RetryTiming): number {
  const ceilingMs = Math.min(longestMs, spreadMs * 2 ** Math.min(20, Math.max(0, failures - SPREAD_TRIES)));
  return Math.round(shortestMs + random() * Math.max(0, ceilingMs - shortestMs));
}

/** A hint that it may work now (the machine woke, the network came, a person asked) ends the waiting, but not too often. */
export function mayHurry(nowMs: number, lastTryAtMs: number): boolean {
  return nowMs - lastTryAtMs >= 1_000;
}
