/** What can become of an offer: made, claimed, declined, missed. Pure. */
import type { OfferId, Take } from '../../../shared/domain.ts';
import { failure } from '../../../shared/outcome.ts';
import type { LedgerEvent } from '../events.ts';
import { isManaged, maximumMissedOffersOf, sessionsOf } from '../seats.ts';
import type { LedgerState, Offer, Pool, Product, Session, Ticket } from '../state.ts';
import { rankOf } from '../waiting.ts';
import { type CommandOf, type Decided, type DecisionContext, decided, isSessionLive } from './decision.ts';
import { grantEvent } from './placement.ts';
import { groupClassOf } from './priority.ts';
import { claimEvents } from './request.ts';
import { answerFor, endTicketEvents, offerEndedEvent } from './ticket.ts';
import type { Turn } from './turn.ts';

/** [L30] [L40] Holds all takes for the head; an open session of its owner claims at once. */
export function makeOffer(
  state: LedgerState,
  next: NonNullable<Turn['next']>,
  context: DecisionContext,
): LedgerEvent[] {
  const ticket = state.tickets.get(next.entry.ticketId);
  if (!ticket) return [];
  const pools = poolsOf(state, next.takes);
  const windowMs = windowMsOf(state, next.takes);
  const offer: Offer = {
    offerId: context.newId(),
    ticketId: ticket.ticketId,
    userId: ticket.userId,
    productId: ticket.productId,
    takes: next.takes,
    strength: pools.some(isManaged) ? 'soft' : 'hard',
    windowMs,
    untilMs: context.nowMs + windowMs,
  };
  const made: LedgerEvent = { kind: 'offer-made', ...offer };
  if (offer.strength === 'soft') return [made, ...startHold(state, ticket)];
  const claimer = claimingSession(state, ticket, context);
  return claimer ? [made, ...claimEvents(state, ticket, offer, claimer, context)] : [made];
}

function poolsOf(state: LedgerState, takes: readonly Take[]): Pool[] {
  const pools: Pool[] = [];
  for (const { poolId } of takes) {
    const pool = state.pools.get(poolId);
    if (pool) pools.push(pool);
  }
  return pools;
}

/** [L30] The longest window of these pools. */
export function windowMsOf(state: LedgerState, takes: readonly Take[]): number {
  return Math.max(...poolsOf(state, takes).map(windowOf));
}

/** [L63] A soft offer lasts at least two polls, or its checkout might not be seen in time. */
function windowOf(pool: Pool): number {
  const { observation, settings } = pool;
  const polls = observation?.state === 'known' ? 2 * observation.pollEveryMs : 0;
  return Math.max(settings.offerWindowMs, polls);
}

/** [L40] The oldest live session of the owner that runs without a seat. */
function claimingSession(
  state: LedgerState,
  { userId, productId }: Ticket,
  context: DecisionContext,
): Session | undefined {
  return sessionsOf(state, userId, productId).find(
    ({ sessionId, seat }) => seat.state === 'overage' && isSessionLive(state, sessionId, context),
  );
}

/** [L64] A waiting hold starts its command on a soft offer: the checkout that follows ends the offer. */
function startHold(state: LedgerState, { userId, productId }: Ticket): LedgerEvent[] {
  const hold = sessionsOf(state, userId, productId).find(
    ({ origin, seat }) => origin === 'hold' && seat.state === 'overage',
  );
  return hold ? [{ kind: 'session-presumed', sessionId: hold.sessionId, userId, productId, takes: [] }] : [];
}

export function claim(state: LedgerState, command: CommandOf<'claim'>, context: DecisionContext): Decided {
  const found = ownOffer(state, command.offerId, command.userId);
  if (!found.ok) return found;
  const { offer, ticket } = found;
  const { userId, productId } = offer;
  const answer = (after: LedgerState) => answerFor(after, userId, productId);
  if (offer.strength === 'soft') return decided([], answer);
  const session = sessionsOf(state, userId, productId).find(
    ({ sessionId, seat, workstationId }) =>
      seat.state === 'overage' &&
      (workstationId === command.workstationId || isSessionLive(state, sessionId, context)),
  );
  if (session) return decided(claimEvents(state, ticket, offer, session, context), answer);

  const awaitedUntilMs = context.nowMs + offer.windowMs;
  const who = { userId, productId, workstationId: command.workstationId };
  const grants = offer.takes.map((take) =>
    grantEvent(state, who, take, context.newId(), 'offer', awaitedUntilMs),
  );
  return decided([...endTicketEvents(state, ticket, 'claimed', 'claimed', null), ...grants], () => ({
    ticketId: null,
    offerId: null,
    leaseIds: grants.map((grant) => grant.leaseId),
    seat: 'held',
  }));
}

/** [L33] The seat passes on; who declines while nobody else waits does not need to wait either. */
export function decline(state: LedgerState, command: CommandOf<'decline'>): Decided {
  const found = ownOffer(state, command.offerId, command.userId);
  if (!found.ok) return found;
  const { offer, ticket } = found;
  if (!doOthersWait(state, offer)) return decided(endTicketEvents(state, ticket, 'left', 'declined', null));
  return decided([offerEndedEvent(offer, 'declined'), moveBackEvent(state, ticket)]);
}

function doesAnybodyWait(product: Product | undefined): boolean {
  for (const { line } of product?.lines.values() ?? []) if (line.size > 0) return true;
  return false;
}

function doOthersWait(state: LedgerState, offer: Offer): boolean {
  return poolsOf(state, offer.takes).some((pool) =>
    [...pool.productIds].some((productId) => doesAnybodyWait(state.products.get(productId))),
  );
}

/** [L31] [L32] Missed: the ticket goes to the end of its class, or ends when it missed too many. */
export function expireOffer(
  state: LedgerState,
  command: CommandOf<'expire-offer'>,
  context: DecisionContext,
): Decided {
  const offer = state.offers.get(command.offerId);
  const ticket = offer && state.tickets.get(offer.ticketId);
  if (!offer || !ticket) return failure('OFFER_GONE', 'This offer has ended.');
  if (context.nowMs < offer.untilMs) return failure('NOT_DUE', 'This offer is still open.');
  const missed = ticket.missedOffers + 1;
  if (missed >= maximumMissedOffersOf(state, ticket.productId)) {
    return decided(endTicketEvents(state, ticket, 'missed-offers', 'expired', null));
  }
  return decided([offerEndedEvent(offer, 'expired'), moveBackEvent(state, ticket)]);
}

/** [L32] [L126] To the end of its class; what its owner's groups make of the class may have changed meanwhile. */
function moveBackEvent(state: LedgerState, ticket: Ticket): LedgerEvent {
  const { ticketId, userId, productId } = ticket;
  const { nextSequence: sequence } = state;
  const groupClass = groupClassOf(state, userId, productId);
  if (groupClass === ticket.groupClass) {
    return { kind: 'ticket-moved-back', ticketId, userId, productId, sequence };
  }
  const priorityClass = Math.max(0, rankOf(ticket).rankClass + groupClass - ticket.groupClass);
  return {
    kind: 'ticket-moved-back',
    ticketId,
    userId,
    productId,
    sequence,
    priorityClass,
    groupClass,
  };
}

type OwnOffer =
  | { readonly ok: true; readonly offer: Offer; readonly ticket: Ticket }
  | Extract<Decided, { ok: false }>;

function ownOffer(state: LedgerState, offerId: OfferId, userId: string): OwnOffer {
  const offer = state.offers.get(offerId);
  const ticket = offer && state.tickets.get(offer.ticketId);
  if (!offer || !ticket)
    return failure('OFFER_GONE', 'This offer has ended: the seat went to the next person.');
  if (offer.userId !== userId) return failure('NOT_YOURS', 'This offer is somebody else’s.');
  return { ok: true, offer, ticket };
}
