/** How a session is put on seats: which leases it can share and which units it needs. Pure. */
import type { Alternative, GroupId, LeaseId, Take } from '../../../shared/domain.ts';
import { lenderOf } from '../allocation.ts';
import type { LedgerEvent, LedgerEventOf } from '../events.ts';
import { shareGroupsOf } from '../rights.ts';
import { freeUnits, holderKeyOf, joinableLease } from '../seats.ts';
import type { Lease, LedgerState, Session } from '../state.ts';
import type { DecisionContext } from './decision.ts';
import { provedFalseEvents } from './false-denial.ts';

/** One take of an alternative: an existing lease to share, or units to get. */
export interface Part {
  readonly take: Take;
  readonly join: Lease | null;
}

/** [L12] What each take of an alternative costs this session. */
export function partsOf(state: LedgerState, session: Session, takes: Alternative): Part[] {
  return takes.map((take) => {
    const pool = state.pools.get(take.poolId);
    return { take, join: pool ? joinableLease(state, pool, take, session) : null };
  });
}

/** [L13] The first alternative that costs no unit at all; null: each costs some. */
export function freeRide(state: LedgerState, session: Session, ways: readonly Alternative[]): Part[] | null {
  for (const takes of ways) {
    const parts = partsOf(state, session, takes);
    if (parts.every((part) => part.join !== null)) return parts;
  }
  return null;
}

/** The leases that are missing, and the session on all of them. */
export function seatEvents(
  state: LedgerState,
  session: Session,
  parts: readonly Part[],
  via: LedgerEventOf<'lease-granted'>['via'],
  context: DecisionContext,
): LedgerEvent[] {
  const events: LedgerEvent[] = [];
  const seats: { leaseId: LeaseId; poolId: string; holderKey: string }[] = [];
  for (const { take, join } of parts) {
    const leaseId = join?.leaseId ?? context.newId();
    if (!join) events.push(grantEvent(state, session, take, leaseId, via, null));
    seats.push({ leaseId, poolId: take.poolId, holderKey: keyIn(state, take.poolId, session) });
  }
  const takenFrom =
    via === 'request' ? parts.filter((part) => !part.join).map((part) => part.take.poolId) : [];
  const { sessionId, userId, productId } = session;
  events.push(...provedFalseEvents(state, session, context));
  events.push({ kind: 'session-seated', sessionId, userId, productId, seats, takenFrom });
  return events;
}

/** @param awaitedUntilMs null: a session sits down in the same decision */
export function grantEvent(
  state: LedgerState,
  who: Pick<Session, 'userId' | 'workstationId' | 'productId'>,
  { poolId, units }: Take,
  leaseId: LeaseId,
  via: LedgerEventOf<'lease-granted'>['via'],
  awaitedUntilMs: number | null,
): LedgerEventOf<'lease-granted'> {
  const { userId, workstationId, productId } = who;
  const borrowedFrom = lenderTo(state, who, { poolId, units }, via);
  return {
    kind: 'lease-granted',
    leaseId,
    poolId,
    units,
    userId,
    workstationId,
    productId,
    via,
    awaitedUntilMs,
    borrowedFrom,
  };
}

/** [L125] Offered units, and those that a holder hands over, are not free already. */
function lenderTo(
  state: LedgerState,
  { userId, productId }: Pick<Session, 'userId' | 'productId'>,
  { poolId, units }: Take,
  via: LedgerEventOf<'lease-granted'>['via'],
): GroupId | null {
  const pool = state.pools.get(poolId);
  const product = state.products.get(productId);
  if (!pool?.usage || !product || pool.usage.lending === 'never') return null;
  const freeAfter = freeUnits(pool) - (via === 'request' ? units : 0);
  return lenderOf(pool.usage, shareGroupsOf(state, product, userId), freeAfter);
}

/** [L43] The leases that wait for this person to start the application; empty: none. */
export function awaitedLeases(state: LedgerState, userId: string, productId: string): Lease[] {
  const leases: Lease[] = [];
  for (const leaseId of state.users.get(userId)?.awaitedLeaseIds ?? []) {
    const lease = state.leases.get(leaseId);
    if (lease?.productId === productId) leases.push(lease);
  }
  return leases;
}

export function sitOnAwaited(
  state: LedgerState,
  session: Session,
  leases: readonly Lease[],
  context: DecisionContext,
): LedgerEvent[] {
  const { sessionId, userId, productId } = session;
  const seats = leases.map(({ leaseId, poolId }) => ({
    leaseId,
    poolId,
    holderKey: keyIn(state, poolId, session),
  }));
  return [
    ...provedFalseEvents(state, session, context),
    { kind: 'session-seated', sessionId, userId, productId, seats, takenFrom: [] },
  ];
}

function keyIn(state: LedgerState, poolId: string, session: Session): string {
  const pool = state.pools.get(poolId);
  return pool ? holderKeyOf(pool.settings.counting, session) : session.sessionId;
}
