/**
 * Where a waiting ticket stands: what its owner may use of the product, and whether it steps aside. Pure; computed from
 * the state alone, so that it follows from recorded events.
 */
import type { Alternative } from '../../shared/domain.ts';
import { capRoom } from './allocation.ts';
import { compareRank, type LineEntry } from './line.ts';
import { isBeyondLimit, isDenied, shareGroupsOf } from './rights.ts';
import { sessionsOf } from './seats.ts';
import type { LedgerState, Product, Standing, Ticket } from './state.ts';

/** The key of the line in which everybody stands where no pool makes differences. */
export const PLAIN = '';

/** Why a ticket steps aside [L128] [L140] [L141] [L142]: it keeps its place, and nothing is kept or offered for it. */
export type AsideReason = 'deferred' | 'booked' | 'quiet' | 'limit' | 'cap' | 'closed' | 'denied';

/** null: the ticket steps aside. A cap and a closed pool concern a whole line: room.ts asks for them at each turn. */
export function standingOf(state: LedgerState, product: Product, ticket: Ticket): Standing | null {
  if (ticket.later !== null) return null;
  const { alternatives } = product;
  if (isPlain(state, product)) return plainStanding(alternatives);
  const open = alternatives.flatMap((takes, index) => (isOpenTo(state, takes, ticket) ? [index] : []));
  if (open.length === 0) return null;
  const groupIds = shareGroupsOf(state, product, ticket.userId);
  if (groupIds.length === 0 && open.length === alternatives.length) return plainStanding(alternatives);
  const ways = open.flatMap((index) => [alternatives[index] ?? []]);
  return { key: JSON.stringify([groupIds, open]), groupIds, ways };
}

function plainStanding(ways: readonly Alternative[]): Standing {
  return { key: PLAIN, groupIds: [], ways };
}

/** No pool of the product tells people apart. */
function isPlain(state: LedgerState, product: Product): boolean {
  for (const takes of product.alternatives) {
    for (const { poolId } of takes) {
      const pool = state.pools.get(poolId);
      if (pool && (pool.usage !== null || pool.denials !== null || pool.isQuiet)) return false;
    }
  }
  return true;
}

/** Neither a deny list nor the limit per person nor quiet hours close this way. */
function isOpenTo(state: LedgerState, takes: Alternative, ticket: Ticket): boolean {
  const { userId } = ticket;
  if (takes.some((take) => isDenied(state, take, userId) || isBeyondLimit(state, take, userId))) return false;
  return !isTooQuiet(state, takes, ticket);
}

/** [L141] An offer would have to be answered by a person: none of their sessions would claim it by itself. */
function isTooQuiet(state: LedgerState, takes: Alternative, { userId, productId }: Ticket): boolean {
  if (!takes.some(({ poolId }) => state.pools.get(poolId)?.isQuiet)) return false;
  return !sessionsOf(state, userId, productId).some(({ seat }) => seat.state === 'overage');
}

/** Why it steps aside; empty: it does not. For views. */
export function asideReasonsOf(state: LedgerState, ticket: Ticket): AsideReason[] {
  if (ticket.later !== null) return [ticket.later.because];
  const product = state.products.get(ticket.productId);
  if (!product) return [];
  const groupIds = shareGroupsOf(state, product, ticket.userId);
  const reasons = product.alternatives.map((takes) => whyClosed(state, takes, ticket, groupIds));
  return [...new Set(reasons.some((reason) => reason === null) ? [] : reasons)].flatMap(
    (reason) => reason ?? [],
  );
}

function whyClosed(
  state: LedgerState,
  takes: Alternative,
  ticket: Ticket,
  groupIds: readonly string[],
): AsideReason | null {
  const { userId } = ticket;
  if (takes.some((take) => isDenied(state, take, userId))) return 'denied';
  if (takes.some(({ poolId }) => state.pools.get(poolId)?.settings.admission !== 'open')) return 'closed';
  if (takes.some((take) => isBeyondLimit(state, take, userId))) return 'limit';
  const isCapped = takes.some(({ poolId, units }) => {
    const usage = state.pools.get(poolId)?.usage;
    return usage !== null && usage !== undefined && capRoom(usage, groupIds) < units;
  });
  if (isCapped) return 'cap';
  return isTooQuiet(state, takes, ticket) ? 'quiet' : null;
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
