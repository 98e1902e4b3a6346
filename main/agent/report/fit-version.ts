/** Facts for a server of an older minor version: what it cannot understand leaves a harmless fact under its number. Pure. */
import type { Fact } from '../../../shared/protocol.ts';

/** In which version a kind of fact came (docs/PROTOCOL.md, "Versions and capabilities"). */
const SINCE: Record<Fact['kind'], number> = {
  'session-started': 100,
  interval: 100,
  'session-ended': 100,
  wish: 101,
  summarized: 102,
};

/**
 * Numbers have no holes (P17) and an unknown kind closes the socket (P11), so something must stand there: the end of
 * a session that never was is acknowledged and changes nothing (P21).
 */
export function fitToVersion(fact: Fact, version: number, madeAtMs: number): Fact {
  if (SINCE[fact.kind] <= version) return fact;
  return { kind: 'session-ended', sessionId: 'not-in-this-version', endedAtMs: madeAtMs, reason: 'unseen' };
}
