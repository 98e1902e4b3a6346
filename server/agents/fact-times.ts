/**
 * Brings the instants of facts onto the server's clock. Pure. An agent's clock may be a year off; the offset is
 * measured once in hello, and nothing that was reported can lie in the future.
 */
import type { Fact, Wish } from '../../shared/protocol.ts';
import { SECOND } from '../../shared/time.ts';

/** Below this the difference is the network's, not the clock's. */
const TOLERATED_OFFSET_MS = 2 * SECOND;

/** @returns what must be added to an agent's instants, in ms; 0 where the clocks agree within two seconds */
export function measureOffsetMs(serverWallMs: number, agentWallMs: number): number {
  const offsetMs = Math.round(serverWallMs - agentWallMs);
  return Math.abs(offsetMs) > TOLERATED_OFFSET_MS ? offsetMs : 0;
}

/** The same fact with every instant shifted by `offsetMs` and held between 1970 and `nowMs`. */
export function onServerClock(fact: Fact, offsetMs: number, nowMs: number): Fact {
  const shift = (instantMs: number) => Math.max(0, Math.min(instantMs + offsetMs, nowMs));
  switch (fact.kind) {
    case 'session-started':
      return { ...fact, startedAtMs: shift(fact.startedAtMs) };
    case 'interval':
      return {
        ...fact,
        activity: { ...fact.activity, sinceMs: shift(fact.activity.sinceMs) },
        fromMs: shift(fact.fromMs),
        toMs: fact.toMs === null ? null : Math.max(shift(fact.toMs), shift(fact.fromMs)),
      };
    case 'session-ended':
      return { ...fact, endedAtMs: shift(fact.endedAtMs) };
    case 'summarized':
      return { ...fact, fromMs: shift(fact.fromMs), toMs: shift(fact.toMs) };
    case 'wish':
      return { ...fact, wish: wishOnServerClock(fact.wish, offsetMs) };
    case 'unsaved-work':
      return fact;
  }
}

/** The one instant that lies in the future: when somebody wants to be back. */
function wishOnServerClock(wish: Wish, offsetMs: number): Wish {
  if (wish.type !== 'release' || typeof wish.comeBackAtMs !== 'number') return wish;
  return { ...wish, comeBackAtMs: Math.max(0, wish.comeBackAtMs + offsetMs) };
}
