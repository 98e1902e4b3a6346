/** What the ledger's state looks like to people: pure, computed anew each time, never kept. */
import type { Contact } from '../../shared/contact.ts';
import type { LeaseId, PoolId, ProductId, SessionId, UserId, WorkstationId } from '../../shared/domain.ts';
import type {
  HolderView,
  Mine,
  PoolView,
  ProductView,
  QueueEntryView,
  SeatCount,
  SessionSeat,
} from '../../shared/views.ts';
import { compareRank } from './line.ts';
import { freeUnits, maximumMissedOffersOf, poolIdsOfProduct } from './seats.ts';
import type { Lease, LedgerState, Pool, Session, Ticket } from './state.ts';
import { rankedWaiting, rankOf } from './waiting.ts';

/** Names and what the agents last said: what the ledger does not know. */
export interface NameBook {
  userName(userId: UserId): string;
  isSimulated(userId: UserId): boolean;
  /** As colleagues may see it; null: there is none, or it is hidden. */
  contactOf(userId: UserId): Contact | null;
  workstationName(workstationId: WorkstationId): string;
  productName(productId: ProductId): string;
  /** null: the agent has not said yet. */
  activityOf(sessionId: SessionId): HolderView['activity'];
}

/** What a view needs beside the state. */
export interface ViewContext {
  readonly names: NameBook;
  readonly nowMs: number;
  /** Ledger.isLive. Sessions without a seat that fell silent are not shown as running. */
  isLive(sessionId: SessionId): boolean;
}

/** How long a notice is worth showing. */
const NOTICE_SHOWN_MS = 24 * 60 * 60_000;

/** One pool with holders (seats first, then overage, each by since), queue with places, and counts. Null: no such pool. */
export function poolView(state: LedgerState, poolId: PoolId, context: ViewContext): PoolView | null {
  const pool = state.pools.get(poolId);
  if (!pool) return null;
  return {
    poolId,
    name: pool.settings.name,
    kind: pool.settings.kind,
    enforcement: pool.settings.enforcement,
    productIds: [...pool.productIds],
    seats: seatCount(pool),
    holders: [...leaseHolders(state, pool, context), ...otherHolders(state, pool, context)].sort(
      (a, b) => Number(a.seat === 'overage') - Number(b.seat === 'overage') || a.sinceMs - b.sinceMs,
    ),
    queue: queueEntries(state, pool, context),
    revision: pool.revision,
  };
}

/** All pools by name. */
export function poolViews(state: LedgerState, context: ViewContext): PoolView[] {
  return [...state.pools.keys()]
    .flatMap((poolId) => poolView(state, poolId, context) ?? [])
    .sort((a, b) => a.name.localeCompare(b.name) || (a.poolId < b.poolId ? -1 : 1));
}

/** Products that a pool counts. */
export function productViews(state: LedgerState, names: NameBook): ProductView[] {
  return [...state.products.values()].map((product) => ({
    productId: product.productId,
    name: names.productName(product.productId),
    poolIds: [...poolIdsOfProduct(product)],
  }));
}

/** [L61] Unknown is not zero. */
function seatCount(pool: Pool): SeatCount {
  const capacity = Math.max(0, pool.effectiveCapacity);
  if (pool.observation?.state === 'unknown') {
    return { state: 'unknown', sinceMs: pool.observation.sinceMs, capacity };
  }
  const inUse = pool.leasedUnits + pool.checkoutUnits + pool.presumedUnits;
  const free = Math.max(0, freeUnits(pool));
  return { state: 'known', capacity, inUse, offered: pool.offeredUnits, free };
}

function leaseHolders(state: LedgerState, pool: Pool, context: ViewContext): HolderView[] {
  return [...pool.leaseIds].flatMap((leaseId) => {
    const lease = state.leases.get(leaseId);
    if (!lease) return [];
    if (lease.use.state === 'awaited') return [awaitedHolder(lease, context)];
    return [...lease.use.sessionIds].flatMap((sessionId) => {
      const session = state.sessions.get(sessionId);
      return session ? [holder(session, 'held', lease.units, lease.leaseId, context)] : [];
    });
  });
}

/** A seat that was claimed by button and waits for its application: shown under the lease's own id. */
function awaitedHolder(lease: Lease, { names }: ViewContext): HolderView {
  const { leaseId, userId, workstationId, productId, units, grantedAtMs } = lease;
  return {
    sessionId: leaseId,
    leaseId,
    seat: 'held',
    userId,
    userName: names.userName(userId),
    workstationId,
    workstationName: names.workstationName(workstationId),
    productId,
    productName: names.productName(productId),
    units,
    sinceMs: grantedAtMs,
    activity: null,
    simulated: names.isSimulated(userId),
  };
}

/** Sessions without a lease: those that a license manager serves, and those that run without a seat. */
function otherHolders(state: LedgerState, pool: Pool, context: ViewContext): HolderView[] {
  const holders: HolderView[] = [];
  for (const productId of pool.productIds) {
    for (const sessionId of state.sessionIdsByProduct.get(productId) ?? []) {
      const session = state.sessions.get(sessionId);
      const units = session && unitsWithoutLease(session, pool);
      if (!session || units === null || units === undefined) continue;
      const isOverage = session.seat.state === 'overage';
      if (isOverage && (session.origin === 'hold' || !context.isLive(sessionId))) continue;
      holders.push(holder(session, isOverage ? 'overage' : 'held', units, null, context));
    }
  }
  return holders;
}

/** null: this session is not among the pool's users. */
function unitsWithoutLease({ seat }: Session, pool: Pool): number | null {
  if (seat.state === 'overage') return 0;
  if (seat.state === 'matched' && seat.poolId === pool.poolId) {
    return pool.checkouts.get(seat.checkoutId)?.units ?? 0;
  }
  if (seat.state !== 'presumed') return null;
  return seat.takes.find((take) => take.poolId === pool.poolId)?.units ?? null;
}

function holder(
  session: Session,
  seat: 'held' | 'overage',
  units: number,
  leaseId: string | null,
  { names }: ViewContext,
): HolderView {
  const { sessionId, userId, workstationId, productId, startedAtMs } = session;
  return {
    sessionId,
    leaseId,
    seat,
    userId,
    userName: names.userName(userId),
    workstationId,
    workstationName: names.workstationName(workstationId),
    productId,
    productName: names.productName(productId),
    units,
    sinceMs: seat === 'held' && 'sinceMs' in session.seat ? session.seat.sinceMs : startedAtMs,
    activity: names.activityOf(sessionId),
    simulated: names.isSimulated(userId),
  };
}

function queueEntries(state: LedgerState, pool: Pool, { names }: ViewContext): QueueEntryView[] {
  return rankedWaiting(state, pool.poolId).map((ticket, index) => ({
    ticketId: ticket.ticketId,
    userId: ticket.userId,
    userName: names.userName(ticket.userId),
    productId: ticket.productId,
    productName: names.productName(ticket.productId),
    place: index + 1,
    sinceMs: ticket.queuedAtMs,
    offeredUntilMs: (ticket.offerId && state.offers.get(ticket.offerId)?.untilMs) || null,
    simulated: names.isSimulated(ticket.userId),
  }));
}

/**
 * Everything about one person for one of their agents. `isMySession` says which sessions are that agent's;
 * tickets, offers and notices are the person's on every machine.
 */
export function mineView(
  state: LedgerState,
  userId: UserId,
  isMySession: (session: { workstationId: WorkstationId; loginSessionId: string }) => boolean,
  context: ViewContext,
): Mine {
  const user = state.users.get(userId);
  const sessions = [...(user?.sessionIds ?? [])]
    .flatMap((sessionId) => state.sessions.get(sessionId) ?? [])
    .filter(isMySession);
  const tickets = [...(user?.ticketIdByProduct.values() ?? [])].flatMap((id) => state.tickets.get(id) ?? []);
  const { names, nowMs } = context;
  return {
    seats: [
      ...sessions.map((session) => ({ sessionId: session.sessionId, seat: sessionSeat(session) })),
      ...[...(user?.awaitedLeaseIds ?? [])].flatMap((leaseId) => awaitedSeat(state, leaseId)),
    ],
    tickets: tickets.map((ticket) => ({
      ticketId: ticket.ticketId,
      productId: ticket.productId,
      productName: names.productName(ticket.productId),
      place: placeOf(state, ticket),
      sinceMs: ticket.queuedAtMs,
      missedOffers: ticket.missedOffers,
      maximumMissedOffers: maximumMissedOffersOf(state, ticket.productId),
    })),
    offers: tickets.flatMap((ticket) => myOffers(state, ticket, names)),
    denials: sessions.flatMap((session) => myDenials(state, session, names)),
    notices: (user?.notices ?? [])
      .filter((notice) => nowMs - notice.atMs < NOTICE_SHOWN_MS)
      .map((notice) => ({ ...notice, productName: names.productName(notice.productId) })),
  };
}

/** [L43] As in the pool's view, a seat that waits for its application stands under the lease's own id. */
function awaitedSeat(state: LedgerState, leaseId: LeaseId): Mine['seats'] {
  const lease = state.leases.get(leaseId);
  return lease ? [{ sessionId: leaseId, seat: { state: 'held', sinceMs: lease.grantedAtMs } }] : [];
}

function sessionSeat({ seat }: Session): SessionSeat {
  switch (seat.state) {
    case 'not-counted':
      return { state: 'not-counted' };
    case 'held':
    case 'presumed':
    case 'matched':
      return { state: 'held', sinceMs: seat.sinceMs };
    case 'overage':
    case 'expired':
      return { state: 'overage', sinceMs: seat.sinceMs };
  }
}

function myOffers(state: LedgerState, ticket: Ticket, names: NameBook): Mine['offers'] {
  const offer = ticket.offerId === null ? undefined : state.offers.get(ticket.offerId);
  if (!offer) return [];
  const { offerId, ticketId, productId, untilMs, strength } = offer;
  return [{ offerId, ticketId, productId, productName: names.productName(productId), untilMs, strength }];
}

function myDenials(state: LedgerState, session: Session, names: NameBook): Mine['denials'] {
  const { seat, productId, sessionId } = session;
  if (seat.state !== 'overage' || seat.denial === null) return [];
  const [poolId] = poolIdsOfProduct(state.products.get(productId));
  const enforcement = (poolId && state.pools.get(poolId)?.settings.enforcement) || 'observe';
  return [{ ...seat.denial, productId, productName: names.productName(productId), sessionId, enforcement }];
}

/** [L28] The best place among the pools a ticket waits in; 1 is the head. */
export function placeOf(state: LedgerState, ticket: Ticket): number {
  const rank = rankOf(ticket);
  let best = Number.POSITIVE_INFINITY;
  for (const poolId of poolIdsOfProduct(state.products.get(ticket.productId))) {
    const ahead = rankedWaiting(state, poolId).filter((other) => compareRank(rankOf(other), rank) < 0);
    best = Math.min(best, ahead.length + 1);
  }
  return best;
}
