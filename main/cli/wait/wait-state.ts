/**
 * What `usher wait` does next, from what the agent host says: pure. Asking, holding and running are wait.ts.
 *
 * | what it sees | what it does |
 * |---|---|
 * | no contact | waits, and says since when |
 * | nobody counts the product | holds at once: the command runs uncounted |
 * | an offer | holds: the session's start claims it |
 * | a ticket | waits, and says its place |
 * | neither | queues |
 */
import type { AgentState } from '../../../shared/agent-api.ts';

export type WaitStep =
  | { readonly do: 'wait'; readonly because: 'no-contact' }
  | { readonly do: 'wait'; readonly because: 'queued'; readonly ticketId: string; readonly place: number }
  | { readonly do: 'queue' }
  | { readonly do: 'hold'; readonly because: 'offered' | 'not-counted' }
  | { readonly do: 'give-up'; readonly code: 'REFUSED'; readonly message: string };

export function nextWaitStep(state: AgentState, productId: string): WaitStep {
  const { connection, pools, mine } = state;
  if (connection.state === 'refused') return { do: 'give-up', code: 'REFUSED', message: connection.message };
  if (connection.state !== 'online' || pools === null) return { do: 'wait', because: 'no-contact' };
  const product = pools.products.find((candidate) => candidate.productId === productId);
  if (!product || product.poolIds.length === 0) return { do: 'hold', because: 'not-counted' };
  if (mine.offers.some((offer) => offer.productId === productId)) return { do: 'hold', because: 'offered' };
  const ticket = mine.tickets.find((candidate) => candidate.productId === productId);
  if (ticket) return { do: 'wait', because: 'queued', ticketId: ticket.ticketId, place: ticket.place };
  return { do: 'queue' };
}

/** How the seat of a hold came out; null: the server has not said yet. */
export function holdResult(state: AgentState, sessionId: string): 'held' | 'missed' | 'not-counted' | null {
  const seat = state.sessions.find((session) => session.sessionId === sessionId)?.seat;
  if (!seat) return null;
  return seat.state === 'overage' ? 'missed' : seat.state;
}
