/** Records that follow from events: usage and denials, written in the events' own transaction. Pure. */
import { USAGE_IDLE_AFTER_MS } from '../../shared/domain.ts';
import type { RecordChange } from '../stores/records.ts';
import type { RecordedEvent } from './events.ts';

/** @param usageIdleAfterMs kept with each new usage record */
export function recordsOf(
  events: readonly RecordedEvent[],
  usageIdleAfterMs: number = USAGE_IDLE_AFTER_MS,
): RecordChange[] {
  const changes: RecordChange[] = [];
  for (const recorded of events) addRecords(changes, recorded, usageIdleAfterMs);
  return changes;
}

function addRecords(changes: RecordChange[], { event, atMs }: RecordedEvent, usageIdleAfterMs: number): void {
  switch (event.kind) {
    case 'session-opened': {
      const { sessionId, userId, workstationId, productId, startedAtMs } = event;
      const whose = { sessionId, userId, workstationId, productId, startedAtMs };
      const row = { ...whose, endedAtMs: null, endReason: null, usageIdleAfterMs };
      changes.push({ record: 'usageSession', op: 'put', row });
      return;
    }
    case 'session-closed': {
      const { sessionId, endedAtMs, reason: endReason, leaseIds } = event;
      changes.push({
        record: 'usageSession',
        op: 'patch',
        key: { sessionId },
        set: { endedAtMs, endReason },
      });
      addGrantEnds(changes, sessionId, leaseIds, atMs);
      return;
    }
    case 'session-seated':
      for (const { leaseId, poolId } of event.seats) {
        const row = { sessionId: event.sessionId, leaseId, poolId, fromMs: atMs, toMs: null };
        changes.push({ record: 'usageGrant', op: 'put', row });
      }
      return;
    case 'session-unseated':
      addGrantEnds(changes, event.sessionId, event.leaseIds, atMs);
      return;
    case 'session-denied': {
      const { denialId, userId, productId, sessionId, reason, freeElsewhere = null } = event;
      const who = { denialId, atMs, userId, productId, sessionId };
      const row = { ...who, reason, freeElsewhere, provedFalseAtMs: null };
      changes.push({ record: 'denial', op: 'put', row });
      return;
    }
    case 'denial-proved-false': {
      const { denialId } = event;
      changes.push({ record: 'denial', op: 'patch', key: { denialId }, set: { provedFalseAtMs: atMs } });
      return;
    }
    default:
      return;
  }
}

function addGrantEnds(
  changes: RecordChange[],
  sessionId: string,
  leaseIds: readonly string[],
  toMs: number,
): void {
  for (const leaseId of leaseIds) {
    changes.push({ record: 'usageGrant', op: 'patch', key: { sessionId, leaseId }, set: { toMs } });
  }
}
