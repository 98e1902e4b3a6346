/**
 * Whose turn it is. Looks at the first waiting ticket of each line in a connected group of pools, by rank, and says who
 * can be served now and for whom units are kept back. Pure.
 */
import type { GroupId, PoolId, ProductId, Take } from '../../../shared/domain.ts';
import type { LineEntry, Rank } from '../line.ts';
import { compareRank } from '../line.ts';
import { availableUnits, isWayBlocked, mostUnits } from '../room.ts';
import { poolIdsOfProduct } from '../seats.ts';
import type { LedgerState, Product, Standing } from '../state.ts';

export interface Turn {
  /** The ticket that can be served now with these takes; null: nobody. */
  readonly next: {
    readonly entry: LineEntry;
    readonly productId: ProductId;
    readonly takes: readonly Take[];
  } | null;
  readonly keepers: Keepers;
}

/** Those for whom a pool's units are kept, as long as they wait for more. */
export type Keepers = ReadonlyMap<PoolId, readonly Standing[]>;

const NOBODY: Turn = { next: null, keepers: new Map() };

/**
 * @param poolIds any pools of the group
 * @param before only tickets that go before this rank are looked at; without it, all
 */
export function turnIn(state: LedgerState, poolIds: Iterable<PoolId>, before?: Rank): Turn {
  const heads = headsOfGroup(state, poolIds);
  if (heads.length === 0) return NOBODY;
  heads.sort((a, b) => compareRank(a.entry, b.entry));
  const keepers = new Map<PoolId, Standing[]>();
  const last = heads.at(-1);
  for (const head of heads) {
    const { product, standing, entry } = head;
    if (before && compareRank(before, entry) < 0) break;
    for (const takes of standing.ways) {
      if (takes.every((take) => isAvailable(state, take, standing.groupIds, keepers))) {
        return { next: { entry, productId: product.productId, takes }, keepers };
      }
    }
    // Behind the last one there is nobody to keep anything from, unless a newcomer asks.
    if (before || head !== last) keepBack(state, standing, entry, keepers);
  }
  return { next: null, keepers };
}

/**
 * [L122] [L123] [L129] Enough units are free for somebody of these groups, and taking them would leave everybody who
 * goes first and waits for more as much as before.
 */
export function isAvailable(
  state: LedgerState,
  { poolId, units }: Take,
  groupIds: readonly GroupId[],
  keepers: Keepers,
): boolean {
  const pool = state.pools.get(poolId);
  if (pool?.settings.admission !== 'open') return false;
  const kept = keepers.get(poolId);
  if (kept && pool.usage === null) return false;
  if (availableUnits(state, pool, groupIds) < units) return false;
  const taken = { groupIds, units };
  return !kept?.some(
    (keeper) =>
      availableUnits(state, pool, keeper.groupIds, taken) < availableUnits(state, pool, keeper.groupIds),
  );
}

/**
 * [L25] [L26] [L27] A ticket that only one pool keeps waiting collects that pool's units. One that lacks several lets
 * others pass, until it rose once: then it keeps all of them. What could never be served keeps nothing.
 */
function keepBack(
  state: LedgerState,
  standing: Standing,
  entry: LineEntry,
  keepers: Map<PoolId, Standing[]>,
): void {
  const { groupIds, ways } = standing;
  const poolIds = new Set<PoolId>();
  for (const takes of ways) {
    if (!isPossible(state, takes, groupIds)) continue;
    const lacking = takes.filter((take) => !isAvailable(state, take, groupIds, keepers));
    const kept = entry.rises > 0 ? takes : lacking.length === 1 ? lacking : [];
    for (const { poolId } of kept) poolIds.add(poolId);
  }
  for (const poolId of poolIds) {
    const known = keepers.get(poolId);
    if (known) known.push(standing);
    else keepers.set(poolId, [standing]);
  }
}

/** [L29] [L128] It could be served if only enough units were free. */
function isPossible(state: LedgerState, takes: readonly Take[], groupIds: readonly GroupId[]): boolean {
  if (isWayBlocked(state, takes, groupIds)) return false;
  return takes.every(({ poolId, units }) => {
    const pool = state.pools.get(poolId);
    return pool !== undefined && mostUnits(pool, groupIds) >= units;
  });
}

interface Head {
  readonly product: Product;
  readonly standing: Standing;
  readonly entry: LineEntry;
}

/** The first ticket of every line that is connected with these pools through people who wait. */
function headsOfGroup(state: LedgerState, poolIds: Iterable<PoolId>): Head[] {
  if (!doesAnybodyWait(state, poolIds)) return NO_HEADS;
  const heads: Head[] = [];
  const seenPools = new Set(poolIds);
  const seenProducts = new Set<ProductId>();
  for (const poolId of seenPools) {
    for (const productId of state.pools.get(poolId)?.productIds ?? []) {
      const product = state.products.get(productId);
      if (!product || seenProducts.has(productId)) continue;
      seenProducts.add(productId);
      if (!addHeads(product, heads)) continue;
      for (const other of poolIdsOfProduct(product)) seenPools.add(other);
    }
  }
  return heads;
}

const NO_HEADS: Head[] = [];

/** Most decisions end here: a look at each pool's products, without a thing to keep in mind. */
function doesAnybodyWait(state: LedgerState, poolIds: Iterable<PoolId>): boolean {
  for (const poolId of poolIds) {
    for (const productId of state.pools.get(poolId)?.productIds ?? []) {
      for (const { line } of state.products.get(productId)?.lines.values() ?? [])
        if (line.size > 0) return true;
    }
  }
  return false;
}

/** @returns false: nobody waits */
function addHeads(product: Product, heads: Head[]): boolean {
  const before = heads.length;
  for (const { standing, line } of product.lines.values()) {
    const entry = line.head();
    if (entry) heads.push({ product, standing, entry });
  }
  return heads.length > before;
}
