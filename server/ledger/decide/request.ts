/** A session asks for a seat: it shares one, claims an offer, takes what is free, or goes without. Pure. */
import type { GroupId, Take } from '../../../shared/domain.ts';
import type { LedgerEvent } from '../events.ts';
import { admittanceOf, isBeyondLimit, isDenied, shareGroupsOf } from '../rights.ts';
import { alternativesOf, isManaged, poolIdsOfAlternatives, sessionsOf, ticketOf } from '../seats.ts';
import type { LedgerState, Offer, Session, Ticket } from '../state.ts';
import type { DecisionContext, RequestMode } from './decision.ts';
import { deniedEvent } from './denial.ts';
import { unseatEvent } from './lease.ts';
import { requestManaged } from './managed.ts';
import { awaitedLeases, freeRide, partsOf, seatEvents, sitOnAwaited } from './placement.ts';
import { newcomersRank } from './priority.ts';
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
  if (awaited.length > 0) {
    return [...sitOnAwaited(state, session, awaited, context), ...servedEvents(state, session)];
  }
  const shared = freeRide(state, session, ways);
  if (shared) {
    return [...seatEvents(state, session, shared, 'request', context), ...servedEvents(state, session)];
  }
  const ticket = ticketOf(state, session.userId, session.productId);
  const offer = ticket?.offerId ? state.offers.get(ticket.offerId) : undefined;
  if (ticket && offer) return claimEvents(state, ticket, offer, session, context);

  const { userId, productId } = session;
  const product = state.products.get(productId);
  const groupIds = product ? shareGroupsOf(state, product, userId) : [];
  const rank = newcomersRank(state, userId, productId, mode);
  const { keepers } = turnIn(state, poolIdsOfAlternatives(ways), rank);
  const isOpen = (take: Take) =>
    isAvailable(state, take, groupIds, keepers) &&
    !isDenied(state, take, userId) &&
    !isBeyondLimit(state, take, userId);
  for (const takes of ways) {
    const parts = partsOf(state, session, takes);
    if (parts.every(({ join, take }) => join !== null || isOpen(take))) {
      return [...seatEvents(state, session, parts, 'request', context), ...servedEvents(state, session)];
    }
  }
  return withoutSeat(state, session, mode, groupIds, context);
}

/** [L6] [L8] [L52] [L127] The application runs on; what is recorded depends on how it came to ask. */
function withoutSeat(
  state: LedgerState,
  session: Session,
  mode: RequestMode,
  groupIds: readonly GroupId[],
  context: DecisionContext,
): LedgerEvent[] {
  const { userId, productId, origin } = session;
  const { ok: mayQueue } = admittanceOf(state, userId, productId);
  if (mode === 'start' && (origin === 'application' || !mayQueue)) {
    return [deniedEvent(state, session, groupIds, context)];
  }
  const events: LedgerEvent[] =
    session.seat.state === 'overage' ? [] : [unseatEvent(state, session, 'overage')];
  if (!mayQueue || ticketOf(state, userId, productId)) return events;
  if (mode === 'return') events.push(queueEvent(state, userId, productId, 'return', context));
  else if (origin === 'hold') events.push(queueEvent(state, userId, productId, 'hold', context));
  return events;
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
