/** What a session does right now, by the rules E7 to E13 of docs/SESSION.md, and the step that takes it there. Pure. */
import type { ActiveReason, Activity } from '../../../shared/domain.ts';
import type { NewId } from '../../../shared/time.ts';
import { move, restate, type SessionStep, settleTail } from './intervals.ts';
import { NOBODY_CAN_TELL, showsComputing } from './reasons.ts';
import type { TrackedSession, TrackerState } from './tracker-state.ts';

export interface ActivityRules {
  readonly newId: NewId;
  /** Silence this long or longer is not use. */
  readonly usageIdleAfterMs: number;
}

type Machine = TrackerState['machine'];

const latest = (instants: readonly number[]) => instants.reduce((a, b) => Math.max(a, b), 0);

/** The last sign of activity of any process of the session; never before the silence may begin to count. */
function lastSignMs(session: TrackedSession, machine: Machine): number {
  // Nobody can tell what a hold without processes does: unknown counts as active, up to now (E9).
  if (session.instances.length === 0) return Number.POSITIVE_INFINITY;
  return Math.max(
    machine.silenceFromMs,
    latest(session.instances.map((instance) => instance.lastActiveAtMs)),
  );
}

/** Reasons of all processes, those of the most recently active first, each kind once; the former ones while none holds. */
function reasonsOf(session: TrackedSession, lastMs: number, atMs: number): ActiveReason[] {
  const byKind = new Map<ActiveReason['kind'], ActiveReason>();
  for (const instance of session.instances.toSorted((a, b) => b.lastActiveAtMs - a.lastActiveAtMs)) {
    for (const reason of instance.reasons) if (!byKind.has(reason.kind)) byKind.set(reason.kind, reason);
  }
  if (byKind.size > 0) return [...byKind.values()].slice(0, 8);
  const { activity } = session.interval;
  if (activity.state !== 'active') return [];
  return activity.reasons.map((reason) =>
    reason.kind === 'input' ? { ...reason, inputAgoMs: Math.max(0, atMs - lastMs) } : reason,
  );
}

function percentOf(session: TrackedSession): number | null {
  const known = session.instances.flatMap(({ percentOfCore }) =>
    percentOfCore === null ? [] : [percentOfCore],
  );
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
}

function activityAt(session: TrackedSession, machine: Machine, atMs: number, idleAfterMs: number): Activity {
  if (machine.sleepingSinceMs !== null) return { state: 'suspended', sinceMs: machine.sleepingSinceMs };
  if (session.instances.length === 0)
    return {
      state: 'active',
      sinceMs: machine.silenceFromMs,
      reasons: [NOBODY_CAN_TELL],
    };
  const lastMs = lastSignMs(session, machine);
  if (machine.lockedSinceMs !== null) {
    const computedMs = latest(session.instances.map((instance) => instance.lastComputedAtMs));
    const isBusy =
      computedMs > machine.lockedSinceMs || session.instances.some(({ reasons }) => showsComputing(reasons));
    const isComputing = isBusy && atMs - computedMs < idleAfterMs;
    if (!isComputing) return { state: 'locked', sinceMs: Math.max(machine.lockedSinceMs, computedMs) };
    return { state: 'active', sinceMs: computedMs, reasons: reasonsOf(session, lastMs, atMs) };
  }
  if (atMs - lastMs >= idleAfterMs)
    return {
      state: 'idle',
      sinceMs: lastMs,
      reason: { kind: 'no-input', percentOfCore: percentOf(session) },
    };
  return { state: 'active', sinceMs: lastMs, reasons: reasonsOf(session, lastMs, atMs) };
}

/** Brings one session into the state that the rules give it at `atMs`. */
export function settle(
  session: TrackedSession,
  machine: Machine,
  atMs: number,
  rules: ActivityRules,
): SessionStep {
  const next = activityAt(session, machine, atMs, rules.usageIdleAfterMs);
  const isActive = next.state === 'active';
  const { interval } = session;
  const activeFromMs =
    interval.activity.state === 'active' ? interval.fromMs : Math.max(next.sinceMs, interval.fromMs);
  const tail = settleTail(session, {
    silentUntilMs: isActive ? activeFromMs : atMs,
    isOver: isActive,
    idleAfterMs: rules.usageIdleAfterMs,
    newId: rules.newId,
  });
  const current = tail.session.interval.activity;
  if (current.state === next.state) {
    if (!isActive) return tail;
    const restated = restate(tail.session, next.reasons, atMs);
    return { session: restated.session, facts: [...tail.facts, ...restated.facts] };
  }
  const moved = move(tail.session, next, {
    newId: rules.newId,
    atMs,
    lastActiveAtMs: lastSignMs(tail.session, machine),
  });
  return { session: moved.session, facts: [...tail.facts, ...moved.facts] };
}
