/** Offers and places in queues as one reader sees them: what they mean, how long, what may be pressed. Pure. */
import { type AgentAction, deferAction, pressOf, queueAction } from './agent-actions.ts';
import type { AgentState } from './agent-api.ts';
import type { FormatClock } from './durations.ts';
import { asideSentence, moments } from './strings.ts';
import type { MyOffer, MyTicket } from './views.ts';

export interface OfferView {
  readonly offer: MyOffer;
  /** Never below 0. */
  readonly leftMs: number;
  readonly sentences: readonly string[];
  readonly claim: AgentAction;
  readonly decline: AgentAction;
  readonly defer: AgentAction;
  readonly leave: AgentAction;
}

export interface TicketView {
  readonly ticket: MyTicket;
  /** Place, people ahead and the expected wait; or why it steps aside. */
  readonly sentence: string;
  readonly leave: AgentAction;
  /** null: it steps aside already. */
  readonly defer: AgentAction | null;
  /** Ends a "not now", or waits at once instead of at the booked time; null: it waits. */
  readonly back: AgentAction | null;
}

export function viewOffer(
  state: AgentState,
  offer: MyOffer,
  nowMs: number,
  formatClock: FormatClock,
): OfferView {
  const { offerId, ticketId, productName } = offer;
  const ticket = state.mine.tickets.find((candidate) => candidate.ticketId === ticketId);
  const first =
    offer.strength === 'hard' ? moments.yourTurn(formatClock(offer.untilMs, nowMs)) : moments.yourTurnSoft();
  const second = ticket ? [moments.ifMissed(ticket.maximumMissedOffers - ticket.missedOffers)] : [];
  return {
    offer,
    leftMs: Math.max(0, offer.untilMs - nowMs),
    sentences: [first, ...second],
    claim: { type: 'claim', offerId, productName, press: pressOf(state, 'claim', offerId, nowMs) },
    decline: { type: 'decline', offerId, productName, press: pressOf(state, 'decline', offerId, nowMs) },
    defer: deferAction(state, offer, nowMs),
    leave: { type: 'leave', ticketId, productName, press: pressOf(state, 'leave', ticketId, nowMs) },
  };
}

export function viewTicket(
  state: AgentState,
  ticket: MyTicket,
  nowMs: number,
  formatClock: FormatClock,
): TicketView {
  const { ticketId, productId, productName, aside } = ticket;
  const press = pressOf(state, 'leave', ticketId, nowMs);
  const isLater = aside?.because === 'deferred' || aside?.because === 'booked';
  return {
    ticket,
    sentence: aside
      ? asideSentence(aside.because, aside.untilMs === null ? null : formatClock(aside.untilMs, nowMs))
      : waitingSentence(ticket, nowMs, formatClock),
    leave: { type: 'leave', ticketId, productName, press },
    defer: aside ? null : deferAction(state, ticket, nowMs),
    back: isLater ? queueAction(state, productId, productName, nowMs) : null,
  };
}

function waitingSentence(
  { place, peopleAhead, expectedWait, fairShareClasses }: MyTicket,
  nowMs: number,
  formatClock: FormatClock,
): string {
  const clock = (instantMs: number) => formatClock(instantMs, nowMs);
  const sentences = [moments.queued(place)];
  if (peopleAhead !== null && place > 1) sentences.push(moments.peopleAhead(peopleAhead));
  if (expectedWait) {
    const { p50AtMs, p90AtMs } = expectedWait;
    sentences.push(moments.expectedWait(clock(p50AtMs), p90AtMs === null ? null : clock(p90AtMs)));
  }
  if (fairShareClasses > 0) sentences.push(moments.fairShare(fairShareClasses));
  return sentences.join(' ');
}
