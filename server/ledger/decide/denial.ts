/** Why somebody goes without a seat, and what was free that they could not have. Pure. */
import type { DenialReason, GroupId, Take } from '../../../shared/domain.ts';
import type { LedgerEvent } from '../events.ts';
import { isBeyondLimit, isDenied } from '../rights.ts';
import { availableUnits, isWayBlocked } from '../room.ts';
import { alternativesOf, freeUnits, poolIdsOfProduct } from '../seats.ts';
import type { LedgerState, Session } from '../state.ts';
import type { DecisionContext } from './decision.ts';
import { type Part, partsOf } from './placement.ts';

/** [L6] [L132] */
export function deniedEvent(
  state: LedgerState,
  session: Session,
  groupIds: readonly GroupId[],
  context: DecisionContext,
): LedgerEvent {
  const { sessionId, userId, productId } = session;
  const denialId = context.newId();
  const reason = reasonOfDenial(state, session, groupIds);
  const freeElsewhere = freeIn(state, productId);
  return { kind: 'session-denied', sessionId, userId, productId, denialId, reason, freeElsewhere };
}

/** Units that each way would cost this session: what it can share costs none. */
type Costs = readonly Take[];

/** [L132] Way after way falls out; the reason is what closes the last that are left. */
function reasonOfDenial(state: LedgerState, session: Session, groupIds: readonly GroupId[]): DenialReason {
  const { userId, productId } = session;
  const costsOf = (parts: readonly Part[]): Costs => parts.flatMap(({ join, take }) => (join ? [] : [take]));
  let ways = alternativesOf(state, productId).map((takes) => costsOf(partsOf(state, session, takes)));
  for (const [reason, isClosed] of closers(state, userId, groupIds)) {
    ways = ways.filter((costs) => !isClosed(costs));
    if (ways.length === 0) return reason;
  }
  const isThere = ways.some((costs) =>
    costs.every((take) => availableIn(state, take, groupIds) >= take.units),
  );
  return isThere ? 'others-wait' : 'no-free-seat';
}

type Closer = readonly [DenialReason, (costs: Costs) => boolean];

/** In the order of [L132]. */
function closers(state: LedgerState, userId: string, groupIds: readonly GroupId[]): Closer[] {
  const isClosed = ({ poolId }: Take) => state.pools.get(poolId)?.settings.admission !== 'open';
  const isFree = ({ poolId, units }: Take) => {
    const pool = state.pools.get(poolId);
    return pool !== undefined && freeUnits(pool) >= units;
  };
  return [
    ['denied-by-admin', (costs) => costs.some((take) => isDenied(state, take, userId))],
    ['pool-paused', (costs) => costs.some(isClosed)],
    ['user-limit', (costs) => costs.some((take) => isBeyondLimit(state, take, userId))],
    ['group-cap', (costs) => isWayBlocked(state, costs, groupIds)],
    [
      'reserved',
      (costs) => costs.every(isFree) && costs.some((take) => availableIn(state, take, groupIds) < take.units),
    ],
  ];
}

function availableIn(state: LedgerState, { poolId }: Take, groupIds: readonly GroupId[]): number {
  const pool = state.pools.get(poolId);
  return pool ? availableUnits(state, pool, groupIds) : 0;
}

/** [L132] Whatever is free in the product's pools: the one who asked could not have it. */
function freeIn(state: LedgerState, productId: string): Take[] {
  return [...poolIdsOfProduct(state.products.get(productId))].flatMap((poolId) => {
    const pool = state.pools.get(poolId);
    const units = pool ? freeUnits(pool) : 0;
    return units > 0 ? [{ poolId, units }] : [];
  });
}
