/** Who waits in a pool and at which place. For views and pushes: grows with the queue, so no decision uses it. */
import type { PoolId } from '../../shared/domain.ts';
import { compareRank } from './line.ts';
import type { LedgerState, Ticket } from './state.ts';

/** Class in which a ticket stands now: it entered lower and may have risen. */
export function rankOf(ticket: Ticket): { rankClass: number; sequence: number } {
  return { rankClass: Math.max(0, ticket.priorityClass - ticket.rises), sequence: ticket.sequence };
}

/** All tickets of a pool's products by rank, those with an open offer at the place they had. */
export function rankedWaiting(state: LedgerState, poolId: PoolId): Ticket[] {
  const pool = state.pools.get(poolId);
  if (!pool) return [];
  const tickets: Ticket[] = [];
  for (const productId of pool.productIds) {
    for (const { ticketId } of state.products.get(productId)?.line.entries() ?? []) {
      const ticket = state.tickets.get(ticketId);
      if (ticket) tickets.push(ticket);
    }
  }
  for (const offerId of pool.offerIds) {
    const ticket = state.tickets.get(state.offers.get(offerId)?.ticketId ?? '');
    if (ticket) tickets.push(ticket);
  }
  return tickets.sort((a, b) => compareRank(rankOf(a), rankOf(b)));
}
