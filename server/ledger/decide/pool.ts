/** What an admin does to a pool, and the dates of its packs. Pure. */
import type { CapacityPack } from '../../../shared/domain.ts';
import { failure } from '../../../shared/outcome.ts';
import type { LedgerEvent } from '../events.ts';
import { alternativesOf } from '../seats.ts';
import type { LedgerState, Pool } from '../state.ts';
import { type CommandOf, type Decided, type Decision, type DecisionContext, decided } from './decision.ts';
import { endLeases } from './lease.ts';
import { askingSessions, productEvents } from './product.ts';
import { offerEndedEvent } from './ticket.ts';

/** [L2] [L73] A change of capacity never revokes anything; packs that are due start or end with it. */
export function configurePool(
  state: LedgerState,
  command: CommandOf<'configure-pool'>,
  context: DecisionContext,
): Decided {
  const { poolId, settings } = command;
  const pool = state.pools.get(poolId);
  if (pool && pool.settings.kind !== settings.kind) {
    return failure('KIND_FIXED', 'A pool stays metered or managed: create another one.');
  }
  return decided([
    { kind: 'pool-configured', poolId, settings },
    ...settings.packs.flatMap((pack) => packEvents(poolId, pack, pool?.activePackIds, context.nowMs)),
  ]);
}

function packEvents(
  poolId: string,
  pack: CapacityPack,
  active: ReadonlySet<string> | undefined,
  nowMs: number,
): LedgerEvent[] {
  const { packId } = pack;
  const isActive = active?.has(packId) ?? false;
  if (isRunning(pack, nowMs) === isActive) return [];
  return [{ kind: isActive ? 'pack-ended' : 'pack-started', poolId, packId }];
}

export function isRunning(pack: CapacityPack, nowMs: number): boolean {
  return pack.fromMs <= nowMs && nowMs < pack.untilMs;
}

/** [L74] The start and the end of a pack are events, never looked up while deciding. */
export function startPack(
  state: LedgerState,
  command: CommandOf<'start-pack'>,
  context: DecisionContext,
): Decided {
  const { poolId, packId } = command;
  const pool = state.pools.get(poolId);
  const pack = packOf(pool, packId);
  if (!pool || !pack) return failure('NOT_FOUND', 'This pack is no longer there.');
  if (pool.activePackIds.has(packId) || !isRunning(pack, context.nowMs)) {
    return failure('NOT_DUE', 'This pack does not start now.');
  }
  return decided([{ kind: 'pack-started', poolId, packId }]);
}

export function endPack(
  state: LedgerState,
  command: CommandOf<'end-pack'>,
  context: DecisionContext,
): Decided {
  const { poolId, packId } = command;
  const pool = state.pools.get(poolId);
  const pack = packOf(pool, packId);
  if (!pool || !pack) return failure('NOT_FOUND', 'This pack is no longer there.');
  if (!pool.activePackIds.has(packId) || isRunning(pack, context.nowMs)) {
    return failure('NOT_DUE', 'This pack does not end now.');
  }
  return decided([{ kind: 'pack-ended', poolId, packId }]);
}

function packOf(pool: Pool | undefined, packId: string): CapacityPack | undefined {
  return pool?.settings.packs.find((pack) => pack.packId === packId);
}

/** [L75] Seats of the pool end, offers are withdrawn, products lose the ways that need it; who runs asks again. */
export function removePool(state: LedgerState, command: CommandOf<'remove-pool'>): Decided {
  const pool = state.pools.get(command.poolId);
  if (!pool) return failure('POOL_UNKNOWN', `There is no pool ${command.poolId}.`);
  const leases = [...pool.leaseIds].flatMap((leaseId) => state.leases.get(leaseId) ?? []);
  const isGone = (productId: string) => waysWithout(state, productId, pool).length === 0;

  const events: LedgerEvent[] = endLeases(state, leases, 'admin', 'the pool was removed').map((event) =>
    event.kind === 'session-unseated' && isGone(event.productId) ? { ...event, to: 'not-counted' } : event,
  );
  const requests: Decision['requests'][number][] = events.flatMap((event) =>
    event.kind === 'session-unseated' && event.to === 'overage'
      ? [{ sessionId: event.sessionId, mode: 'again' } as const]
      : [],
  );
  for (const offerId of pool.offerIds) {
    const offer = state.offers.get(offerId);
    if (offer && !isGone(offer.productId)) events.push(offerEndedEvent(offer, 'withdrawn'));
  }
  for (const productId of pool.productIds) {
    const ways = waysWithout(state, productId, pool);
    requests.push(...askingSessions(state, productId, ways));
    events.push(...productEvents(state, productId, ways));
  }
  events.push({ kind: 'pool-removed', poolId: pool.poolId });
  return decided(events, undefined, requests);
}

function waysWithout(state: LedgerState, productId: string, pool: Pool) {
  return alternativesOf(state, productId).filter((takes) =>
    takes.every((take) => take.poolId !== pool.poolId),
  );
}
