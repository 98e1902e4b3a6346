/** Puts ended sessions into the sums by day, a few hundred at a time, whenever there are some. */
import { type Cancel, type Clock, SECOND } from '../../shared/time.ts';
import type { Fold, UnfoldedSession, UsageDays } from '../stores/usage-days.ts';
import { sharesOf } from './day-shares.ts';

const EVERY_MS = 5 * SECOND;
const SESSIONS_AT_ONCE = 500;

export interface DayKeeperParts {
  readonly usageDays: UsageDays;
  readonly clock: Clock;
  readonly onProblem: (sentence: string, cause: unknown) => void;
}

export interface DayKeeper {
  /** Waits for a fold under way. */
  stop(): Promise<void>;
}

export function startDayKeeper({ usageDays, clock, onProblem }: DayKeeperParts): DayKeeper {
  let isStopped = false;
  let cancel: Cancel | null = null;
  let running = Promise.resolve();

  async function keepOnce(): Promise<void> {
    try {
      while (!isStopped && (await foldSome(usageDays, clock)) === SESSIONS_AT_ONCE);
    } catch (cause) {
      onProblem(
        'Usage was not summed up by day; reports are right all the same, and it is tried again',
        cause,
      );
    }
    if (!isStopped) cancel = clock.setTimer(keep, EVERY_MS);
  }
  function keep(): void {
    running = keepOnce();
  }
  cancel = clock.setTimer(keep, EVERY_MS);
  return {
    async stop() {
      isStopped = true;
      cancel?.();
      await running;
    },
  };
}

/** @returns how many sessions were looked at */
export async function foldSome(
  usageDays: UsageDays,
  clock: Clock,
  limit = SESSIONS_AT_ONCE,
): Promise<number> {
  const unfolded = await usageDays.endedUnfolded(limit);
  if (unfolded.length > 0) await usageDays.fold(unfolded.map((one) => foldOf(one, clock)));
  return unfolded.length;
}

/** An ended session's shares do not depend on now. */
function foldOf(
  { sessionId, version, session, intervals, grants, kept }: UnfoldedSession,
  clock: Clock,
): Fold {
  const after = session === null ? null : sharesOf({ session, intervals, grants }, clock.wallMs());
  return { sessionId, version, before: kept, after };
}
