/** What the ledger's state looks like to people: pure, computed anew each time; waiting.ts keeps the order of a queue. */
import type { Contact } from '../../shared/contact.ts';
import type { PoolId, ProductId, SessionId, UserId, WorkstationId } from '../../shared/domain.ts';
import type {
  ExpectedWait,
  HolderView,
  PoolView,
  ProductView,
  QueueEntryView,
  SeatCount,
} from '../../shared/views.ts';
import { availableUnits } from './room.ts';
import { poolIdsOfProduct } from './seats.ts';
import type { Lease, LedgerState, Pool, Session, Ticket } from './state.ts';
import { rankedWaiting } from './waiting.ts';

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
  /** When this ticket's owner can expect a seat; null: too little is known. */
  expectedWaitOf(ticket: Ticket): ExpectedWait | null;
}

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
    seats: seatCount(state, pool),
    holders: [...leaseHolders(state, pool, context), ...otherHolders(state, pool, context)].sort(
      (a, b) => Number(a.seat === 'overage') - Number(b.seat === 'overage') || a.sinceMs - b.sinceMs,
    ),
    queue: queueEntries(state, pool, context),
    revision: pool.revision,
  };
}

/** All pools by name. */
export function poolViews(state: LedgerState, context: ViewContext): PoolView[] {
  return poolIdsByName(state).flatMap((poolId) => poolView(state, poolId, context) ?? []);
}

export function poolIdsByName(state: LedgerState): PoolId[] {
  return [...state.pools.values()]
    .sort((a, b) => a.settings.name.localeCompare(b.settings.name) || (a.poolId < b.poolId ? -1 : 1))
    .map(({ poolId }) => poolId);
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
/** Free is what a newcomer of no group could get now: nothing of a paused pool, nothing that is kept for a group [L122] [L131]. */
function seatCount(state: LedgerState, pool: Pool): SeatCount {
  const capacity = Math.max(0, pool.effectiveCapacity);
  if (pool.observation?.state === 'unknown') {
    return { state: 'unknown', sinceMs: pool.observation.sinceMs, capacity };
  }
  const inUse = pool.leasedUnits + pool.checkoutUnits + pool.presumedUnits;
  const isOpen = pool.settings.admission === 'open';
  const free = isOpen ? Math.max(0, availableUnits(state, pool, [])) : 0;
  return { state: 'known', capacity, inUse, offered: pool.offeredUnits, free };
}

function leaseHolders(state: LedgerState, pool: Pool, context: ViewContext): HolderView[] {
  return [...pool.leaseIds].flatMap((leaseId) => {
    const lease = state.leases.get(leaseId);
    if (!lease) return [];
    if (lease.use.state === 'awaited') return [awaitedHolder(lease, context)];
    return [...lease.use.sessionIds].flatMap((sessionId) => {
      const session = state.sessions.get(sessionId);
      return session ? [holder(session, 'held', lease.units, lease, context)] : [];
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
    contact: names.contactOf(userId),
    ...standingOfLease(lease),
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
  lease: Lease | null,
  { names }: ViewContext,
): HolderView {
  const { sessionId, userId, workstationId, productId, startedAtMs } = session;
  return {
    sessionId,
    leaseId: lease?.leaseId ?? null,
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
    contact: names.contactOf(userId),
    ...standingOfLease(lease),
  };
}

/** [L125] [L150] What a lease may expect. */
function standingOfLease(lease: Lease | null): Pick<HolderView, 'borrowed' | 'warnedUntilMs'> {
  return { borrowed: (lease?.borrowedFrom ?? null) !== null, warnedUntilMs: lease?.warning?.untilMs ?? null };
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
