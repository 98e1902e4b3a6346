/** When to start an agent host that does not answer: at once, then with longer pauses, and when to tell a person. */
import { type Clock, SECOND } from '../../shared/time.ts';

/** A start that did not lead to an answer is tried again after this, twice as long each time. */
const FIRST_PAUSE_MS = 5 * SECOND;
const LONGEST_PAUSE_MS = 60 * SECOND;
const STARTS_BEFORE_HOPELESS = 3;

export interface HostStarter {
  /** Nobody listens on the socket: starts a host if its time has come. */
  nobodyListens(): void;
  /** A host answered: the next loss begins anew. */
  answered(): void;
  /** true: started several times in vain. */
  isHopeless(): boolean;
}

/** @param start null: somebody else keeps the host alive, so only waiting is left */
export function makeHostStarter(clock: Clock, start: (() => void) | null): HostStarter {
  let startsInVain = 0;
  let mayStartAtMs = Number.NEGATIVE_INFINITY;
  return {
    nobodyListens() {
      if (!start || clock.monotonicMs() < mayStartAtMs) return;
      mayStartAtMs = clock.monotonicMs() + Math.min(FIRST_PAUSE_MS * 2 ** startsInVain, LONGEST_PAUSE_MS);
      startsInVain++;
      start();
    },
    answered() {
      startsInVain = 0;
      mayStartAtMs = Number.NEGATIVE_INFINITY;
    },
    isHopeless: () => startsInVain > STARTS_BEFORE_HOPELESS,
  };
}
