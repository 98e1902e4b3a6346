/** Says what takes longer than a second, and for how long. */
import type { Cancel, Clock } from '../../../shared/time.ts';
import { SECOND } from '../../../shared/time.ts';

export interface Progress {
  /** From now on this is what is waited for. */
  begin(what: string): void;
  end(): void;
}

/** @param show is called each second from the first full one on; null: nothing is waited for any more */
export function createProgress(clock: Clock, show: (text: string | null) => void): Progress {
  let cancel: Cancel | null = null;
  let isShown = false;
  const end = () => {
    cancel?.();
    cancel = null;
    if (isShown) show(null);
    isShown = false;
  };
  return {
    begin(what) {
      end();
      const startedAtMs = clock.monotonicMs();
      const tick = () => {
        isShown = true;
        show(`${what}, ${Math.round((clock.monotonicMs() - startedAtMs) / SECOND)} s`);
        cancel = clock.setTimer(tick, SECOND);
      };
      cancel = clock.setTimer(tick, SECOND);
    },
    end,
  };
}
