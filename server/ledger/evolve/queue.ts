/** How tickets and offers change with an event, and how those who are overtaken are counted. */
import { invariant } from '../../../shared/outcome.ts';
import { DAY } from '../../../shared/time.ts';
import type { LedgerEventOf } from '../events.ts';
import type { Line } from '../line.ts';
import { waitsFor } from '../room.ts';
import { poolIdsOfProduct } from '../seats.ts';
import type { LedgerState, Ticket } from '../state.ts';
import { addUnits } from './allocation.ts';
import { enterLine, leaveLine, stepOut } from './line.ts';
import { poolOf } from './pool.ts';
import { forgetUserIfIdle, noticeFor, userOf } from './user.ts';

function ticketOfId(state: LedgerState, ticketId: string): Ticket {
  const ticket = state.tickets.get(ticketId);
  invariant(ticket, `ticket ${ticketId} is open`);
  return ticket;
}

/** [L22] [L128] Everybody with a lower number who waits for units of these pools was overtaken once; not who is aside. */
export function countServed(state: LedgerState, poolIds: Iterable<string>, sequence: number): void {
  const pools = new Set(poolIds);
  const counted: Line[] = [];
  for (const poolId of pools) {
    for (const productId of state.pools.get(poolId)?.productIds ?? []) {
      for (const { standing, line } of state.products.get(productId)?.lines.values() ?? []) {
        if (line.size === 0 || counted.includes(line) || !waitsFor(state, standing, pools)) continue;
        counted.push(line);
        line.countServed(sequence);
      }
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
    fairShareClasses: event.fairShareClasses ?? 0,
    priorityClass,
    groupClass: priorityClass - (event.fairShareClasses ?? 0),
    queuedAtMs: atMs,
    rises: 0,
    sequence,
    missedOffers: 0,
    offerId: null,
    later: null,
    overtaken: 0,
    lineKey: null,
  };
  state.tickets.set(ticketId, ticket);
  user.ticketIdByProduct.set(productId, ticketId);
  enterLine(state, ticket);
  if (origin === 'booked') countBooking(state, event, atMs);
}

/** [L143] What is older than a day no longer counts. */
function countBooking(
  state: LedgerState,
  { userId, productId }: LedgerEventOf<'ticket-queued'>,
  atMs: number,
): void {
  const { bookings } = userOf(state, userId);
  for (const [poolId, times] of bookings) {
    const recent = times.filter((time) => time > atMs - DAY);
    if (recent.length > 0) bookings.set(poolId, recent);
    else bookings.delete(poolId);
  }
  for (const poolId of poolIdsOfProduct(state.products.get(productId)))
    bookings.set(poolId, [...(bookings.get(poolId) ?? []), atMs]);
}

/** [L140] [L142] It steps aside with the number and the count that it has. */
export function ticketSetAside(state: LedgerState, event: LedgerEventOf<'ticket-set-aside'>): void {
  const ticket = ticketOfId(state, event.ticketId);
  stepOut(state, ticket);
  ticket.later = { because: event.because, untilMs: event.untilMs };
  enterLine(state, ticket);
}

export function ticketCalledBack(state: LedgerState, event: LedgerEventOf<'ticket-called-back'>): void {
  const ticket = ticketOfId(state, event.ticketId);
  takeSequence(state, event.sequence);
  stepOut(state, ticket);
  ticket.later = null;
  ticket.sequence = event.sequence;
  enterLine(state, ticket);
}

function takeSequence(state: LedgerState, sequence: number): void {
  if (sequence < 0) state.nextReturnSequence = Math.max(state.nextReturnSequence, sequence + 1);
  else state.nextSequence = Math.max(state.nextSequence, sequence + 1);
}

export function ticketRose(state: LedgerState, event: LedgerEventOf<'ticket-rose'>): void {
  const ticket = ticketOfId(state, event.ticketId);
  leaveLine(state, ticket);
  ticket.rises += 1;
  ticket.overtaken = 0;
  enterLine(state, ticket);
}

export function ticketMovedBack(state: LedgerState, event: LedgerEventOf<'ticket-moved-back'>): void {
  const ticket = ticketOfId(state, event.ticketId);
  takeSequence(state, event.sequence);
  leaveLine(state, ticket);
  const moved: Ticket = {
    ...ticket,
    priorityClass: event.priorityClass ?? Math.max(0, ticket.priorityClass - ticket.rises),
    groupClass: event.groupClass ?? ticket.groupClass,
    rises: 0,
    sequence: event.sequence,
    overtaken: 0,
  };
  state.tickets.set(moved.ticketId, moved);
  enterLine(state, moved);
}

export function ticketEnded(state: LedgerState, event: LedgerEventOf<'ticket-ended'>, atMs: number): void {
  const ticket = ticketOfId(state, event.ticketId);
  invariant(ticket.offerId === null, 'an offer ends before its ticket');
  leaveLine(state, ticket);
  state.tickets.delete(ticket.ticketId);
  userOf(state, ticket.userId).ticketIdByProduct.delete(ticket.productId);
  if (event.reason === 'missed-offers') noticeFor(state, event, 'ticket-ended-missed', atMs);
  if (event.reason === 'admin') noticeFor(state, event, 'ticket-ended-admin', atMs);
  if (event.reason === 'pool-gone') noticeFor(state, event, 'ticket-ended-pool-gone', atMs);
  forgetUserIfIdle(state, ticket.userId);
}

export function offerMade(state: LedgerState, event: LedgerEventOf<'offer-made'>): void {
  const { offerId, ticketId, userId, productId, takes, strength, windowMs, untilMs } = event;
  const offer = { offerId, ticketId, userId, productId, takes, strength, windowMs, untilMs };
  invariant(!state.offers.has(offerId), 'an offer is made once');
  const ticket = ticketOfId(state, offer.ticketId);
  stepOut(state, ticket);
  ticket.offerId = offer.offerId;
  state.offers.set(offer.offerId, offer);
  for (const take of offer.takes) {
    const pool = poolOf(state, take.poolId);
    pool.offeredUnits += take.units;
    pool.offerIds.add(offer.offerId);
    addUnits(state, pool, offer.userId, take.units);
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
    addUnits(state, pool, offer.userId, -take.units);
  }
  const ticket = ticketOfId(state, offer.ticketId);
  ticket.offerId = null;
  if (event.reason === 'withdrawn') enterLine(state, ticket);
  if (event.reason === 'expired') {
    ticket.missedOffers += 1;
    noticeFor(state, event, 'offer-missed', atMs);
  }
}
