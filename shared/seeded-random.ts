/**
 * Chance that repeats: the same state of a pool gives the same forecast, so that a time on a page does not flicker, and
 * a simulated day with the same seed is the same day.
 */
import type { Random } from './time.ts';

/** Mulberry32 (Tommy Ettinger, 2017): 32 bits of state, good enough for drawing futures, never for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
