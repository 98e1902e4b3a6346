/**
 * Collects changes and hands them on at most once per period: the first after a quiet period at once, so that a
 * person sees it without delay, the others together. Used for agents that watch pools and for the console.
 */
import type { Cancel, Clock } from '../../shared/time.ts';

export interface Coalescer<T> {
  add(changes: Iterable<T>): void;
  /** What was collected so far is dropped. */
  clear(): void;
  stop(): void;
}

/** After a costly delivery (many readers, long lists) the next one waits so many times as long as it took. */
const REST_PER_WORK = 10;

export interface CoalescerOptions<T> {
  readonly clock: Clock;
  readonly periodMs: number;
  /** false: the reader has not caught up; asked again after a period. */
  readonly mayDeliver: () => boolean;
  /** Called with at least one change, each once. */
  readonly deliver: (changes: ReadonlySet<T>) => void;
  /** Asked after each delivery: rest at least so long, in milliseconds. */
  readonly restMs?: () => number;
}

export function createCoalescer<T>({
  clock,
  periodMs,
  mayDeliver,
  deliver,
  restMs = () => 0,
}: CoalescerOptions<T>): Coalescer<T> {
  let waiting = new Set<T>();
  let restsUntilMs = Number.NEGATIVE_INFINITY;
  let cancelTimer: Cancel | null = null;
  let isStopped = false;

  function flush() {
    cancelTimer = null;
    if (isStopped || waiting.size === 0) return;
    const startMs = clock.monotonicMs();
    const leftMs = restsUntilMs - startMs;
    if (leftMs > 0) return wait(leftMs);
    if (!mayDeliver()) return wait(periodMs);
    const changes = waiting;
    waiting = new Set();
    restsUntilMs = startMs + periodMs;
    deliver(changes);
    const endMs = clock.monotonicMs();
    restsUntilMs = Math.max(restsUntilMs, endMs + (endMs - startMs) * REST_PER_WORK, endMs + restMs());
  }

  function wait(delayMs: number): void {
    cancelTimer ??= clock.setTimer(flush, delayMs);
  }

  return {
    add(changes) {
      for (const change of changes) waiting.add(change);
      if (cancelTimer === null) flush();
    },
    clear() {
      waiting.clear();
    },
    stop() {
      isStopped = true;
      cancelTimer?.();
      cancelTimer = null;
    },
  };
}
