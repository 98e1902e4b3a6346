/** What an admin does to a pool. Pure. */
import { failure } from '../../../shared/outcome.ts';
import type { LedgerEvent } from '../events.ts';
import { alternativesOf } from '../seats.ts';
import type { LedgerState, Pool } from '../state.ts';
import { type CommandOf, type Decided, type Decision, type DecisionContext, decided } from './decision.ts';
import { unknownGroupIn } from './group.ts';
import { endLeases } from './lease.ts';
import { dueEvents } from './pool-times.ts';
import { askingSessions, productEvents } from './product.ts';
import { offerEndedEvent } from './ticket.ts';

/** [L2] [L73] A change of capacity never revokes anything; what is due by the calendar happens with it. */
export function configurePool(
  state: LedgerState,
  command: CommandOf<'configure-pool'>,
  context: DecisionContext,
): Decided {
  const { poolId, settings, note } = command;
  const pool = state.pools.get(poolId);
  if (pool && pool.settings.kind !== settings.kind) {
    return failure('KIND_FIXED', 'A pool stays metered or managed: create another one.');
  }
  const unknown = unknownGroupIn(state, settings.allocation);
  if (unknown !== undefined)
    return failure('GROUP_UNKNOWN', `There is no group ${unknown}: create it first.`);
  return decided([
    { kind: 'pool-configured', poolId, settings, ...(note === undefined ? {} : { note }) },
    ...dueEvents(poolId, settings, pool, context.nowMs),
  ]);
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
