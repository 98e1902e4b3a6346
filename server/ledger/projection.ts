/** Records that follow from events: usage and denials, written in the events' own transaction. Pure. */
import { USAGE_IDLE_AFTER_MS } from '../../shared/domain.ts';
import type { RecordChange } from '../stores/records.ts';
import type { RecordedEvent } from './events.ts';

/** @param usageIdleAfterMs kept with each new usage record */
export function recordsOf(
  events: readonly RecordedEvent[],
  usageIdleAfterMs: number = USAGE_IDLE_AFTER_MS,
): RecordChange[] {
  return events.flatMap(({ event, atMs }): RecordChange[] => {
    switch (event.kind) {
      case 'session-opened': {
        const { sessionId, userId, workstationId, productId, startedAtMs } = event;
        const open = { endedAtMs: null, endReason: null, usageIdleAfterMs };
        const row = { sessionId, userId, workstationId, productId, startedAtMs, ...open };
        return [{ record: 'usageSession', op: 'put', row }];
      }
      case 'session-closed': {
        const { sessionId, endedAtMs, reason: endReason, leaseIds } = event;
        return [
          { record: 'usageSession', op: 'patch', key: { sessionId }, set: { endedAtMs, endReason } },
          ...grantsEnd(sessionId, leaseIds, atMs),
        ];
      }
      case 'session-seated':
        return event.seats.map(({ leaseId, poolId }) => {
          const row = { sessionId: event.sessionId, leaseId, poolId, fromMs: atMs, toMs: null };
          return { record: 'usageGrant', op: 'put', row };
        });
      case 'session-unseated':
        return grantsEnd(event.sessionId, event.leaseIds, atMs);
      case 'session-denied': {
        const { denialId, userId, productId, sessionId, reason, freeElsewhere = null } = event;
        return [
          {
            record: 'denial',
            op: 'put',
            row: {
              denialId,
              atMs,
              userId,
              productId,
              sessionId,
              reason,
              freeElsewhere,
              provedFalseAtMs: null,
            },
          },
        ];
      }
      case 'denial-proved-false': {
        const { denialId } = event;
        return [{ record: 'denial', op: 'patch', key: { denialId }, set: { provedFalseAtMs: atMs } }];
      }
      default:
        return [];
    }
  });
}

function grantsEnd(sessionId: string, leaseIds: readonly string[], toMs: number): RecordChange[] {
  return leaseIds.map((leaseId) => ({
    record: 'usageGrant',
    op: 'patch',
    key: { sessionId, leaseId },
    set: { toMs },
  }));
}
