/** The real clock and the real chance of the agent. Nothing else in main/agent reads the time, sets a timer or draws. */
import type { Clock, Random } from '../../shared/time.ts';

/** Longest delay that setTimeout takes; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Its timers do not keep the process alive: what lives on does so by a socket or a server of its own. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(run, delayMs) {
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random = Math.random;
