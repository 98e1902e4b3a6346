/** A session asks for a seat: it shares one, claims an offer, takes what is free, or goes without. Pure. */

import type { DenialReason, PriorityClass } from '../../../shared/domain.ts';
import { DEFAULT_PRIORITY_CLASS } from '../../../shared/domain.ts';
import type { LedgerEvent } from '../events.ts';
import type { Rank } from '../line.ts';
import {
  alternativesOf,
  freeUnits,
  isManaged,
  poolIdsOfAlternatives,
  sessionsOf,
  ticketOf,
} from '../seats.ts';
import type { LedgerState, Offer, Session, Ticket } from '../state.ts';
import type { DecisionContext, RequestMode } from './decision.ts';
import { unseatEvent } from './lease.ts';
import { requestManaged } from './managed.ts';
import { awaitedLeases, freeRide, partsOf, seatEvents, sitOnAwaited } from './placement.ts';
import { endTicketEvents, queueEvent } from './ticket.ts';
import { isAvailable, turnIn } from './turn.ts';

/** [L3] to [L7] What happens to a session that asks, in a state in which the queue is served. */
export function request(
  state: LedgerState,
  session: Session,
  mode: RequestMode,
  context: DecisionContext,
): LedgerEvent[] {
  const ways = alternativesOf(state, session.productId);
  const [firstTake] = ways[0] ?? [];
  if (!firstTake) return [];
  const pool = state.pools.get(firstTake.poolId);
  if (pool && isManaged(pool)) return requestManaged(state, session, context);

  const awaited = awaitedLeases(state, session.userId, session.productId);
  if (awaited.length > 0) return [sitOnAwaited(state, session, awaited), ...servedEvents(state, session)];
  const shared = freeRide(state, session, ways);
  if (shared) {
    return [...seatEvents(state, session, shared, 'request', context), ...servedEvents(state, session)];
  }
  const ticket = ticketOf(state, session.userId, session.productId);
  const offer = ticket?.offerId ? state.offers.get(ticket.offerId) : undefined;
  if (ticket && offer) return claimEvents(state, ticket, offer, session, context);

  const rank: Rank = {
    rankClass: DEFAULT_PRIORITY_CLASS satisfies PriorityClass,
    sequence: mode === 'return' ? state.nextReturnSequence : state.nextSequence,
  };
  const { keptBack } = turnIn(state, poolIdsOfAlternatives(ways), rank);
  for (const takes of ways) {
    const parts = partsOf(state, session, takes);
    if (parts.every(({ join, take }) => join !== null || isAvailable(state, take, keptBack))) {
      return [...seatEvents(state, session, parts, 'request', context), ...servedEvents(state, session)];
    }
  }
  return withoutSeat(state, session, mode, context);
}

/** [L6] [L8] [L52] The application runs on; what is recorded depends on how it came to ask. */
function withoutSeat(
  state: LedgerState,
  session: Session,
  mode: RequestMode,
  context: DecisionContext,
): LedgerEvent[] {
  const { sessionId, userId, productId, origin } = session;
  if (mode === 'start' && origin === 'application') {
    const reason = reasonOfDenial(state, productId);
    return [{ kind: 'session-denied', sessionId, userId, productId, denialId: context.newId(), reason }];
  }
  const events: LedgerEvent[] =
    session.seat.state === 'overage' ? [] : [unseatEvent(state, session, 'overage')];
  if (ticketOf(state, userId, productId)) return events;
  if (mode === 'return') events.push(queueEvent(state, userId, productId, 'return', context));
  else if (origin === 'hold') events.push(queueEvent(state, userId, productId, 'hold', context));
  return events;
}

/** [L6] others-wait: the units are there, but somebody goes first. */
function reasonOfDenial(state: LedgerState, productId: string): DenialReason {
  const isThere = alternativesOf(state, productId).some((takes) =>
    takes.every(({ poolId, units }) => {
      const pool = state.pools.get(poolId);
      return pool !== undefined && freeUnits(pool) >= units;
    }),
  );
  return isThere ? 'others-wait' : 'no-free-seat';
}

/** [L34] A ticket whose owner got a seat without an offer ends, unless another session of theirs still needs one. */
export function servedEvents(state: LedgerState, session: Session): LedgerEvent[] {
  const ticket = ticketOf(state, session.userId, session.productId);
  if (!ticket) return [];
  const isStillNeeded = sessionsOf(state, session.userId, session.productId).some(
    (other) =>
      other.sessionId !== session.sessionId &&
      (other.seat.state === 'overage' || other.seat.state === 'expired'),
  );
  return isStillNeeded ? [] : endTicketEvents(state, ticket, 'granted', 'withdrawn', null);
}

/** [L40] [L41] The offered units become the session's leases; what it can share instead falls free. */
export function claimEvents(
  state: LedgerState,
  ticket: Ticket,
  offer: Offer,
  session: Session,
  context: DecisionContext,
): LedgerEvent[] {
  const parts = partsOf(state, session, offer.takes);
  return [
    ...endTicketEvents(state, { ...ticket, offerId: offer.offerId }, 'claimed', 'claimed', null, offer),
    ...seatEvents(state, session, parts, 'offer', context),
  ];
}
