/** How leases and sessions end, alone or together. Pure. */
import type { LeaseEnd, SessionEnd, SessionId } from '../../../shared/domain.ts';
import { failure } from '../../../shared/outcome.ts';
import type { LedgerEvent } from '../events.ts';
import { alternativesOf, leasesOfSession } from '../seats.ts';
import type { Lease, LedgerState, Session } from '../state.ts';
import {
  type CommandOf,
  type Decided,
  type DecisionContext,
  decided,
  isInGrace,
  isSessionLive,
} from './decision.ts';

/**
 * [L14] [L15] Ends these leases for all sessions that share them. A session that loses one lease of its alternative
 * leaves the others too, and what nobody uses then ends with the same reason.
 */
export function endLeases(
  state: LedgerState,
  leases: readonly Lease[],
  reason: LeaseEnd,
  note: string | null,
): LedgerEvent[] {
  const sessions = new Map<SessionId, Session>();
  for (const lease of leases) {
    if (lease.use.state !== 'used') continue;
    for (const sessionId of lease.use.sessionIds) {
      const session = state.sessions.get(sessionId);
      if (session) sessions.set(sessionId, session);
    }
  }
  const events: LedgerEvent[] = [];
  for (const session of sessions.values()) {
    events.push(unseatEvent(state, session, reason === 'expired' ? 'expired' : 'overage'));
  }
  const ended = new Set([...leases, ...leasesLeftEmpty(state, new Set(sessions.keys()))]);
  for (const lease of ended) events.push(leaseEndedEvent(lease, reason, note));
  return events;
}

export function unseatEvent(
  state: LedgerState,
  session: Session,
  to: 'overage' | 'expired' | 'not-counted',
): LedgerEvent {
  const { sessionId, userId, productId } = session;
  const leaseIds = session.seat.state === 'held' ? session.seat.leaseIds : [];
  const isCounted = alternativesOf(state, productId).length > 0;
  return {
    kind: 'session-unseated',
    sessionId,
    userId,
    productId,
    leaseIds,
    to: isCounted ? to : 'not-counted',
  };
}

/** Leases that no session uses once these sessions have left. */
function leasesLeftEmpty(state: LedgerState, leaving: ReadonlySet<SessionId>): Set<Lease> {
  const empty = new Set<Lease>();
  for (const sessionId of leaving) {
    for (const lease of leasesOfSession(state, sessionId)) {
      if (lease.use.state !== 'used') continue;
      if (isPartOf(lease.use.sessionIds, leaving)) empty.add(lease);
    }
  }
  return empty;
}

function isPartOf<T>(part: ReadonlySet<T>, whole: ReadonlySet<T>): boolean {
  for (const one of part) if (!whole.has(one)) return false;
  return true;
}

function leaseEndedEvent(lease: Lease, reason: LeaseEnd, note: string | null): LedgerEvent {
  const { leaseId, poolId, userId, productId } = lease;
  return { kind: 'lease-ended', leaseId, poolId, userId, productId, reason, note };
}

/** [L16] Sessions that ended leave their leases; the last one out ends the lease. `closing`: their ids. */
export function closeSessions(
  state: LedgerState,
  sessions: readonly Session[],
  closing: ReadonlySet<SessionId>,
  endedAtMs: number,
  reason: SessionEnd,
): LedgerEvent[] {
  const events = sessions.map(({ sessionId, userId, productId, seat }): LedgerEvent => {
    const leaseIds = seat.state === 'held' ? seat.leaseIds : [];
    return { kind: 'session-closed', sessionId, userId, productId, leaseIds, endedAtMs, reason };
  });
  for (const lease of leasesLeftEmpty(state, closing)) events.push(leaseEndedEvent(lease, 'exited', null));
  return events;
}

/** [L51] [L55] [L43] [L150] Asked by the reaper, checked here: the reason is found from what is true now. */
export function expireLease(
  state: LedgerState,
  command: CommandOf<'expire-lease'>,
  context: DecisionContext,
): Decided {
  const lease = state.leases.get(command.leaseId);
  if (!lease) return failure('NOT_FOUND', 'This seat was already given back.');
  const reason = reasonToExpire(state, lease, context);
  if (!reason) return failure('NOT_DUE', 'This seat is not due to end.');
  return decided(
    endLeases(state, [lease], reason, reason === 'admin' ? (lease.warning?.note ?? null) : null),
  );
}

function reasonToExpire(state: LedgerState, lease: Lease, context: DecisionContext): LeaseEnd | null {
  if (isInGrace(state, context)) return null;
  const settings = state.pools.get(lease.poolId)?.settings;
  const maximumAgeMs = settings?.maximumLeaseAgeMs ?? null;
  if (maximumAgeMs !== null && context.nowMs - lease.grantedAtMs >= maximumAgeMs) return 'max-age';
  if (lease.warning && context.nowMs >= lease.warning.untilMs) return 'admin';
  if (lease.use.state === 'awaited') return context.nowMs >= lease.use.untilMs ? 'expired' : null;
  if (settings?.keepWhileAsleep) return null;
  for (const sessionId of lease.use.sessionIds) if (isSessionLive(state, sessionId, context)) return null;
  return 'expired';
}
