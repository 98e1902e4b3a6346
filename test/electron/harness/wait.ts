/** Waiting for a condition instead of for luck. */
import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 40;

/**
 * Asks again and again until the answer is neither null, undefined nor false.
 * @param what completes "waited in vain for …"
 */
export async function waitUntil<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  withinMs = 20_000,
): Promise<T> {
  const deadlineMs = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
    } catch (thrown) {
      last = thrown;
    }
    if (performance.now() > deadlineMs) throw new Error(`waited in vain for ${what}`, { cause: last });
    await pause(EVERY_MS);
  }
}
