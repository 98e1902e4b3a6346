/** How often somebody may fail to sign in: a few tries, then one more only as time passes. Pure over the clock. */
import { MINUTE } from '../../shared/time.ts';

export const TRIES_PER_MINUTE = 10;
/** All addresses together, so that many addresses do not help. */
const TRIES_OF_ALL_PER_MINUTE = 60;
const ALL = '*';

export interface TryLimit {
  /** @returns ms to wait before the next try is looked at; 0: go on */
  waitMs(address: string): number;
  failed(address: string): void;
}

/** Counts failures in a sliding minute by address; forgets them afterwards. */
export function createTryLimit(monotonicMs: () => number): TryLimit {
  const failures = new Map<string, number[]>();

  function recent(key: string): number[] {
    const since = monotonicMs() - MINUTE;
    const kept = (failures.get(key) ?? []).filter((atMs) => atMs > since);
    if (kept.length > 0) failures.set(key, kept);
    else failures.delete(key);
    return kept;
  }

  function waitOf(key: string, limit: number): number {
    const kept = recent(key);
    const decisive = kept[kept.length - limit];
    return decisive === undefined ? 0 : Math.max(1, decisive + MINUTE - monotonicMs());
  }

  return {
    waitMs: (address) => Math.max(waitOf(address, TRIES_PER_MINUTE), waitOf(ALL, TRIES_OF_ALL_PER_MINUTE)),
    failed(address) {
      for (const key of [...failures.keys()]) recent(key);
      for (const key of [address, ALL]) failures.set(key, [...recent(key), monotonicMs()]);
    },
  };
}
