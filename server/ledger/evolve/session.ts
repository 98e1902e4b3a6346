/** How sessions and leases change with an event. */
import type { ProductId } from '../../../shared/domain.ts';
import { invariant } from '../../../shared/outcome.ts';
import type { LedgerEventOf } from '../events.ts';
import { poolIdsOfProduct, ticketOf } from '../seats.ts';
import type { Lease, LedgerState, Seat, Session } from '../state.ts';
import { addLent, addUnits } from './allocation.ts';
import { restandTicket } from './line.ts';
import { poolOf } from './pool.ts';
import { countServed } from './queue.ts';
import { forgetUserIfIdle, noticeFor, userOf } from './user.ts';

function sessionOf(state: LedgerState, sessionId: string): Session {
  const session = state.sessions.get(sessionId);
  invariant(session, `session ${sessionId} is open`);
  return session;
}

const NOT_COUNTED: Seat = { state: 'not-counted' };

export function sessionOpened(state: LedgerState, event: LedgerEventOf<'session-opened'>): void {
  const { sessionId, userId, productId } = event;
  invariant(!state.sessions.has(sessionId), 'a session opens once');
  state.sessions.set(sessionId, {
    sessionId,
    userId,
    workstationId: event.workstationId,
    loginSessionId: event.loginSessionId,
    processKey: event.processKey,
    productId,
    startedAtMs: event.startedAtMs,
    origin: event.origin,
    deviceKey: event.deviceKey,
    seat: NOT_COUNTED,
  });
  userOf(state, userId).sessionIds.add(sessionId);
  const ofProduct = state.sessionIdsByProduct.get(productId);
  if (ofProduct) ofProduct.add(sessionId);
  else state.sessionIdsByProduct.set(productId, new Set([sessionId]));
}

export function sessionClosed(state: LedgerState, event: LedgerEventOf<'session-closed'>): void {
  const session = sessionOf(state, event.sessionId);
  leaveSeat(state, session, NOT_COUNTED);
  state.sessions.delete(event.sessionId);
  const ofProduct = state.sessionIdsByProduct.get(event.productId);
  ofProduct?.delete(event.sessionId);
  if (ofProduct?.size === 0) state.sessionIdsByProduct.delete(event.productId);
  userOf(state, event.userId).sessionIds.delete(event.sessionId);
  forgetUserIfIdle(state, event.userId);
}

export function sessionDenied(
  state: LedgerState,
  event: LedgerEventOf<'session-denied'>,
  atMs: number,
): void {
  const denial = { denialId: event.denialId, reason: event.reason, atMs };
  leaveSeat(state, sessionOf(state, event.sessionId), { state: 'overage', sinceMs: atMs, denial });
}

export function sessionUnseated(
  state: LedgerState,
  event: LedgerEventOf<'session-unseated'>,
  atMs: number,
): void {
  const next: Seat =
    event.to === 'overage'
      ? { state: 'overage', sinceMs: atMs, denial: null }
      : event.to === 'expired'
        ? { state: 'expired', sinceMs: atMs }
        : NOT_COUNTED;
  leaveSeat(state, sessionOf(state, event.sessionId), next);
}

/** Takes the session off everything it sits on, then gives it the next seat. */
function leaveSeat(state: LedgerState, session: Session, next: Seat): void {
  const { seat } = session;
  if (seat.state === 'held') {
    for (const leaseId of seat.leaseIds) {
      const lease = state.leases.get(leaseId);
      if (lease?.use.state === 'used') lease.use.sessionIds.delete(session.sessionId);
    }
  }
  if (seat.state === 'presumed') {
    for (const take of seat.takes) {
      const pool = state.pools.get(take.poolId);
      if (pool) pool.presumedUnits -= take.units;
    }
  }
  if (seat.state === 'matched') {
    const checkout = state.pools.get(seat.poolId)?.checkouts.get(seat.checkoutId);
    if (checkout) checkout.sessionId = null;
  }
  session.seat = next;
  if (seat.state === 'overage' || next.state === 'overage') restandClaimed(state, session);
}

/** [L141] In quiet hours a ticket waits only while a session of its owner would claim. */
function restandClaimed(state: LedgerState, { userId, productId }: Session): void {
  const ticket = ticketOf(state, userId, productId);
  if (ticket && isQuiet(state, productId)) restandTicket(state, ticket);
}

function isQuiet(state: LedgerState, productId: ProductId): boolean {
  for (const poolId of poolIdsOfProduct(state.products.get(productId)))
    if (state.pools.get(poolId)?.isQuiet) return true;
  return false;
}

export function sessionSeated(
  state: LedgerState,
  event: LedgerEventOf<'session-seated'>,
  atMs: number,
): void {
  const session = sessionOf(state, event.sessionId);
  const leaseIds = event.seats.map(({ leaseId }) => leaseId);
  leaveSeat(state, session, { state: 'held', sinceMs: atMs, leaseIds });
  for (const { leaseId, holderKey } of event.seats) {
    const lease = state.leases.get(leaseId);
    invariant(lease, `lease ${leaseId} is open`);
    if (lease.use.state === 'awaited') adoptLease(state, lease, holderKey);
    invariant(lease.use.state === 'used', 'an adopted lease is used');
    lease.use.sessionIds.add(event.sessionId);
  }
  if (event.takenFrom.length > 0) countServed(state, event.takenFrom, state.nextSequence);
}

function adoptLease(state: LedgerState, lease: Lease, holderKey: string): void {
  lease.use = { state: 'used', holderKey, sessionIds: new Set() };
  userOf(state, lease.userId).awaitedLeaseIds.delete(lease.leaseId);
  const byHolder = poolOf(state, lease.poolId).leasesByHolder;
  const leaseIds = byHolder.get(holderKey);
  if (leaseIds) leaseIds.add(lease.leaseId);
  else byHolder.set(holderKey, new Set([lease.leaseId]));
}

export function sessionPresumed(
  state: LedgerState,
  event: LedgerEventOf<'session-presumed'>,
  atMs: number,
): void {
  const { takes } = event;
  leaveSeat(state, sessionOf(state, event.sessionId), { state: 'presumed', sinceMs: atMs, takes });
  for (const take of takes) poolOf(state, take.poolId).presumedUnits += take.units;
}

export function sessionMatched(
  state: LedgerState,
  event: LedgerEventOf<'session-matched'>,
  atMs: number,
): void {
  const { poolId, checkoutId, sessionId } = event;
  leaveSeat(state, sessionOf(state, sessionId), { state: 'matched', sinceMs: atMs, poolId, checkoutId });
  const checkout = poolOf(state, poolId).checkouts.get(checkoutId);
  invariant(checkout && checkout.sessionId === null, 'a checkout is matched once');
  checkout.sessionId = sessionId;
}

export function leaseGranted(state: LedgerState, event: LedgerEventOf<'lease-granted'>, atMs: number): void {
  const { leaseId, poolId, units, userId, workstationId, productId, borrowedFrom = null } = event;
  invariant(!state.leases.has(leaseId), 'a lease is granted once');
  const untilMs = event.awaitedUntilMs ?? atMs;
  const use = { state: 'awaited', untilMs, windowMs: untilMs - atMs } as const;
  state.leases.set(leaseId, {
    leaseId,
    poolId,
    units,
    userId,
    workstationId,
    productId,
    grantedAtMs: atMs,
    borrowedFrom,
    use,
    warning: null,
  });
  const pool = poolOf(state, poolId);
  pool.leaseIds.add(leaseId);
  pool.leasedUnits += units;
  addUnits(state, pool, userId, units);
  addLent(pool, borrowedFrom, units);
  userOf(state, userId).awaitedLeaseIds.add(leaseId);
}

export function leaseEnded(state: LedgerState, event: LedgerEventOf<'lease-ended'>, atMs: number): void {
  const lease = state.leases.get(event.leaseId);
  invariant(lease, 'a lease ends once');
  invariant(
    lease.use.state === 'awaited' || lease.use.sessionIds.size === 0,
    'nobody uses a lease that ends',
  );
  state.leases.delete(lease.leaseId);
  const pool = poolOf(state, lease.poolId);
  pool.leaseIds.delete(lease.leaseId);
  pool.leasedUnits -= lease.units;
  addUnits(state, pool, lease.userId, -lease.units);
  addLent(pool, lease.borrowedFrom, -lease.units);
  if (lease.use.state === 'used') {
    const leaseIds = pool.leasesByHolder.get(lease.use.holderKey);
    leaseIds?.delete(lease.leaseId);
    if (leaseIds?.size === 0) pool.leasesByHolder.delete(lease.use.holderKey);
  }
  const user = userOf(state, lease.userId);
  user.awaitedLeaseIds.delete(lease.leaseId);
  user.warnedLeaseIds.delete(lease.leaseId);
  if (event.reason === 'expired' || event.reason === 'max-age')
    noticeFor(state, event, 'lease-expired', atMs);
  if (event.reason === 'admin') noticeFor(state, event, 'lease-admin', atMs);
  forgetUserIfIdle(state, lease.userId);
}
