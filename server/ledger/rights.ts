/** What one person may use of a pool: deny lists and the limit per person. Pure; reads only. */
import type { Alternative, DenyRule, GroupId, ProductId, Take, UserId } from '../../shared/domain.ts';
import { userRoom } from './allocation.ts';
import { groupsOf } from './groups.ts';
import { alternativesOf } from './seats.ts';
import type { LedgerState, Pool, Product } from './state.ts';

/** [L127] The rule that keeps this person from the pool; null: none does. */
export function denialOf(state: LedgerState, pool: Pool, userId: UserId): DenyRule | null {
  if (!pool.denials) return null;
  const { byUser, byGroup } = pool.denials;
  const rule = byUser.get(userId);
  if (rule) return rule;
  if (byGroup.size === 0) return null;
  for (const groupId of groupsOf(state, userId)) {
    const ofGroup = byGroup.get(groupId);
    if (ofGroup) return ofGroup;
  }
  return null;
}

export function isDenied(state: LedgerState, { poolId }: Take, userId: UserId): boolean {
  const pool = state.pools.get(poolId);
  return pool !== undefined && denialOf(state, pool, userId) !== null;
}

/** [L124] These units more would be too many for this person. */
export function isBeyondLimit(state: LedgerState, { poolId, units }: Take, userId: UserId): boolean {
  const usage = state.pools.get(poolId)?.usage;
  return usage !== null && usage !== undefined && userRoom(usage, userId) < units;
}

export type Admittance =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'DENIED' | 'POOL_CLOSED'; readonly message: string };

/** [L127] [L131] Whether this person may have a ticket for the product: some way is neither denied nor draining. */
export function admittanceOf(state: LedgerState, userId: UserId, productId: ProductId): Admittance {
  let isDraining = false;
  let rule: DenyRule | null = null;
  for (const takes of alternativesOf(state, productId)) {
    const denied = firstDenial(state, takes, userId);
    rule ??= denied;
    if (denied) continue;
    if (!takes.some(({ poolId }) => state.pools.get(poolId)?.settings.admission === 'draining')) {
      return { ok: true };
    }
    isDraining = true;
  }
  if (isDraining || !rule) {
    return {
      ok: false,
      code: 'POOL_CLOSED',
      message: 'An admin is emptying this pool: nobody new can wait.',
    };
  }
  return { ok: false, code: 'DENIED', message: `An admin keeps you from these seats: ${rule.reason}` };
}

/** The rule that closes this way to a person; null: none. */
export function firstDenial(state: LedgerState, takes: Alternative, userId: UserId): DenyRule | null {
  for (const { poolId } of takes) {
    const pool = state.pools.get(poolId);
    const rule = pool ? denialOf(state, pool, userId) : null;
    if (rule) return rule;
  }
  return null;
}

/** Groups of a person that have a share in a pool of the product, in the pools' order. */
export function shareGroupsOf(state: LedgerState, product: Product, userId: UserId): GroupId[] {
  const found = new Set<GroupId>();
  let groups: ReadonlySet<GroupId> | null = null;
  for (const takes of product.alternatives) {
    for (const { poolId } of takes) {
      const nodes = state.pools.get(poolId)?.usage?.nodes ?? [];
      if (nodes.length === 0) continue;
      groups ??= groupsOf(state, userId);
      for (const { share } of nodes) if (groups.has(share.groupId)) found.add(share.groupId);
    }
  }
  return [...found];
}
