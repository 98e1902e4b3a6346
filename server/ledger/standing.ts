/**
 * Where a waiting ticket stands: what its owner may use of the product, and whether it steps aside. Pure; computed from
 * the state alone, so that it follows from recorded events.
 */
import type { Alternative } from '../../shared/domain.ts';
import { compareRank, type LineEntry } from './line.ts';
import type { LedgerState, Product, Standing, Ticket } from './state.ts';

/** The key of the line in which everybody stands where no pool makes differences. */
export const PLAIN = '';

/** Why a ticket steps aside [L128] [L140] [L141] [L142]: it keeps its place, and nothing is kept or offered for it. */
export type AsideReason = 'deferred' | 'booked';

/** null: the ticket steps aside. */
export function standingOf(_state: LedgerState, product: Product, ticket: Ticket): Standing | null {
  if (ticket.later !== null) return null;
  return plainStanding(product.alternatives);
}

function plainStanding(ways: readonly Alternative[]): Standing {
  return { key: PLAIN, groupIds: [], ways };
}

/** Why it steps aside; empty: it does not. For views. */
export function asideReasonsOf(_state: LedgerState, ticket: Ticket): AsideReason[] {
  return ticket.later === null ? [] : [ticket.later.because];
}

/** Nobody waits for the product without an offer, aside included. */
export function isQueueEmpty({ lines, asideIds }: Product): boolean {
  if (asideIds.size > 0) return false;
  for (const { line } of lines.values()) if (line.size > 0) return false;
  return true;
}

/** Everybody who stands in a line of the product, by rank; not those aside. Grows with the queue. */
export function entriesOf(product: Product): LineEntry[] {
  return [...product.lines.values()].flatMap(({ line }) => line.entries()).sort(compareRank);
}

/** Everybody who waits for the product without an offer, in no order. */
export function* waitingIds({ lines, asideIds }: Product): Generator<string> {
  for (const { line } of lines.values()) for (const { ticketId } of line.entries()) yield ticketId;
  yield* asideIds;
}
