/** How long a store's transactions take and how many fail, for whoever counts. */
import type { Clock } from '../../shared/time.ts';

export interface StoreMeter {
  /** Runs a transaction, and tells the listener when it ends. */
  measure<T>(transact: () => Promise<T>): Promise<T>;
  /** isKept false: it was not kept, or nobody knows. Before the listener is set nothing is counted. */
  listener: ((ms: number, isKept: boolean) => void) | null;
}

export function createStoreMeter(clock: Pick<Clock, 'monotonicMs'>): StoreMeter {
  const meter: StoreMeter = {
    listener: null,
    async measure(transact) {
      const startMs = clock.monotonicMs();
      let isKept = false;
      try {
        const value = await transact();
        isKept = true;
        return value;
      } finally {
        meter.listener?.(clock.monotonicMs() - startMs, isKept);
      }
    },
  };
  return meter;
}
