/**
 * What the agents last said about their sessions: active, idle, locked, suspended. Volatile and no ledger event; after
 * a start it is read back from the intervals that are still open.
 */
import type { Activity, SessionId } from '../../shared/domain.ts';
import type { Fact } from '../../shared/protocol.ts';
import type { Records } from '../stores/records.ts';

export interface Presence {
  activityOf(sessionId: SessionId): Activity | null;
  /** @returns the sessions whose picture changed */
  learn(facts: readonly Fact[]): SessionId[];
  /** What another server's agents said; null: nothing any more. */
  note(sessionId: SessionId, activity: Activity | null): void;
  forget(sessionIds: Iterable<SessionId>): void;
}

const INTERVALS_AT_ONCE = 500;

/** @param openSessionIds sessions that the ledger knows as open */
export async function loadPresence(
  records: Records,
  openSessionIds: readonly SessionId[],
): Promise<Presence> {
  const activities = new Map<SessionId, Activity>();
  for (let first = 0; first < openSessionIds.length; first += INTERVALS_AT_ONCE) {
    const rows = await records.usage.intervals(openSessionIds.slice(first, first + INTERVALS_AT_ONCE));
    for (const { sessionId, activity, toMs } of rows) if (toMs === null) activities.set(sessionId, activity);
  }
  return {
    activityOf: (sessionId) => activities.get(sessionId) ?? null,
    learn(facts) {
      const changed = new Set<SessionId>();
      for (const fact of facts) {
        if (fact.kind === 'interval' && fact.toMs === null) activities.set(fact.sessionId, fact.activity);
        else if (fact.kind === 'session-ended') activities.delete(fact.sessionId);
        else continue;
        changed.add(fact.sessionId);
      }
      return [...changed];
    },
    note(sessionId, activity) {
      if (activity === null) activities.delete(sessionId);
      else activities.set(sessionId, activity);
    },
    forget(sessionIds) {
      for (const sessionId of sessionIds) activities.delete(sessionId);
    },
  };
}
