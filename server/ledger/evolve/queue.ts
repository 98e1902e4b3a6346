/** How tickets and offers change with an event, and how those who are overtaken are counted. */
import { invariant } from '../../../shared/outcome.ts';
import type { LedgerEventOf } from '../events.ts';
import type { Line } from '../line.ts';
import type { LedgerState, Ticket } from '../state.ts';
import { poolOf } from './pool.ts';
import { forgetUserIfIdle, noticeFor, userOf } from './user.ts';

function ticketOfId(state: LedgerState, ticketId: string): Ticket {
  const ticket = state.tickets.get(ticketId);
  invariant(ticket, `ticket ${ticketId} is open`);
  return ticket;
}

function lineOf(state: LedgerState, productId: string): Line {
  const product = state.products.get(productId);
  invariant(product, `product ${productId} is counted`);
  return product.line;
}

function enterLine(state: LedgerState, ticket: Ticket): void {
  const { ticketId, sequence, priorityClass, rises } = ticket;
  lineOf(state, ticket.productId).add({ ticketId, sequence, priorityClass, rises, overtaken: 0 });
}

/** [L22] Everybody with a lower number who waits for units of these pools was overtaken once. */
export function countServed(state: LedgerState, poolIds: Iterable<string>, sequence: number): void {
  const counted = new Set<string>();
  for (const poolId of poolIds) {
    for (const productId of state.pools.get(poolId)?.productIds ?? []) {
      if (counted.has(productId)) continue;
      counted.add(productId);
      const line = state.products.get(productId)?.line;
      if (line && line.size > 0) line.countServed(sequence);
    }
  }
}

export function ticketQueued(state: LedgerState, event: LedgerEventOf<'ticket-queued'>, atMs: number): void {
  const { ticketId, userId, productId, priorityClass, sequence, origin } = event;
  const user = userOf(state, userId);
  invariant(!user.ticketIdByProduct.has(productId), 'one ticket per person and product');
  takeSequence(state, sequence);
  const ticket: Ticket = {
    ticketId,
    userId,
    productId,
    origin,
    priorityClass,
    queuedAtMs: atMs,
    rises: 0,
    sequence,
    missedOffers: 0,
    offerId: null,
  };
  state.tickets.set(ticketId, ticket);
  user.ticketIdByProduct.set(productId, ticketId);
  enterLine(state, ticket);
}

function takeSequence(state: LedgerState, sequence: number): void {
  if (sequence < 0) state.nextReturnSequence = Math.max(state.nextReturnSequence, sequence + 1);
  else state.nextSequence = Math.max(state.nextSequence, sequence + 1);
}

export function ticketRose(state: LedgerState, event: LedgerEventOf<'ticket-rose'>): void {
  const ticket = ticketOfId(state, event.ticketId);
  lineOf(state, ticket.productId).remove(ticket.ticketId);
  ticket.rises += 1;
  enterLine(state, ticket);
}

export function ticketMovedBack(state: LedgerState, event: LedgerEventOf<'ticket-moved-back'>): void {
  const ticket = ticketOfId(state, event.ticketId);
  takeSequence(state, event.sequence);
  lineOf(state, ticket.productId).remove(ticket.ticketId);
  const moved: Ticket = {
    ...ticket,
    priorityClass: Math.max(0, ticket.priorityClass - ticket.rises),
    rises: 0,
    sequence: event.sequence,
  };
  state.tickets.set(moved.ticketId, moved);
  enterLine(state, moved);
}

export function ticketEnded(state: LedgerState, event: LedgerEventOf<'ticket-ended'>, atMs: number): void {
  const ticket = ticketOfId(state, event.ticketId);
  invariant(ticket.offerId === null, 'an offer ends before its ticket');
  lineOf(state, ticket.productId).remove(ticket.ticketId);
  state.tickets.delete(ticket.ticketId);
  userOf(state, ticket.userId).ticketIdByProduct.delete(ticket.productId);
  if (event.reason === 'missed-offers') noticeFor(state, event, 'ticket-ended-missed', atMs);
  if (event.reason === 'admin') noticeFor(state, event, 'ticket-ended-admin', atMs);
  if (event.reason === 'pool-gone') noticeFor(state, event, 'ticket-ended-pool-gone', atMs);
  forgetUserIfIdle(state, ticket.userId);
}

export function offerMade(state: LedgerState, event: LedgerEventOf<'offer-made'>): void {
  const { kind: _kind, ...offer } = event;
  invariant(!state.offers.has(offer.offerId), 'an offer is made once');
  const ticket = ticketOfId(state, offer.ticketId);
  lineOf(state, ticket.productId).remove(ticket.ticketId);
  ticket.offerId = offer.offerId;
  state.offers.set(offer.offerId, offer);
  for (const take of offer.takes) {
    const pool = poolOf(state, take.poolId);
    pool.offeredUnits += take.units;
    pool.offerIds.add(offer.offerId);
  }
  const poolIds = offer.takes.map((take) => take.poolId);
  countServed(state, poolIds, ticket.sequence);
}

/** A withdrawn offer puts the ticket back at its old place; after any other end the next event ends or moves it. */
export function offerEnded(state: LedgerState, event: LedgerEventOf<'offer-ended'>, atMs: number): void {
  const offer = state.offers.get(event.offerId);
  invariant(offer, 'an offer ends once');
  state.offers.delete(offer.offerId);
  for (const take of offer.takes) {
    const pool = poolOf(state, take.poolId);
    pool.offeredUnits -= take.units;
    pool.offerIds.delete(offer.offerId);
  }
  const ticket = ticketOfId(state, offer.ticketId);
  ticket.offerId = null;
  if (event.reason === 'withdrawn') enterLine(state, ticket);
  if (event.reason === 'expired') {
    ticket.missedOffers += 1;
    noticeFor(state, event, 'offer-missed', atMs);
  }
}
