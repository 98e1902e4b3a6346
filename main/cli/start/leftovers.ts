/** What a killed run left behind: its processes notice by themselves and stop in order; those that do not are ended. */

import type { Clock } from '../../../shared/time.ts';
import { sleep } from '../clock.ts';
import type { ProcessIdentity } from './process-identity.ts';

const PATIENCE_MS = 3_000;
const LOOK_EVERY_MS = 50;

export interface LeftoverPorts {
  readonly clock: Clock;
  isAlive(identity: ProcessIdentity): boolean;
  kill(pid: number): void;
  /** Stops waiting and ends nothing. */
  readonly stop?: AbortSignal;
}

/** @returns how many had to be ended by force */
export async function waitForLeftovers(
  left: readonly ProcessIdentity[],
  { clock, isAlive, kill, stop }: LeftoverPorts,
): Promise<number> {
  const deadlineMs = clock.monotonicMs() + PATIENCE_MS;
  let alive = left.filter(isAlive);
  while (alive.length > 0 && !stop?.aborted && clock.monotonicMs() < deadlineMs) {
    await sleep(clock, LOOK_EVERY_MS);
    alive = alive.filter(isAlive);
  }
  if (stop?.aborted) return 0;
  for (const { pid } of alive) kill(pid);
  return alive.length;
}
