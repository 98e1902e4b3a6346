/**
 * The intervals of one session: the only place that opens, closes, replaces, restates or corrects one. Pure.
 * docs/SESSION.md E14 to E18.
 */
import type { ActiveReason, Activity } from '../../../shared/domain.ts';
import { invariant } from '../../../shared/outcome.ts';
import type { Fact, FactOf } from '../../../shared/protocol.ts';
import type { NewId } from '../../../shared/time.ts';
import { kindsOf } from './reasons.ts';
import type { TrackedSession } from './tracker-state.ts';

/** A session after something happened to it, and what must be told about that. */
export interface SessionStep {
  readonly session: TrackedSession;
  readonly facts: readonly Fact[];
}

const RESTATE_EVERY_MS = 60_000;
const REFRESH_EVERY_MS = 15_000;
/** A silence that began this shortly before a lock or sleep is not worth a correction: samples are that coarse. */
const SHORTEST_TAIL_MS = 30_000;

interface Stretch {
  readonly intervalId: string;
  readonly fromMs: number;
  readonly activity: Activity;
}

/** The same activity with lists of its own, as messages want them. */
function toWire(activity: Activity): FactOf<'interval'>['activity'] {
  return activity.state === 'active' ? { ...activity, reasons: [...activity.reasons] } : activity;
}

export function intervalFact(sessionId: string, stretch: Stretch, toMs: number | null): FactOf<'interval'> {
  const { intervalId, fromMs } = stretch;
  const activity = toWire(stretch.activity);
  return { kind: 'interval', sessionId, intervalId, activity, fromMs, toMs, projectId: null };
}

const leadingKind = (activity: Activity) =>
  activity.state === 'active' ? (activity.reasons[0]?.kind ?? '') : '';

/** Everything a server needs to know of an open session that it has never heard of. */
export function openFactsOf(session: TrackedSession): Fact[] {
  const { sessionId, productId, productName, startedAtMs, processKey, origin, interval } = session;
  return [
    {
      kind: 'session-started',
      sessionId,
      productId,
      productName,
      startedAtMs,
      processKey,
      origin: origin.kind,
    },
    intervalFact(sessionId, interval, null),
  ];
}

/** The open interval of a session that begins now. */
export function openInterval(activity: Activity, newId: NewId, atMs: number): TrackedSession['interval'] {
  return {
    intervalId: newId(),
    fromMs: activity.sinceMs,
    activity,
    refreshedAtMs: atMs,
    statedAtMs: atMs,
    statedKind: leadingKind(activity),
  };
}

/**
 * Takes the session into another state, at `next.sinceMs` but never before the open interval began.
 * @param lastActiveAtMs the last sign of activity so far: where a lock or sleep cut a silence, it is remembered (E16)
 */
export function move(
  session: TrackedSession,
  next: Activity,
  { newId, atMs, lastActiveAtMs }: { newId: NewId; atMs: number; lastActiveAtMs: number },
): SessionStep {
  const { interval } = session;
  invariant(next.state !== interval.activity.state, 'a move leads into another state');
  const cutMs = Math.max(next.sinceMs, interval.fromMs);
  const activity = { ...next, sinceMs: cutMs };
  if (cutMs === interval.fromMs) {
    const replaced = openInterval(activity, () => interval.intervalId, atMs);
    return {
      session: { ...session, interval: replaced },
      facts: [intervalFact(session.sessionId, replaced, null)],
    };
  }
  const opened = openInterval(activity, newId, atMs);
  const isCutSilence =
    interval.activity.state === 'active' &&
    (next.state === 'locked' || next.state === 'suspended') &&
    cutMs - lastActiveAtMs >= SHORTEST_TAIL_MS;
  const { intervalId, fromMs } = interval;
  const tail = { intervalId, fromMs, toMs: cutMs, activity: interval.activity, lastActiveAtMs };
  return {
    session: { ...session, interval: opened, tail: isCutSilence ? tail : session.tail },
    facts: [intervalFact(session.sessionId, interval, cutMs), intervalFact(session.sessionId, opened, null)],
  };
}

/**
 * Decides about a remembered tail: the silence that began before the lock has lasted until `silentUntilMs`.
 * @param isOver true when the silence ends here, so that nothing more can come of it
 */
export function settleTail(
  session: TrackedSession,
  {
    silentUntilMs,
    isOver,
    idleAfterMs,
    newId,
  }: {
    silentUntilMs: number;
    isOver: boolean;
    idleAfterMs: number;
    newId: NewId;
  },
): SessionStep {
  const { tail, sessionId } = session;
  if (!tail) return { session, facts: [] };
  if (silentUntilMs - tail.lastActiveAtMs < idleAfterMs)
    return { session: isOver ? { ...session, tail: null } : session, facts: [] };

  const idleFromMs = Math.max(tail.fromMs, tail.lastActiveAtMs);
  const idle: Activity = {
    state: 'idle',
    sinceMs: idleFromMs,
    reason: { kind: 'no-input', percentOfCore: null },
  };
  const cleared = { ...session, tail: null };
  if (idleFromMs === tail.fromMs)
    return { session: cleared, facts: [intervalFact(sessionId, { ...tail, activity: idle }, tail.toMs)] };
  return {
    session: cleared,
    facts: [
      intervalFact(sessionId, tail, idleFromMs),
      intervalFact(sessionId, { intervalId: newId(), fromMs: idleFromMs, activity: idle }, tail.toMs),
    ],
  };
}

/** Newer reasons for the same active state: shown at once when their kinds change, told when the first one does (E17). */
export function restate(
  session: TrackedSession,
  reasons: readonly ActiveReason[],
  atMs: number,
): SessionStep {
  const { interval } = session;
  invariant(interval.activity.state === 'active', 'only an active interval has reasons');
  // The wall clock may have been set back: an age is then unknown, and old enough.
  const ageOf = (sinceMs: number) => (atMs >= sinceMs ? atMs - sinceMs : Number.POSITIVE_INFINITY);
  const isOtherKind = kindsOf(reasons) !== kindsOf(interval.activity.reasons);
  if (!isOtherKind && ageOf(interval.refreshedAtMs) < REFRESH_EVERY_MS) return { session, facts: [] };

  const activity = { ...interval.activity, reasons: [...reasons] };
  const refreshed = { ...interval, activity, refreshedAtMs: atMs };
  const isTold =
    leadingKind(activity) === interval.statedKind || ageOf(interval.statedAtMs) < RESTATE_EVERY_MS;
  if (isTold) return { session: { ...session, interval: refreshed }, facts: [] };
  const stated = { ...refreshed, statedAtMs: atMs, statedKind: leadingKind(activity) };
  return {
    session: { ...session, interval: stated },
    facts: [intervalFact(session.sessionId, stated, null)],
  };
}
