/** What follows from an admin's new rules: offers and tickets that nobody may have any more, holds that may wait again. Pure. */
import type { PoolId, ProductId } from '../../../shared/domain.ts';
import type { LedgerEvent } from '../events.ts';
import { admittanceOf, denialOf, firstDenial } from '../rights.ts';
import { ticketOf } from '../seats.ts';
import type { LedgerState, Pool, Product } from '../state.ts';
import { type DecisionContext, isSessionLive } from './decision.ts';
import { endTicketEvents, offerEndedEvent, queueEvent } from './ticket.ts';

/** [L127] [L131] One step; empty: nothing more follows. Grows with the pools' queues, so only after an admin's change. */
export function outlawedEvents(
  state: LedgerState,
  poolIds: Iterable<PoolId>,
  context: DecisionContext,
): LedgerEvent[] {
  for (const poolId of poolIds) {
    const pool = state.pools.get(poolId);
    if (!pool) continue;
    const withdrawn = withdrawnOffers(state, pool);
    if (withdrawn.length > 0) return withdrawn;
    for (const productId of pool.productIds) {
      const product = state.products.get(productId);
      const events = product
        ? [...deniedTickets(state, product), ...holdsAgain(state, productId, context)]
        : [];
      if (events.length > 0) return events;
    }
  }
  return [];
}

/** [L131] All of a draining pool, [L127] and those to people whom it denies. Their tickets keep their places. */
function withdrawnOffers(state: LedgerState, pool: Pool): LedgerEvent[] {
  const isDraining = pool.settings.admission === 'draining';
  if (!isDraining && pool.denials === null) return [];
  return [...pool.offerIds].flatMap((offerId) => {
    const offer = state.offers.get(offerId);
    if (!offer || !(isDraining || denialOf(state, pool, offer.userId))) return [];
    return [offerEndedEvent(offer, 'withdrawn')];
  });
}

/** [L127] Tickets for which every way is denied. They stepped aside already. */
function deniedTickets(state: LedgerState, { asideIds, alternatives }: Product): LedgerEvent[] {
  return [...asideIds].flatMap((ticketId) => {
    const ticket = state.tickets.get(ticketId);
    if (!ticket) return [];
    const rules = alternatives.map((takes) => firstDenial(state, takes, ticket.userId));
    const [rule] = rules;
    if (!rule || rules.includes(null)) return [];
    return endTicketEvents(state, ticket, 'admin', 'admin', rule.reason);
  });
}

/** [L8] A hold that was denied because nobody might queue waits once they may; one of them in each step. */
function holdsAgain(state: LedgerState, productId: ProductId, context: DecisionContext): LedgerEvent[] {
  for (const sessionId of state.sessionIdsByProduct.get(productId) ?? []) {
    const session = state.sessions.get(sessionId);
    if (session?.origin !== 'hold' || session.seat.state !== 'overage' || !session.seat.denial) continue;
    const { userId } = session;
    if (ticketOf(state, userId, productId) || !isSessionLive(state, sessionId, context)) continue;
    if (!admittanceOf(state, userId, productId).ok) continue;
    return [queueEvent(state, userId, productId, 'hold', context)];
  }
  return [];
}
