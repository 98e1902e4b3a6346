/**
 * Who waits in a pool and at which place. For views and pushes: grows with the queue, so no decision uses it. The order
 * is found once for each change of a pool, however many people ask for their place.
 */
import type { PoolId } from '../../shared/domain.ts';
import { compareRank } from './line.ts';
import { waitingIds } from './standing.ts';
import type { LedgerState, Pool, Ticket } from './state.ts';

/** Class in which a ticket stands now: it entered lower and may have risen. */
export function rankOf(ticket: Ticket): { rankClass: number; sequence: number } {
  return { rankClass: Math.max(0, ticket.priorityClass - ticket.rises), sequence: ticket.sequence };
}

/** Kept with the pool itself, so that it goes with it. A pool's revision grows with every change of its queue. */
const rankings = new WeakMap<Pool, { readonly revision: number; readonly tickets: readonly Ticket[] }>();

/** All tickets of a pool's products by rank; those aside and those with an open offer at the place they have. */
export function rankedWaiting(state: LedgerState, poolId: PoolId): readonly Ticket[] {
  const pool = state.pools.get(poolId);
  if (!pool) return [];
  const known = rankings.get(pool);
  if (known?.revision === pool.revision) return known.tickets;
  const tickets = rank(state, pool);
  rankings.set(pool, { revision: pool.revision, tickets });
  return tickets;
}

function rank(state: LedgerState, pool: Pool): Ticket[] {
  const tickets: Ticket[] = [];
  for (const productId of pool.productIds) {
    const product = state.products.get(productId);
    for (const ticketId of product ? waitingIds(product) : []) {
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

/** How many tickets of a pool go before this one, which need not wait there itself. */
export function countAhead(state: LedgerState, poolId: PoolId, ticket: Ticket): number {
  const tickets = rankedWaiting(state, poolId);
  const rank = rankOf(ticket);
  let low = 0;
  let high = tickets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = tickets[middle];
    if (other && compareRank(rankOf(other), rank) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
