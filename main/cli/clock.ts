/** The command's real clock. The only file of main/cli that may ask for the time or set a timer. */
import type { Cancel, Clock } from '../../shared/time.ts';

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(run, delayMs) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Keeps this process alive until the returned function is called, whatever else has ended. */
export function keepProcessAlive(): Cancel {
  const timer = setInterval(() => {}, 2 ** 30);
  return () => clearInterval(timer);
}

export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(resolve, delayMs);
  });
}
