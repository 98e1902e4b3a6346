/** How requests to hand a seat over, announced ends of leases and noted idle time change with an event. */
import { invariant } from '../../../shared/outcome.ts';
import type { LedgerEventOf } from '../events.ts';
import { ASK_AGAIN_AFTER_MS, type Handover, type LedgerState, pairOf, type Warning } from '../state.ts';
import { countServed } from './queue.ts';
import { forgetUserIfIdle, noticeFor, userOf } from './user.ts';

export function handoverAsked(
  state: LedgerState,
  event: LedgerEventOf<'handover-asked'>,
  atMs: number,
): void {
  const { kind: _kind, userId: holderId, ...asked } = event;
  invariant(!state.handovers.has(event.handoverId), 'a request is made once');
  const windowMs = event.untilMs - atMs;
  const handover: Handover = { ...asked, holderId, askedAtMs: atMs, windowMs, answer: null };
  state.handovers.set(handover.handoverId, handover);
  state.handoverIdByLease.set(handover.leaseId, handover.handoverId);
  userOf(state, handover.askerId).askedHandoverIds.add(handover.handoverId);
  userOf(state, holderId).handoverIds.add(handover.handoverId);
  rememberAsk(state, pairOf(handover.askerId, holderId), atMs);
}

/** Oldest first, so that forgetting looks at nothing that stays. */
function rememberAsk(state: LedgerState, pair: string, atMs: number): void {
  state.recentAsks.delete(pair);
  for (const [other, askedAtMs] of state.recentAsks) {
    if (askedAtMs > atMs - ASK_AGAIN_AFTER_MS) break;
    state.recentAsks.delete(other);
  }
  state.recentAsks.set(pair, atMs);
}

export function handoverAnswered(
  state: LedgerState,
  event: LedgerEventOf<'handover-answered'>,
  atMs: number,
): void {
  const handover = state.handovers.get(event.handoverId);
  invariant(handover, `request ${event.handoverId} is open`);
  if (event.answer !== 'in-10-minutes') return;
  handover.answer = event.answer;
  handover.windowMs = event.untilMs - atMs;
  handover.untilMs = event.untilMs;
}

export function handoverEnded(
  state: LedgerState,
  event: LedgerEventOf<'handover-ended'>,
  atMs: number,
): void {
  const { handoverId, leaseId, askerId, userId, productId, reason } = event;
  invariant(state.handovers.delete(handoverId), 'a request ends once');
  state.handoverIdByLease.delete(leaseId);
  userOf(state, askerId).askedHandoverIds.delete(handoverId);
  userOf(state, userId).handoverIds.delete(handoverId);
  countServed(state, event.takenFrom, state.nextSequence);
  if (reason !== 'withdrawn') noticeFor(state, { userId: askerId, productId }, `handover-${reason}`, atMs);
  forgetUserIfIdle(state, askerId);
  forgetUserIfIdle(state, userId);
}

export function leaseWarned(state: LedgerState, event: LedgerEventOf<'lease-warned'>, atMs: number): void {
  const lease = state.leases.get(event.leaseId);
  invariant(lease, `lease ${event.leaseId} is open`);
  const { note, untilMs } = event;
  const unsavedWork: Warning['unsavedWork'] = lease.warning?.unsavedWork ?? new Map();
  lease.warning = { note, untilMs, windowMs: untilMs - atMs, unsavedWork };
  userOf(state, lease.userId).warnedLeaseIds.add(lease.leaseId);
}

export function warningWithdrawn(
  state: LedgerState,
  event: LedgerEventOf<'warning-withdrawn'>,
  atMs: number,
): void {
  const lease = state.leases.get(event.leaseId);
  invariant(lease?.warning, 'only a warning that was given is taken back');
  lease.warning = null;
  userOf(state, lease.userId).warnedLeaseIds.delete(lease.leaseId);
  noticeFor(state, event, 'warning-withdrawn', atMs);
}

export function unsavedReported(state: LedgerState, event: LedgerEventOf<'unsaved-reported'>): void {
  const warning = state.leases.get(event.leaseId)?.warning;
  invariant(warning, 'unsaved work is told of a seat whose end was announced');
  warning.unsavedWork.set(event.workstationId, event.unsavedWork);
}

export function idleNoted(state: LedgerState, event: LedgerEventOf<'idle-noted'>, atMs: number): void {
  const { idleDebts } = userOf(state, event.userId);
  if (event.totalMs > 0) idleDebts.set(event.poolId, { idleMs: event.totalMs, atMs });
  else idleDebts.delete(event.poolId);
  for (const poolId of idleDebts.keys()) if (!state.pools.has(poolId)) idleDebts.delete(poolId);
  forgetUserIfIdle(state, event.userId);
}
