/** Who must be told after a commit. Pure: maps recorded events to ids; the agents' hub turns them into messages. */
import type { PoolId, ProductId, Take, UserId } from '../../shared/domain.ts';
import { assertNever } from '../../shared/outcome.ts';
import type { LedgerEvent, RecordedEvent } from './events.ts';
import { poolsWithGroups } from './groups.ts';
import { poolIdsOfAlternatives, poolIdsOfProduct } from './seats.ts';
import type { LedgerState } from './state.ts';
import { rankedWaiting } from './waiting.ts';

export interface Touched {
  /** People whose own view (seats, tickets, offers, notices) changed, except by a mere move of their place. */
  readonly userIds: ReadonlySet<UserId>;
  /** Pools whose view changed; removed ones included. */
  readonly poolIds: ReadonlySet<PoolId>;
  readonly removedPoolIds: ReadonlySet<PoolId>;
  readonly productIds: ReadonlySet<ProductId>;
  /** Pools in whose queue places moved: their waiting people's places changed (see `waitingUserIds`). */
  readonly queuePoolIds: ReadonlySet<PoolId>;
}

/** @param state the state after the last of the events */
export function touchedBy(events: readonly RecordedEvent[], state: LedgerState): Touched {
  const userIds = new Set<UserId>();
  const poolIds = new Set<PoolId>();
  const removedPoolIds = new Set<PoolId>();
  const productIds = new Set<ProductId>();
  const queuePoolIds = new Set<PoolId>();
  for (const { event } of events) {
    for (const userId of userIdsTouched(event, state)) userIds.add(userId);
    if ('productId' in event) productIds.add(event.productId);
    const touched = poolIdsTouched(event, state);
    for (const poolId of touched) poolIds.add(poolId);
    if (movesPlaces(event)) for (const poolId of touched) queuePoolIds.add(poolId);
    if (event.kind === 'pool-removed') removedPoolIds.add(event.poolId);
    if (event.kind === 'pool-configured') removedPoolIds.delete(event.poolId);
  }
  return { userIds, poolIds, removedPoolIds, productIds, queuePoolIds };
}

function userIdsTouched(event: LedgerEvent, state: LedgerState): UserId[] {
  if ('askerId' in event) return [event.userId, event.askerId];
  if ('userId' in event) return [event.userId];
  if (event.kind === 'members-changed') return [...event.added, ...event.removed];
  return event.kind === 'grace-started' ? userIdsWithWindows(state) : [];
}

/** People who could not answer while the server was away: their windows run anew. */
function userIdsWithWindows(state: LedgerState): UserId[] {
  const { offers, handovers, users } = state;
  const warned = [...users].filter(([, user]) => user.warnedLeaseIds.size > 0).map(([userId]) => userId);
  return [
    ...[...offers.values()].map((offer) => offer.userId),
    ...[...handovers.values()].flatMap(({ askerId, holderId }) => [askerId, holderId]),
    ...warned,
  ];
}

function movesPlaces(event: LedgerEvent): boolean {
  return event.kind.startsWith('ticket-') || event.kind.startsWith('offer-');
}

const NO_POOLS: readonly PoolId[] = [];

/** Pools that look different after this event, each once. */
export function poolIdsTouched(event: LedgerEvent, state: LedgerState): Iterable<PoolId> {
  switch (event.kind) {
    case 'pool-configured':
    case 'pool-removed':
    case 'pack-started':
    case 'pack-ended':
    case 'deny-ended':
    case 'hours-changed':
    case 'pool-observed':
    case 'pool-unreadable':
    case 'checkout-appeared':
    case 'checkout-gone':
    case 'lease-granted':
    case 'lease-ended':
    case 'lease-warned':
    case 'warning-withdrawn':
    case 'unsaved-reported':
      return [event.poolId];
    case 'group-configured':
    case 'group-removed':
    case 'members-changed':
      return new Set(poolsWithGroups(state).map(({ poolId }) => poolId));
    case 'product-configured':
      return poolIdsOfAlternatives([...event.alternatives, ...event.formerAlternatives]);
    case 'offer-made':
    case 'offer-ended':
      return withTaken(poolIdsOfProduct(state.products.get(event.productId)), event.takes);
    case 'session-opened':
    case 'session-closed':
    case 'session-denied':
    case 'session-seated':
    case 'session-unseated':
    case 'session-presumed':
    case 'session-matched':
    case 'ticket-queued':
    case 'ticket-rose':
    case 'ticket-moved-back':
    case 'ticket-set-aside':
    case 'ticket-called-back':
    case 'ticket-ended':
      return poolIdsOfProduct(state.products.get(event.productId));
    case 'denial-proved-false':
    case 'handover-asked':
    case 'handover-answered':
    case 'handover-ended':
    case 'idle-noted':
      return NO_POOLS;
    case 'grace-started':
      return new Set([...state.offers.values()].flatMap((offer) => offer.takes.map((take) => take.poolId)));
    default:
      return assertNever(event);
  }
}

/** An offer may be older than the product's alternatives. */
function withTaken(poolIds: ReadonlySet<PoolId>, takes: readonly Take[]): ReadonlySet<PoolId> {
  for (const { poolId } of takes) {
    if (!poolIds.has(poolId)) return new Set([...takes.map((take) => take.poolId), ...poolIds]);
  }
  return poolIds;
}

/** People who wait in a pool, by rank. Grows with the queue: tell them in slices, not at once. */
export function waitingUserIds(state: LedgerState, poolId: PoolId): UserId[] {
  return [...new Set(rankedWaiting(state, poolId).map((ticket) => ticket.userId))];
}
