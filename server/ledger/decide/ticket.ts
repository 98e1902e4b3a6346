/** How a person gets in line and out of it. Pure. */
import type { LeaseId, OfferEnd, ProductId, TicketEnd, UserId } from '../../../shared/domain.ts';
import { failure } from '../../../shared/outcome.ts';
import type { Answer } from '../commands.ts';
import type { LedgerEvent, LedgerEventOf } from '../events.ts';
import { admittanceOf } from '../rights.ts';
import { alternativesOf, sessionsOf, ticketOf } from '../seats.ts';
import type { LedgerState, Offer, Ticket } from '../state.ts';
import { type CommandOf, type Decided, type DecisionContext, decided } from './decision.ts';
import { fairShareClassesOf } from './fair-share.ts';
import { awaitedLeases } from './placement.ts';
import { groupClassOf } from './priority.ts';

/** [L20] [L21] [L126] [L144] A number from the one counter; a returning machine's is below all others. */
export function queueEvent(
  state: LedgerState,
  userId: UserId,
  productId: ProductId,
  origin: Ticket['origin'],
  context: DecisionContext,
): LedgerEventOf<'ticket-queued'> {
  const fairShareClasses = fairShareClassesOf(state, userId, productId, context.nowMs);
  return {
    kind: 'ticket-queued',
    ticketId: context.newId(),
    userId,
    productId,
    priorityClass: groupClassOf(state, userId, productId) + fairShareClasses,
    sequence: origin === 'return' ? state.nextReturnSequence : state.nextSequence,
    origin,
    dueAtMs: null,
    fairShareClasses,
  };
}

export function queue(state: LedgerState, command: CommandOf<'queue'>, context: DecisionContext): Decided {
  const { userId, productId } = command;
  if (alternativesOf(state, productId).length === 0) {
    return failure(
      'NOT_COUNTED',
      'No pool counts this product: start the application, there is nothing to wait for.',
    );
  }
  const known = ticketOf(state, userId, productId);
  if (known) {
    const events = known.later ? [calledBackEvent(known, known.sequence)] : [];
    return decided(events, (after) => answerFor(after, userId, productId));
  }
  if (isServedAlready(state, userId, productId)) {
    return failure('ALREADY_SEATED', 'You hold a seat of this product already.');
  }
  const admittance = admittanceOf(state, userId, productId);
  if (!admittance.ok) return admittance;
  const event = queueEvent(state, userId, productId, 'person', context);
  return decided([event], (after) => answerFor(after, userId, productId));
}

/** [L23] A second seat is only for somebody whom the pool counts once per machine, session or process. */
function isServedAlready(state: LedgerState, userId: UserId, productId: ProductId): boolean {
  if (awaitedLeases(state, userId, productId).length > 0) return true;
  const sessions = sessionsOf(state, userId, productId);
  if (sessions.length === 0) return false;
  const states = new Set(sessions.map((session) => session.seat.state));
  if (states.has('overage') || states.has('expired')) return false;
  if (!states.has('held') && !states.has('matched') && !states.has('presumed')) return false;
  return alternativesOf(state, productId).every((takes) =>
    takes.every(({ poolId }) => {
      const key = state.pools.get(poolId)?.settings.counting.key ?? [];
      return key.every((part) => part === 'user');
    }),
  );
}

/** What a person has of a product once everything followed. */
export function answerFor(after: LedgerState, userId: UserId, productId: ProductId): Answer {
  const ticket = ticketOf(after, userId, productId);
  const leaseIds: LeaseId[] = [];
  for (const { seat } of sessionsOf(after, userId, productId)) {
    if (seat.state === 'held') leaseIds.push(...seat.leaseIds);
  }
  return {
    ticketId: ticket?.ticketId ?? null,
    offerId: ticket?.offerId ?? null,
    leaseIds,
    seat: leaseIds.length > 0 ? 'held' : null,
  };
}

export function leave(state: LedgerState, command: CommandOf<'leave'>): Decided {
  const ticket = state.tickets.get(command.ticketId);
  if (!ticket) return failure('NOT_FOUND', 'This place in the queue is already gone.');
  if (ticket.userId !== command.userId)
    return failure('NOT_YOURS', 'This place in the queue is somebody else’s.');
  return decided(endTicketEvents(state, ticket, 'left', 'left', null));
}

export function endTicket(state: LedgerState, command: CommandOf<'end-ticket'>): Decided {
  const ticket = state.tickets.get(command.ticketId);
  if (!ticket) return failure('NOT_FOUND', 'This place in the queue is already gone.');
  return decided(endTicketEvents(state, ticket, 'admin', 'admin', command.note));
}

/** [L35] The open offer first, then the ticket. `offer` is given when it was made in this very decision. */
export function endTicketEvents(
  state: LedgerState,
  ticket: Ticket,
  reason: TicketEnd,
  offerReason: OfferEnd,
  note: string | null,
  offer: Offer | undefined = ticket.offerId === null ? undefined : state.offers.get(ticket.offerId),
): LedgerEvent[] {
  const { ticketId, userId, productId } = ticket;
  const events: LedgerEvent[] = [];
  if (offer) events.push(offerEndedEvent(offer, offerReason));
  events.push({ kind: 'ticket-ended', ticketId, userId, productId, reason, note });
  return events;
}

export function offerEndedEvent(offer: Offer, reason: OfferEnd): LedgerEvent {
  const { offerId, ticketId, userId, productId, takes } = offer;
  return { kind: 'offer-ended', offerId, ticketId, userId, productId, takes, reason };
}

export function setAsideEvent(
  { ticketId, userId, productId }: Pick<Ticket, 'ticketId' | 'userId' | 'productId'>,
  because: 'deferred' | 'booked',
  untilMs: number,
): LedgerEventOf<'ticket-set-aside'> {
  return { kind: 'ticket-set-aside', ticketId, userId, productId, untilMs, because };
}

export function calledBackEvent(
  { ticketId, userId, productId }: Ticket,
  sequence: number,
): LedgerEventOf<'ticket-called-back'> {
  return { kind: 'ticket-called-back', ticketId, userId, productId, sequence };
}

/** [L36] A ticket that the ledger made for waiting sessions goes with the last of them. */
export function orphanedTicketEvents(
  state: LedgerState,
  userId: UserId,
  productId: ProductId,
  closing: ReadonlySet<string>,
): LedgerEvent[] {
  const ticket = ticketOf(state, userId, productId);
  if (!ticket || ticket.origin === 'person' || ticket.origin === 'booked') return [];
  const isNeeded = sessionsOf(state, userId, productId).some(
    ({ sessionId, seat, origin }) =>
      !closing.has(sessionId) &&
      (seat.state === 'overage' || seat.state === 'expired') &&
      (ticket.origin === 'return' || origin === 'hold'),
  );
  return isNeeded ? [] : endTicketEvents(state, ticket, 'left', 'left', null);
}
