/** The pages' only source of time: a Clock for plain code, and the present as a React value that moves. */
import { useSyncExternalStore } from 'react';
import type { Clock, Random } from '../../shared/time.ts';

export const pageClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(run, delayMs) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Chance of the pages; only waiting times use it. */
export const pageRandom: Random = () => Math.random();

/** The present in steps of `stepMs`, the same for all who use the same step. Paints once a step, not between. */
export function useNow(stepMs: number): number {
  return useSyncExternalStore(
    (notify) => subscribe(stepMs, notify),
    () => Math.floor(pageClock.wallMs() / stepMs) * stepMs,
  );
}

/** Wakes at each whole step; a sleeping page catches up when it is shown again. */
function subscribe(stepMs: number, notify: () => void): () => void {
  let cancel = () => {};
  const schedule = () => {
    cancel = pageClock.setTimer(
      () => {
        notify();
        schedule();
      },
      stepMs - (pageClock.wallMs() % stepMs) + 1,
    );
  };
  schedule();
  document.addEventListener('visibilitychange', notify);
  return () => {
    cancel();
    document.removeEventListener('visibilitychange', notify);
  };
}
