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

export interface CoalescerOptions<T> {
  readonly clock: Clock;
  readonly periodMs: number;
  /** false: the reader has not caught up; asked again after a period. */
  readonly mayDeliver: () => boolean;
  /** Called with at least one change, each once. */
  readonly deliver: (changes: ReadonlySet<T>) => void;
}

export function createCoalescer<T>({
  clock,
  periodMs,
  mayDeliver,
  deliver,
}: CoalescerOptions<T>): Coalescer<T> {
  let waiting = new Set<T>();
  let deliveredAtMs = Number.NEGATIVE_INFINITY;
  let cancelTimer: Cancel | null = null;
  let isStopped = false;

  function flush() {
    cancelTimer = null;
    if (isStopped || waiting.size === 0) return;
    const leftMs = deliveredAtMs + periodMs - clock.monotonicMs();
    if (leftMs > 0) return wait(leftMs);
    if (!mayDeliver()) return wait(periodMs);
    const changes = waiting;
    waiting = new Set();
    deliveredAtMs = clock.monotonicMs();
    deliver(changes);
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
