/** What the ledger's state looks like to one person: their seats, tickets, offers, requests and warnings. Pure. */
import type { HandoverId, LeaseId, PoolId, UserId, WorkstationId } from '../../shared/domain.ts';
import type { Aside, Mine, MyTicket, SessionSeat } from '../../shared/views.ts';
import { compareRank } from './line.ts';
import { maximumMissedOffersOf, poolIdsOfProduct, unsavedWorkOf } from './seats.ts';
import { asideReasonsOf } from './standing.ts';
import type { LedgerState, Session, Ticket } from './state.ts';
import type { NameBook, ViewContext } from './views.ts';
import { countAhead, rankOf } from './waiting.ts';

/** How long a notice is worth showing. */
const NOTICE_SHOWN_MS = 24 * 60 * 60_000;

/**
 * Everything about one person for one of their agents. `isMySession` says which sessions are that agent's;
 * tickets, offers and notices are the person's on every machine.
 */
export function mineView(
  state: LedgerState,
  userId: UserId,
  isMySession: (session: { workstationId: WorkstationId; loginSessionId: string }) => boolean,
  context: ViewContext,
): Mine {
  const user = state.users.get(userId);
  const sessions = [...(user?.sessionIds ?? [])]
    .flatMap((sessionId) => state.sessions.get(sessionId) ?? [])
    .filter(isMySession);
  const tickets = [...(user?.ticketIdByProduct.values() ?? [])].flatMap((id) => state.tickets.get(id) ?? []);
  const { names, nowMs } = context;
  return {
    seats: [
      ...sessions.map((session) => ({ sessionId: session.sessionId, seat: sessionSeat(session) })),
      ...[...(user?.awaitedLeaseIds ?? [])].flatMap((leaseId) => awaitedSeat(state, leaseId)),
    ],
    tickets: tickets.map((ticket) => myTicket(state, ticket, context)),
    offers: tickets.flatMap((ticket) => myOffers(state, ticket, names)),
    denials: sessions.flatMap((session) => myDenials(state, session, names)),
    notices: (user?.notices ?? [])
      .filter((notice) => nowMs - notice.atMs < NOTICE_SHOWN_MS)
      .map((notice) => ({ ...notice, productName: names.productName(notice.productId) })),
    handoverRequests: [...(user?.handoverIds ?? [])].flatMap((id) => handoverRequest(state, id, names)),
    handovers: [...(user?.askedHandoverIds ?? [])].flatMap((id) => myHandover(state, id, names)),
    warnings: [...(user?.warnedLeaseIds ?? [])].flatMap((leaseId) => myWarning(state, leaseId, names)),
  };
}

function myTicket(state: LedgerState, ticket: Ticket, { names, expectedWaitOf }: ViewContext): MyTicket {
  const { ticketId, productId, queuedAtMs: sinceMs, missedOffers, fairShareClasses } = ticket;
  return {
    ...{ ticketId, productId, sinceMs, missedOffers, fairShareClasses },
    productName: names.productName(productId),
    place: placeOf(state, ticket),
    maximumMissedOffers: maximumMissedOffersOf(state, productId),
    aside: asideOf(state, ticket),
    peopleAhead: peopleAheadOf(state, ticket),
    expectedWait: expectedWaitOf(ticket),
  };
}

function asideOf(state: LedgerState, ticket: Ticket): Aside | null {
  const [because] = ticket.offerId === null ? asideReasonsOf(state, ticket) : [];
  if (because === undefined) return null;
  const isStated = because === 'deferred' || because === 'booked';
  return { because, untilMs: isStated ? (ticket.later?.untilMs ?? null) : null };
}

/** [L146] The asker's name only where the asker chose so. */
function handoverRequest(
  state: LedgerState,
  handoverId: HandoverId,
  names: NameBook,
): Mine['handoverRequests'] {
  const handover = state.handovers.get(handoverId);
  if (!handover) return [];
  const { leaseId, productId, askerId, isNamed, untilMs, answer } = handover;
  const askerName = isNamed ? names.userName(askerId) : null;
  const productName = names.productName(productId);
  return [{ handoverId, leaseId, productId, productName, askerName, untilMs, answer }];
}

function myHandover(state: LedgerState, handoverId: HandoverId, names: NameBook): Mine['handovers'] {
  const handover = state.handovers.get(handoverId);
  if (!handover) return [];
  const { leaseId, productId, holderId, untilMs, answer } = handover;
  const holderName = names.userName(holderId);
  const productName = names.productName(productId);
  return [{ handoverId, leaseId, productId, productName, holderName, untilMs, answer }];
}

function myWarning(state: LedgerState, leaseId: LeaseId, names: NameBook): Mine['warnings'] {
  const lease = state.leases.get(leaseId);
  if (!lease?.warning) return [];
  const { productId, warning, use } = lease;
  const sessionIds = use.state === 'used' ? [...use.sessionIds] : [];
  const { note, untilMs } = warning;
  const unsavedWork = unsavedWorkOf(warning);
  return [
    { leaseId, productId, productName: names.productName(productId), note, untilMs, sessionIds, unsavedWork },
  ];
}

/** [L43] As in the pool's view, a seat that waits for its application stands under the lease's own id. */
function awaitedSeat(state: LedgerState, leaseId: LeaseId): Mine['seats'] {
  const lease = state.leases.get(leaseId);
  return lease ? [{ sessionId: leaseId, seat: { state: 'held', sinceMs: lease.grantedAtMs } }] : [];
}

function sessionSeat({ seat }: Session): SessionSeat {
  switch (seat.state) {
    case 'not-counted':
      return { state: 'not-counted' };
    case 'held':
    case 'presumed':
    case 'matched':
      return { state: 'held', sinceMs: seat.sinceMs };
    case 'overage':
    case 'expired':
      return { state: 'overage', sinceMs: seat.sinceMs };
  }
}

function myOffers(state: LedgerState, ticket: Ticket, names: NameBook): Mine['offers'] {
  const offer = ticket.offerId === null ? undefined : state.offers.get(ticket.offerId);
  if (!offer) return [];
  const { offerId, ticketId, productId, untilMs, strength } = offer;
  return [{ offerId, ticketId, productId, productName: names.productName(productId), untilMs, strength }];
}

function myDenials(state: LedgerState, session: Session, names: NameBook): Mine['denials'] {
  const { seat, productId, sessionId } = session;
  if (seat.state !== 'overage' || seat.denial === null) return [];
  const [poolId] = poolIdsOfProduct(state.products.get(productId));
  const enforcement = (poolId && state.pools.get(poolId)?.settings.enforcement) || 'observe';
  return [{ ...seat.denial, productId, productName: names.productName(productId), sessionId, enforcement }];
}

/** [L28] The best place among the pools a ticket waits in; 1 is the head. */
export function placeOf(state: LedgerState, ticket: Ticket): number {
  let best = Number.POSITIVE_INFINITY;
  for (const poolId of poolIdsOfProduct(state.products.get(ticket.productId)))
    best = Math.min(best, countAhead(state, poolId, ticket) + 1);
  return best;
}

/** Who goes before it at its best place; those who step aside do not. */
function peopleAheadOf(state: LedgerState, ticket: Ticket): number {
  let fewest = Number.POSITIVE_INFINITY;
  for (const poolId of poolIdsOfProduct(state.products.get(ticket.productId)))
    fewest = Math.min(fewest, countAhead(state, poolId, ticket) - asideAhead(state, poolId, ticket));
  return Number.isFinite(fewest) ? fewest : 0;
}

function asideAhead(state: LedgerState, poolId: PoolId, ticket: Ticket): number {
  let count = 0;
  for (const productId of state.pools.get(poolId)?.productIds ?? []) {
    for (const ticketId of state.products.get(productId)?.asideIds ?? []) {
      const other = state.tickets.get(ticketId);
      if (other && compareRank(rankOf(other), rankOf(ticket)) < 0) count += 1;
    }
  }
  return count;
}
