/** Fair share: idle holding is remembered per person and pool, fades, and costs classes at the next queueing. Pure. */
import type { PoolId, ProductId, UserId } from '../../../shared/domain.ts';
import type { LedgerEvent } from '../events.ts';
import { alternativesOf, poolIdsOfAlternatives } from '../seats.ts';
import type { IdleDebt, LedgerState } from '../state.ts';
import { type CommandOf, type Decided, type DecisionContext, decided } from './decision.ts';

/** Less than this is forgotten. */
const LEAST_NOTED_MS = 1_000;

/**
 * [L144] What is left of a noted time, in ms: half of it after each half-life. A clock that was set back does not make
 * it grow.
 */
export function fadedMs({ idleMs, atMs }: IdleDebt, halfLifeMs: number, nowMs: number): number {
  return Math.round(idleMs * 0.5 ** (Math.max(0, nowMs - atMs) / halfLifeMs));
}

/** [L144] Where sessions share a seat nothing is noted: one of them may have used it. */
export function noteIdle(
  state: LedgerState,
  { userId, parts }: CommandOf<'note-idle'>,
  context: DecisionContext,
): Decided {
  const sums = new Map<PoolId, number>();
  for (const { poolId, leaseId, idleMs } of parts) {
    const use = state.leases.get(leaseId)?.use;
    if (use?.state === 'used' && use.sessionIds.size > 1) continue;
    sums.set(poolId, (sums.get(poolId) ?? 0) + idleMs);
  }
  const events = [...sums].flatMap(([poolId, idleMs]) => notedEvent(state, userId, poolId, idleMs, context));
  return decided(events);
}

function notedEvent(
  state: LedgerState,
  userId: UserId,
  poolId: PoolId,
  idleMs: number,
  { nowMs }: DecisionContext,
): LedgerEvent[] {
  const fairShare = state.pools.get(poolId)?.settings.fairShare;
  if (!fairShare || idleMs === 0) return [];
  const debt = state.users.get(userId)?.idleDebts.get(poolId);
  const before = debt ? fadedMs(debt, fairShare.halfLifeMs, nowMs) : 0;
  if (before === 0 && idleMs < 0) return [];
  const sum = before + Math.round(idleMs);
  return [{ kind: 'idle-noted', userId, poolId, idleMs, totalMs: sum < LEAST_NOTED_MS ? 0 : sum }];
}

/** [L144] By how much a ticket's class is higher now: the most that any of the product's pools says. */
export function fairShareClassesOf(
  state: LedgerState,
  userId: UserId,
  productId: ProductId,
  nowMs: number,
): number {
  const debts = state.users.get(userId)?.idleDebts;
  if (!debts || debts.size === 0) return 0;
  let classes = 0;
  for (const poolId of poolIdsOfAlternatives(alternativesOf(state, productId))) {
    const debt = debts.get(poolId);
    const fairShare = state.pools.get(poolId)?.settings.fairShare;
    if (!debt || !fairShare) continue;
    const { halfLifeMs, idlePerClassMs, maximumClasses } = fairShare;
    const cost = Math.floor(fadedMs(debt, halfLifeMs, nowMs) / idlePerClassMs);
    classes = Math.max(classes, Math.min(cost, maximumClasses));
  }
  return classes;
}
