/**
 * Whose turn it is. Looks at the first waiting ticket of each product in a connected group of pools, by rank, and says
 * who can be served now and which pools are kept back for somebody. Pure.
 */
import type { PoolId, ProductId, Take } from '../../../shared/domain.ts';
import type { LineEntry, Rank } from '../line.ts';
import { compareRank } from '../line.ts';
import { freeUnits, poolIdsOfProduct } from '../seats.ts';
import type { LedgerState, Product, Standing } from '../state.ts';

export interface Turn {
  /** The ticket that can be served now with these takes; null: nobody. */
  readonly next: {
    readonly entry: LineEntry;
    readonly productId: ProductId;
    readonly takes: readonly Take[];
  } | null;
  /** Pools whose free units are kept for a ticket that waits for more. */
  readonly keptBack: ReadonlySet<PoolId>;
}

const NOBODY: Turn = { next: null, keptBack: new Set() };

/**
 * @param poolIds any pools of the group
 * @param before only tickets that go before this rank are looked at; without it, all
 */
export function turnIn(state: LedgerState, poolIds: Iterable<PoolId>, before?: Rank): Turn {
  const heads = headsOfGroup(state, poolIds);
  if (heads.length === 0) return NOBODY;
  heads.sort((a, b) => compareRank(a.entry, b.entry));
  const keptBack = new Set<PoolId>();
  for (const { product, standing, entry } of heads) {
    if (before && compareRank(before, entry) < 0) break;
    for (const takes of standing.ways) {
      if (takes.every((take) => isAvailable(state, take, keptBack))) {
        return { next: { entry, productId: product.productId, takes }, keptBack };
      }
    }
    keepBack(state, standing, entry, keptBack);
  }
  return { next: null, keptBack };
}

/** Enough units are free and not kept for somebody who goes first. */
export function isAvailable(state: LedgerState, take: Take, keptBack: ReadonlySet<PoolId>): boolean {
  const pool = state.pools.get(take.poolId);
  return pool !== undefined && !keptBack.has(take.poolId) && freeUnits(pool) >= take.units;
}

/**
 * [L25] [L26] [L27] A ticket that only one pool keeps waiting collects that pool's units. One that lacks several lets
 * others pass, until it rose once: then it keeps all of them. What could never be served keeps nothing.
 */
function keepBack(state: LedgerState, standing: Standing, entry: LineEntry, keptBack: Set<PoolId>): void {
  const before = new Set(keptBack);
  for (const takes of standing.ways) {
    const isPossible = takes.every(
      (take) => (state.pools.get(take.poolId)?.effectiveCapacity ?? 0) >= take.units,
    );
    if (!isPossible) continue;
    const lacking = takes.filter((take) => !isAvailable(state, take, before));
    const kept = entry.rises > 0 ? takes : lacking.length === 1 ? lacking : [];
    for (const take of kept) keptBack.add(take.poolId);
  }
}

interface Head {
  readonly product: Product;
  readonly standing: Standing;
  readonly entry: LineEntry;
}

/** The first ticket of every product that is connected with these pools through people who wait. */
function headsOfGroup(state: LedgerState, poolIds: Iterable<PoolId>): Head[] {
  const heads: Head[] = [];
  const seenPools = new Set(poolIds);
  const seenProducts = new Set<ProductId>();
  for (const poolId of seenPools) {
    for (const productId of state.pools.get(poolId)?.productIds ?? []) {
      const product = state.products.get(productId);
      if (!product || seenProducts.has(productId)) continue;
      seenProducts.add(productId);
      let isWaiting = false;
      for (const { standing, line } of product.lines.values()) {
        const entry = line.head();
        if (entry) heads.push({ product, standing, entry });
        isWaiting ||= entry !== undefined;
      }
      if (!isWaiting) continue;
      for (const other of poolIdsOfProduct(product)) seenPools.add(other);
    }
  }
  return heads;
}
