/**
 * What follows by itself from a state: the next offer, the next rise, sessions that can share a new seat, holds that
 * wait again. One small step at a time, so that each looks at the state that the one before it left. Pure.
 */
import type { HandoverId, PoolId, ProductId, UserId } from '../../../shared/domain.ts';
import type { LedgerEvent } from '../events.ts';
import { admittanceOf } from '../rights.ts';
import { isLineAside } from '../room.ts';
import { agingAfterServedOf, alternativesOf, sessionsOf, ticketOf } from '../seats.ts';
import type { LedgerState } from '../state.ts';
import { type DecisionContext, isSessionLive } from './decision.ts';
import { settledHandover } from './handover.ts';
import { makeOffer } from './offer.ts';
import { outlawedEvents } from './outlaw.ts';
import { freeRide, seatEvents } from './placement.ts';
import { servedEvents } from './request.ts';
import { queueEvent } from './ticket.ts';
import { turnIn } from './turn.ts';

/** What the decision has changed so far. */
export interface Changed {
  readonly poolIds: ReadonlySet<PoolId>;
  /** Who got a seat or lost a ticket, and of which product. */
  readonly people: readonly { readonly userId: UserId; readonly productId: ProductId }[];
  /** Those of them whose rules for people an admin changed. */
  readonly ruledPoolIds: ReadonlySet<PoolId>;
  /** Requests whose lease ended, or whose asker may need no seat any more. */
  readonly handoverIds: ReadonlySet<HandoverId>;
}

/** @returns the events of one step; empty: nothing more follows */
export function followUp(state: LedgerState, changed: Changed, context: DecisionContext): LedgerEvent[] {
  const outlawed = outlawedEvents(state, changed.ruledPoolIds, context);
  if (outlawed.length > 0) return outlawed;
  const rise = nextRise(state, changed.poolIds);
  if (rise) return [rise];
  const { next } = turnIn(state, changed.poolIds);
  if (next) return makeOffer(state, next, context);
  for (const person of changed.people) {
    const events = shareSeat(state, person, context) ?? waitAgain(state, person, context);
    if (events) return events;
  }
  return settledHandovers(state, changed.handoverIds);
}

/** [L149] */
function settledHandovers(state: LedgerState, handoverIds: Iterable<HandoverId>): LedgerEvent[] {
  for (const handoverId of handoverIds) {
    const ended = settledHandover(state, handoverId);
    if (ended) return [ended];
  }
  return [];
}

/** [L22] [L128] Who was overtaken often enough and is not aside rises, before anybody else is served. */
function nextRise(state: LedgerState, poolIds: Iterable<PoolId>): LedgerEvent | undefined {
  for (const poolId of poolIds) {
    for (const productId of state.pools.get(poolId)?.productIds ?? []) {
      for (const { standing, line } of state.products.get(productId)?.lines.values() ?? []) {
        if (line.size === 0) continue;
        const due = line.due(agingAfterServedOf(state, productId));
        const ticket = due && state.tickets.get(due.ticketId);
        if (!ticket || isLineAside(state, standing)) continue;
        return { kind: 'ticket-rose', ticketId: ticket.ticketId, userId: ticket.userId, productId };
      }
    }
  }
  return undefined;
}

/** [L12] Other sessions of somebody who just got a seat sit down on it, where the counting rule lets them. */
function shareSeat(
  state: LedgerState,
  { userId, productId }: Changed['people'][number],
  context: DecisionContext,
): LedgerEvent[] | undefined {
  for (const session of sessionsOf(state, userId, productId)) {
    if (session.seat.state !== 'overage' || !isSessionLive(state, session.sessionId, context)) continue;
    const parts = freeRide(state, session, alternativesOf(state, productId));
    if (!parts) continue;
    return [...seatEvents(state, session, parts, 'request', context), ...servedEvents(state, session)];
  }
  return undefined;
}

/** [L37] A second hold of the same person keeps waiting after the first one got the seat. */
function waitAgain(
  state: LedgerState,
  { userId, productId }: Changed['people'][number],
  context: DecisionContext,
): LedgerEvent[] | undefined {
  if (alternativesOf(state, productId).length === 0 || ticketOf(state, userId, productId)) return undefined;
  const isWaiting = sessionsOf(state, userId, productId).some(
    ({ origin, seat, sessionId }) =>
      origin === 'hold' && seat.state === 'overage' && isSessionLive(state, sessionId, context),
  );
  const mayQueue = isWaiting && admittanceOf(state, userId, productId).ok;
  return mayQueue ? [queueEvent(state, userId, productId, 'hold', context)] : undefined;
}
