/** Arithmetic and look-ups on the state that decisions, evolution and views share. Pure; reads only. */
import type {
  Alternative,
  CountingRule,
  PoolId,
  ProductId,
  SessionId,
  Take,
  TicketId,
  UnsavedWork,
  UserId,
} from '../../shared/domain.ts';
import { assertNever } from '../../shared/outcome.ts';
import type { Lease, LedgerState, Pool, Product, Session, Ticket, Warning } from './state.ts';

/** [L2] Capacity (the license manager's word where there is one) + active packs + overdraft, in units. */
export function effectiveCapacityOf(pool: Pool): number {
  let units = (pool.observedCapacity ?? pool.settings.capacity) + pool.settings.overdraft;
  for (const pack of pool.settings.packs) if (pool.activePackIds.has(pack.packId)) units += pack.units;
  return units;
}

/** Units that nobody holds; below 0 after a shrink. Of a pool that cannot be read nothing is free. */
export function freeUnits(pool: Pool): number {
  const taken = pool.leasedUnits + pool.offeredUnits;
  if (pool.observation === null) return pool.effectiveCapacity - taken;
  if (pool.observation.state === 'unknown') return 0;
  return pool.effectiveCapacity - taken - pool.checkoutUnits - pool.presumedUnits;
}

export function isManaged(pool: Pool): boolean {
  return pool.settings.kind === 'managed';
}

export function alternativesOf(state: LedgerState, productId: ProductId): readonly Alternative[] {
  return state.products.get(productId)?.alternatives ?? [];
}

/** Asked several times in each decision; alternatives never change, they are replaced. */
const poolIdsKnown = new WeakMap<readonly Alternative[], ReadonlySet<PoolId>>();

export function poolIdsOfAlternatives(alternatives: readonly Alternative[]): ReadonlySet<PoolId> {
  const known = poolIdsKnown.get(alternatives);
  if (known) return known;
  const poolIds = new Set<PoolId>();
  for (const alternative of alternatives) for (const take of alternative) poolIds.add(take.poolId);
  poolIdsKnown.set(alternatives, poolIds);
  return poolIds;
}

const NO_POOLS: ReadonlySet<PoolId> = new Set();

export function poolIdsOfProduct(product: Product | undefined): ReadonlySet<PoolId> {
  return product ? poolIdsOfAlternatives(product.alternatives) : NO_POOLS;
}

/** [L11] The values of the rule's parts, as one text that no other combination gives. */
export function holderKeyOf(rule: CountingRule, session: Session): string {
  return JSON.stringify(rule.key.map((part) => holderPart(part, session)));
}

function holderPart(part: CountingRule['key'][number], session: Session): string {
  switch (part) {
    case 'user':
      return session.userId;
    case 'workstation':
      return session.workstationId;
    case 'loginSession':
      return session.loginSessionId;
    case 'process':
      return session.processKey;
    case 'device':
      return session.deviceKey ?? session.workstationId;
    case 'product':
      return session.productId;
    default:
      return assertNever(part);
  }
}

/** [L12] A lease that this session can share without new units; null: none. */
export function joinableLease(state: LedgerState, pool: Pool, take: Take, session: Session): Lease | null {
  const { counting } = pool.settings;
  const leaseIds = pool.leasesByHolder.get(holderKeyOf(counting, session));
  for (const leaseId of leaseIds ?? []) {
    const lease = state.leases.get(leaseId);
    if (lease?.use.state !== 'used' || lease.units < take.units) continue;
    const { instancesPerSeat } = counting;
    if (instancesPerSeat === null || lease.use.sessionIds.size < instancesPerSeat) return lease;
  }
  return null;
}

export function ticketOf(state: LedgerState, userId: UserId, productId: ProductId): Ticket | undefined {
  const ticketId: TicketId | undefined = state.users.get(userId)?.ticketIdByProduct.get(productId);
  return ticketId === undefined ? undefined : state.tickets.get(ticketId);
}

/** Open sessions of one person and product, oldest first. */
export function sessionsOf(state: LedgerState, userId: UserId, productId: ProductId): Session[] {
  const sessions: Session[] = [];
  for (const sessionId of state.users.get(userId)?.sessionIds ?? []) {
    const session = state.sessions.get(sessionId);
    if (session?.productId === productId) sessions.push(session);
  }
  return sessions;
}

export function leasesOfSession(state: LedgerState, sessionId: SessionId): Lease[] {
  const seat = state.sessions.get(sessionId)?.seat;
  if (seat?.state !== 'held') return [];
  const leases: Lease[] = [];
  for (const leaseId of seat.leaseIds) {
    const lease = state.leases.get(leaseId);
    if (lease) leases.push(lease);
  }
  return leases;
}

/** [L31] How many offers a ticket may miss, the least of its product's pools. */
export function maximumMissedOffersOf(state: LedgerState, productId: ProductId): number {
  return leastOf(state, productId, (pool) => pool.settings.maximumMissedOffers);
}

/** [L22] After how many younger ones a ticket rises, the least of its product's pools. */
export function agingAfterServedOf(state: LedgerState, productId: ProductId): number {
  return leastOf(state, productId, (pool) => pool.settings.agingAfterServed);
}

function leastOf(state: LedgerState, productId: ProductId, value: (pool: Pool) => number): number {
  let least = Number.POSITIVE_INFINITY;
  for (const poolId of poolIdsOfProduct(state.products.get(productId))) {
    const pool = state.pools.get(poolId);
    if (pool) least = Math.min(least, value(pool));
  }
  return least;
}

/** [L151] The worst that any of the holder's machines said; null: none has said anything. */
export function unsavedWorkOf({ unsavedWork }: Warning): UnsavedWork | null {
  const said = new Set(unsavedWork.values());
  if (said.has('yes')) return 'yes';
  if (said.has('unknown')) return 'unknown';
  return said.has('no') ? 'no' : null;
}
