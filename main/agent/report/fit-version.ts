/** Facts for a server of an older minor version: what it cannot understand leaves a harmless fact under its number. Pure. */
import { FACT_SINCE, type Fact, wishSince } from '../../../shared/protocol.ts';

/**
 * Numbers have no holes (P17) and an unknown kind closes the socket (P11), so something must stand there: the end of
 * a session that never was is acknowledged and changes nothing (P21).
 */
export function fitToVersion(fact: Fact, version: number, madeAtMs: number): Fact {
  const since = fact.kind === 'wish' ? wishSince(fact.wish) : FACT_SINCE[fact.kind];
  if (since > version)
    return { kind: 'session-ended', sessionId: 'not-in-this-version', endedAtMs: madeAtMs, reason: 'unseen' };
  if (fact.kind !== 'wish' || fact.wish.type !== 'release' || version >= 103) return fact;
  // An older server refuses the part that it does not know, even where it says nothing.
  return { ...fact, wish: { type: 'release', sessionId: fact.wish.sessionId } };
}
