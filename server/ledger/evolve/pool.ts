/** How pools and products change with an event. */
import { completeSettings } from '../../../shared/domain-schemas.ts';
import { invariant } from '../../../shared/outcome.ts';
import type { LedgerEventOf } from '../events.ts';
import { effectiveCapacityOf, poolIdsOfAlternatives } from '../seats.ts';
import { isQueueEmpty } from '../standing.ts';
import type { LedgerState, Pool, Product } from '../state.ts';
import { changeRules } from './allocation.ts';
import { restandProduct } from './line.ts';

export function poolOf(state: LedgerState, poolId: string): Pool {
  const pool = state.pools.get(poolId);
  invariant(pool, `pool ${poolId} is known`);
  return pool;
}

export function poolConfigured(
  state: LedgerState,
  event: LedgerEventOf<'pool-configured'>,
  atMs: number,
): void {
  const { poolId } = event;
  const settings = completeSettings(event.settings);
  const known = state.pools.get(poolId);
  const pool = known ?? newPool(event, atMs);
  changeRules(state, pool, () => {
    pool.settings = settings;
    if (settings.workingHours === null) pool.isWorking = true;
    if (settings.quietHours === null) pool.isQuiet = false;
  });
  const packIds = new Set(settings.packs.map((pack) => pack.packId));
  for (const packId of pool.activePackIds) if (!packIds.has(packId)) pool.activePackIds.delete(packId);
  pool.effectiveCapacity = effectiveCapacityOf(pool);
  if (!known) state.pools.set(poolId, pool);
}

function newPool({ poolId, settings }: LedgerEventOf<'pool-configured'>, atMs: number): Pool {
  return {
    poolId,
    settings,
    activePackIds: new Set(),
    effectiveCapacity: 0,
    leasedUnits: 0,
    offeredUnits: 0,
    checkoutUnits: 0,
    presumedUnits: 0,
    observation: settings.kind === 'managed' ? { state: 'unknown', sinceMs: atMs, lastAtMs: null } : null,
    observedCapacity: null,
    isWorking: true,
    isQuiet: false,
    usage: null,
    denials: null,
    revision: 0,
    productIds: new Set(),
    leaseIds: new Set(),
    leasesByHolder: new Map(),
    offerIds: new Set(),
    checkouts: new Map(),
  };
}

export function poolRemoved(state: LedgerState, event: LedgerEventOf<'pool-removed'>): void {
  const pool = poolOf(state, event.poolId);
  invariant(pool.leaseIds.size === 0 && pool.offerIds.size === 0, 'a removed pool has no leases and offers');
  invariant(pool.productIds.size === 0, 'no product uses a removed pool');
  state.pools.delete(event.poolId);
}

export function packStarted(state: LedgerState, event: LedgerEventOf<'pack-started'>): void {
  const pool = poolOf(state, event.poolId);
  pool.activePackIds.add(event.packId);
  pool.effectiveCapacity = effectiveCapacityOf(pool);
}

export function packEnded(state: LedgerState, event: LedgerEventOf<'pack-ended'>): void {
  const pool = poolOf(state, event.poolId);
  pool.activePackIds.delete(event.packId);
  pool.effectiveCapacity = effectiveCapacityOf(pool);
}

/** [L127] */
export function denyEnded(state: LedgerState, event: LedgerEventOf<'deny-ended'>): void {
  const pool = poolOf(state, event.poolId);
  const { allocation } = pool.settings;
  const denied = allocation.denied.filter(({ denyId }) => denyId !== event.denyId);
  changeRules(state, pool, () => {
    pool.settings = { ...pool.settings, allocation: { ...allocation, denied } };
  });
}

/** [L130] [L141] */
export function hoursChanged(state: LedgerState, event: LedgerEventOf<'hours-changed'>): void {
  const pool = poolOf(state, event.poolId);
  changeRules(state, pool, () => {
    if (event.hours === 'working') pool.isWorking = event.isWithin;
    else pool.isQuiet = event.isWithin;
  });
}

export function productConfigured(state: LedgerState, event: LedgerEventOf<'product-configured'>): void {
  const { productId, alternatives, formerAlternatives } = event;
  for (const poolId of poolIdsOfAlternatives(formerAlternatives)) {
    state.pools.get(poolId)?.productIds.delete(productId);
  }
  for (const poolId of poolIdsOfAlternatives(alternatives)) poolOf(state, poolId).productIds.add(productId);
  const known = state.products.get(productId);
  if (alternatives.length === 0) {
    invariant(!known || isQueueEmpty(known), 'nobody waits for a product that is no longer counted');
    state.products.delete(productId);
    return;
  }
  const product: Product = known ?? { productId, alternatives, lines: new Map(), asideIds: new Set() };
  product.alternatives = alternatives;
  if (known) restandProduct(state, known);
  else state.products.set(productId, product);
}

export function poolObserved(state: LedgerState, event: LedgerEventOf<'pool-observed'>): void {
  const pool = poolOf(state, event.poolId);
  pool.observation = { state: 'known', atMs: event.observedAtMs, pollEveryMs: event.pollEveryMs };
  if (event.capacity !== null) pool.observedCapacity = event.capacity;
  pool.effectiveCapacity = effectiveCapacityOf(pool);
}

export function poolUnreadable(state: LedgerState, event: LedgerEventOf<'pool-unreadable'>): void {
  const pool = poolOf(state, event.poolId);
  const lastAtMs = pool.observation?.state === 'known' ? pool.observation.atMs : null;
  pool.observation = { state: 'unknown', sinceMs: event.sinceMs, lastAtMs };
}

export function checkoutAppeared(state: LedgerState, event: LedgerEventOf<'checkout-appeared'>): void {
  const pool = poolOf(state, event.poolId);
  invariant(!pool.checkouts.has(event.checkout.checkoutId), 'a checkout appears once');
  pool.checkouts.set(event.checkout.checkoutId, { ...event.checkout, sessionId: null });
  pool.checkoutUnits += event.checkout.units;
}

export function checkoutGone(state: LedgerState, event: LedgerEventOf<'checkout-gone'>): void {
  const pool = poolOf(state, event.poolId);
  const checkout = pool.checkouts.get(event.checkoutId);
  invariant(checkout, 'only a known checkout goes');
  invariant(checkout.sessionId === null, 'a checkout leaves its session before it goes');
  pool.checkouts.delete(event.checkoutId);
  pool.checkoutUnits -= checkout.units;
}
