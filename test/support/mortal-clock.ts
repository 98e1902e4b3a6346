/** A clock that dies with its server. */
import type { Clock } from '../../shared/time.ts';

/** The clock of one server: when it is killed, its timers never come. */
export function mortal(clock: Clock, isDead: { value: boolean }): Clock {
  return {
    wallMs: () => clock.wallMs(),
    monotonicMs: () => clock.monotonicMs(),
    setTimer: (run, delayMs) => clock.setTimer(() => isDead.value || run(), delayMs),
  };
}
