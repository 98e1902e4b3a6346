/** Managed pools: a license manager is the truth, Usher observes its checkouts and promises nothing. Pure. */
import type { ProductId, Take, UserId } from '../../../shared/domain.ts';
import { failure } from '../../../shared/outcome.ts';
import type { ObservedCheckout } from '../commands.ts';
import type { LedgerEvent } from '../events.ts';
import { admittanceOf, isDenied } from '../rights.ts';
import { alternativesOf, isManaged, poolIdsOfAlternatives, ticketOf } from '../seats.ts';
import type { Checkout, LedgerState, Pool, Session } from '../state.ts';
import { type CommandOf, type Decided, type DecisionContext, decided } from './decision.ts';
import { unseatEvent } from './lease.ts';
import { newcomersRank } from './priority.ts';
import { endTicketEvents, queueEvent } from './ticket.ts';
import { isAvailable, turnIn } from './turn.ts';

/** [L62] [L64] A known checkout is matched, else an application fills in until the next good poll; a hold waits. */
export function requestManaged(
  state: LedgerState,
  session: Session,
  context: DecisionContext,
): LedgerEvent[] {
  const { sessionId, userId, productId, origin } = session;
  const ways = alternativesOf(state, productId);
  const poolIds = poolIdsOfAlternatives(ways);
  for (const poolId of poolIds) {
    const pool = state.pools.get(poolId);
    const checkout = pool && [...pool.checkouts.values()].find((one) => isMatch(one, session));
    if (checkout) return [matchEvent(session, poolId, checkout)];
  }
  const ticket = ticketOf(state, userId, productId);
  if (ticket?.offerId) return [{ kind: 'session-presumed', sessionId, userId, productId, takes: [] }];
  const { keepers } = turnIn(state, poolIds, newcomersRank(state, userId, productId, 'start'));
  const isOpen = (take: Take) => isAvailable(state, take, [], keepers) && !isDenied(state, take, userId);
  const free = ways.find((takes) => takes.every(isOpen));
  const takes = free ?? (origin === 'application' ? ways[0] : undefined);
  if (takes) return [{ kind: 'session-presumed', sessionId, userId, productId, takes }];
  const waits: LedgerEvent[] = [unseatEvent(state, session, 'overage')];
  const isWaiting = ticket !== undefined || !admittanceOf(state, userId, productId).ok;
  return isWaiting ? waits : [...waits, queueEvent(state, userId, productId, 'hold', context)];
}

function isMatch(checkout: Checkout | ObservedCheckout, session: Session): boolean {
  if ('sessionId' in checkout && checkout.sessionId !== null) return false;
  if (checkout.userId !== session.userId) return false;
  return checkout.workstationId === null || checkout.workstationId === session.workstationId;
}

function matchEvent(session: Session, poolId: string, { checkoutId }: ObservedCheckout): LedgerEvent {
  const { sessionId, userId, productId } = session;
  return { kind: 'session-matched', sessionId, userId, productId, poolId, checkoutId };
}

/** [L60] A whole snapshot against what is known; only what changed is recorded. */
export function checkoutsObserved(state: LedgerState, command: CommandOf<'checkouts-observed'>): Decided {
  const found = managedPool(state, command.poolId);
  if (!found.ok) return found;
  const { pool } = found;
  if (isOlder(pool, command.observedAtMs)) {
    return failure('STALE', 'A newer reading of this license manager is already recorded.');
  }
  const observed = new Map(command.checkouts.map((checkout) => [checkout.checkoutId, checkout]));
  const gone = [...pool.checkouts.values()].filter((known) => !isSame(known, observed.get(known.checkoutId)));
  const appeared = [...observed.values()].filter((now) => !isSame(now, pool.checkouts.get(now.checkoutId)));
  const presumed = presumedBefore(state, pool, command.observedAtMs);
  const isNews =
    pool.observation?.state !== 'known' ||
    pool.observation.pollEveryMs !== command.pollEveryMs ||
    (command.capacity !== null && command.capacity !== pool.observedCapacity) ||
    gone.length + appeared.length + presumed.length > 0;
  if (!isNews) return decided([]);
  const { poolId, observedAtMs, pollEveryMs, capacity } = command;
  return decided([
    { kind: 'pool-observed', poolId, observedAtMs, pollEveryMs, capacity },
    ...gone.flatMap((checkout) => goneEvents(state, poolId, checkout)),
    ...appeared.map((checkout): LedgerEvent => ({ kind: 'checkout-appeared', poolId, checkout })),
    ...matchingEvents(state, pool, appeared, gone, presumed),
  ]);
}

function isOlder(pool: Pool, observedAtMs: number): boolean {
  const { observation } = pool;
  const newestMs = observation?.state === 'known' ? observation.atMs : (observation?.lastAtMs ?? null);
  return newestMs !== null && observedAtMs < newestMs;
}

function isSame(a: ObservedCheckout, b: ObservedCheckout | undefined): boolean {
  if (!b) return false;
  return a.units === b.units && a.userId === b.userId && a.workstationId === b.workstationId;
}

function goneEvents(state: LedgerState, poolId: string, checkout: Checkout): LedgerEvent[] {
  const gone: LedgerEvent = { kind: 'checkout-gone', poolId, checkoutId: checkout.checkoutId };
  const session = checkout.sessionId === null ? undefined : state.sessions.get(checkout.sessionId);
  return session ? [unseatEvent(state, session, 'overage'), gone] : [gone];
}

/** Sessions of this pool's products that were believed to hold a seat before the reading was taken. */
function presumedBefore(state: LedgerState, pool: Pool, observedAtMs: number): Session[] {
  return sessionsOfPool(state, pool).filter(
    ({ seat }) => seat.state === 'presumed' && seat.sinceMs < observedAtMs,
  );
}

function sessionsOfPool(state: LedgerState, pool: Pool): Session[] {
  return [...pool.productIds].flatMap((productId) =>
    [...(state.sessionIdsByProduct.get(productId) ?? [])].flatMap((id) => state.sessions.get(id) ?? []),
  );
}

/** [L62] [L63] Each new checkout finds its session and ends its owner's soft offer; who is left over has no seat. */
function matchingEvents(
  state: LedgerState,
  pool: Pool,
  appeared: readonly ObservedCheckout[],
  gone: readonly Checkout[],
  presumed: readonly Session[],
): LedgerEvent[] {
  const events: LedgerEvent[] = [];
  const left = new Set(gone.flatMap((checkout) => checkout.sessionId ?? []));
  const open = new Set(sessionsOfPool(state, pool).filter((session) => isUnmatched(session, left)));
  const served = new Set<string>();
  for (const checkout of appeared) {
    if (checkout.userId === null) continue;
    for (const event of claimedSoftOffers(state, pool, checkout.userId, served)) events.push(event);
    const session = [...open].find((candidate) => isMatch(checkout, candidate));
    if (!session) continue;
    open.delete(session);
    events.push(matchEvent(session, pool.poolId, checkout));
  }
  for (const session of presumed) {
    if (open.has(session)) events.push(unseatEvent(state, session, 'overage'));
  }
  return events;
}

/** `left`: sessions whose checkout went in this very reading. */
function isUnmatched({ sessionId, seat }: Session, left: ReadonlySet<string>): boolean {
  return seat.state === 'presumed' || seat.state === 'overage' || left.has(sessionId);
}

/** `served` takes the tickets that already ended in this decision. */
function claimedSoftOffers(
  state: LedgerState,
  pool: Pool,
  userId: UserId,
  served: Set<string>,
): LedgerEvent[] {
  const productId = [...pool.productIds].find((id: ProductId) => {
    const ticket = ticketOf(state, userId, id);
    return ticket !== undefined && !served.has(ticket.ticketId) && hasOfferOn(state, pool, ticket.offerId);
  });
  const ticket = productId === undefined ? undefined : ticketOf(state, userId, productId);
  if (!ticket) return [];
  served.add(ticket.ticketId);
  return endTicketEvents(state, ticket, 'claimed', 'claimed', null);
}

function hasOfferOn(state: LedgerState, pool: Pool, offerId: string | null): boolean {
  return offerId !== null && state.offers.has(offerId) && pool.offerIds.has(offerId);
}

/** [L61] Unknown is not zero: the last numbers stay, but nothing of them is free. */
export function pollFailed(state: LedgerState, command: CommandOf<'poll-failed'>): Decided {
  const found = managedPool(state, command.poolId);
  if (!found.ok) return found;
  if (found.pool.observation?.state === 'unknown') return decided([]);
  const { poolId, failedAtMs } = command;
  return decided([{ kind: 'pool-unreadable', poolId, sinceMs: failedAtMs }]);
}

function managedPool(state: LedgerState, poolId: string) {
  const pool = state.pools.get(poolId);
  if (!pool) return failure('POOL_UNKNOWN', `There is no pool ${poolId}.`);
  if (!isManaged(pool)) return failure('NOT_MANAGED', `Usher itself counts the pool ${poolId}.`);
  return { ok: true as const, pool };
}
