/** In which class somebody queues, and as who a newcomer ranks. Pure. */
import type { PriorityClass, ProductId, UserId } from '../../../shared/domain.ts';
import { DEFAULT_PRIORITY_CLASS } from '../../../shared/domain.ts';
import { groupsOf } from '../groups.ts';
import type { Rank } from '../line.ts';
import { alternativesOf } from '../seats.ts';
import type { LedgerState } from '../state.ts';
import type { RequestMode } from './decision.ts';

/** [L126] [L130] The lowest class of their groups in the product's pools, else 5. */
export function groupClassOf(state: LedgerState, userId: UserId, productId: ProductId): PriorityClass {
  let lowest = Number.POSITIVE_INFINITY;
  let groups: ReadonlySet<string> | null = null;
  for (const takes of alternativesOf(state, productId)) {
    for (const { poolId } of takes) {
      const pool = state.pools.get(poolId);
      if (!pool?.isWorking || pool.settings.allocation.shares.length === 0) continue;
      groups ??= groupsOf(state, userId);
      for (const { groupId, priorityClass } of pool.settings.allocation.shares) {
        if (priorityClass !== null && groups.has(groupId)) lowest = Math.min(lowest, priorityClass);
      }
    }
  }
  return lowest === Number.POSITIVE_INFINITY ? DEFAULT_PRIORITY_CLASS : lowest;
}

/** [L5] [L52] The last of their class; a returning machine before all tickets of it. */
export function newcomersRank(
  state: LedgerState,
  userId: UserId,
  productId: ProductId,
  mode: RequestMode,
): Rank {
  return {
    rankClass: groupClassOf(state, userId, productId),
    sequence: mode === 'return' ? state.nextReturnSequence : state.nextSequence,
  };
}
