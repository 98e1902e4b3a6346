/**
 * Applies one recorded event to the state, in place. The only writer of the state: the same events in the same order
 * give the same state on every machine and after every restart [L84].
 */
import type { PoolId } from '../../shared/domain.ts';
import { invariant } from '../../shared/outcome.ts';
import type { GraceEvent, LedgerEvent, LedgerEventOf, RecordedEvent } from './events.ts';
import * as groups from './evolve/group.ts';
import * as handovers from './evolve/handover.ts';
import * as pools from './evolve/pool.ts';
import * as queue from './evolve/queue.ts';
import * as sessions from './evolve/session.ts';
import { poolIdsTouched } from './pushes.ts';
import type { LedgerState } from './state.ts';

/** @returns the pools that look different now */
export function evolve(state: LedgerState, recorded: RecordedEvent): Iterable<PoolId> {
  invariant(recorded.eventNumber === state.eventNumber + 1, 'events are applied in order, each once');
  state.eventNumber = recorded.eventNumber;
  apply(state, recorded.event, recorded.atMs);
  const touched = poolIdsTouched(recorded.event, state);
  for (const poolId of touched) {
    const pool = state.pools.get(poolId);
    if (pool) pool.revision = recorded.eventNumber;
  }
  return touched;
}

type Kind = LedgerEvent['kind'];
type EventOf = { [K in Kind]: LedgerEventOf<K> };

const APPLIERS: { readonly [K in Kind]: (state: LedgerState, event: EventOf[K], atMs: number) => void } = {
  'pool-configured': pools.poolConfigured,
  'pool-removed': pools.poolRemoved,
  'pack-started': pools.packStarted,
  'pack-ended': pools.packEnded,
  'deny-ended': pools.denyEnded,
  'hours-changed': pools.hoursChanged,
  'group-configured': groups.groupConfigured,
  'group-removed': groups.groupRemoved,
  'members-changed': groups.membersChanged,
  'product-configured': pools.productConfigured,
  'pool-observed': pools.poolObserved,
  'pool-unreadable': pools.poolUnreadable,
  'checkout-appeared': pools.checkoutAppeared,
  'checkout-gone': pools.checkoutGone,
  'session-opened': sessions.sessionOpened,
  'session-closed': sessions.sessionClosed,
  'session-denied': sessions.sessionDenied,
  'denial-proved-false': () => undefined,
  'session-seated': sessions.sessionSeated,
  'session-unseated': sessions.sessionUnseated,
  'session-presumed': sessions.sessionPresumed,
  'session-matched': sessions.sessionMatched,
  'lease-granted': sessions.leaseGranted,
  'lease-ended': sessions.leaseEnded,
  'ticket-queued': queue.ticketQueued,
  'ticket-rose': queue.ticketRose,
  'ticket-moved-back': queue.ticketMovedBack,
  'ticket-set-aside': queue.ticketSetAside,
  'ticket-called-back': queue.ticketCalledBack,
  'ticket-ended': queue.ticketEnded,
  'offer-made': queue.offerMade,
  'offer-ended': queue.offerEnded,
  'lease-warned': handovers.leaseWarned,
  'warning-withdrawn': handovers.warningWithdrawn,
  'unsaved-reported': handovers.unsavedReported,
  'handover-asked': handovers.handoverAsked,
  'handover-answered': handovers.handoverAnswered,
  'handover-ended': handovers.handoverEnded,
  'idle-noted': handovers.idleNoted,
  'grace-started': startGrace,
};

function apply<K extends Kind>(state: LedgerState, event: EventOf[K] & { kind: K }, atMs: number): void {
  APPLIERS[event.kind](state, event, atMs);
}

/** [L54] [L147] [L150] Every window that waits for a person runs anew: nobody could answer while the server was away. */
function startGrace(state: LedgerState, event: GraceEvent, atMs: number): void {
  state.graceUntilMs = event.untilMs;
  for (const offer of state.offers.values()) offer.untilMs = atMs + offer.windowMs;
  for (const handover of state.handovers.values()) handover.untilMs = atMs + handover.windowMs;
  for (const user of state.users.values()) {
    for (const leaseId of user.warnedLeaseIds) {
      const warning = state.leases.get(leaseId)?.warning;
      if (warning) warning.untilMs = atMs + warning.windowMs;
    }
    for (const leaseId of user.awaitedLeaseIds) {
      const use = state.leases.get(leaseId)?.use;
      if (use?.state === 'awaited') use.untilMs = atMs + use.windowMs;
    }
  }
}
