/** Denials that were soon made good: they are told apart from those that hurt. Pure. */
import type { LedgerEvent } from '../events.ts';
import { poolIdsOfProduct } from '../seats.ts';
import type { LedgerState, Session } from '../state.ts';
import type { DecisionContext } from './decision.ts';

/** [L133] A session that gets a seat so soon after its denial was denied falsely; empty: it was not. */
export function provedFalseEvents(
  state: LedgerState,
  session: Session,
  { nowMs }: DecisionContext,
): LedgerEvent[] {
  const { seat, sessionId, userId, productId } = session;
  const denial = seat.state === 'overage' ? seat.denial : null;
  if (!denial) return [];
  const afterMs = nowMs - denial.atMs;
  if (afterMs < 0 || afterMs > falseDenialWithinMsOf(state, productId)) return [];
  return [{ kind: 'denial-proved-false', denialId: denial.denialId, sessionId, userId, productId, afterMs }];
}

/** The least of the product's pools. */
function falseDenialWithinMsOf(state: LedgerState, productId: string): number {
  let leastMs = Number.POSITIVE_INFINITY;
  for (const poolId of poolIdsOfProduct(state.products.get(productId))) {
    const withinMs = state.pools.get(poolId)?.settings.falseDenialWithinMs ?? 0;
    leastMs = Math.min(leastMs, withinMs);
  }
  return leastMs;
}
