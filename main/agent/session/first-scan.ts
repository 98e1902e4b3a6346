/** The agent has come back: which of the sessions it knew still run, and what became of the rest. Pure; E19 to E23. */
import type { Activity } from '../../../shared/domain.ts';
import type { Fact } from '../../../shared/protocol.ts';
import { move, type SessionStep } from './intervals.ts';
import { end, type TrackerContext } from './session-life.ts';
import type { Appeared, TrackedSession, TrackerState } from './tracker-state.ts';

/** Every session of an earlier run is awaited, or ended with the boot it belonged to (E22). */
export function awaitAll(
  state: TrackerState,
  bootId: string,
  atMs: number,
  context: TrackerContext,
): { state: TrackerState; facts: Fact[] } {
  const isOtherBoot = state.bootId !== bootId;
  const lastSeenAtMs = Math.min(state.lastSeenAtMs, atMs);
  const facts = isOtherBoot
    ? state.sessions.flatMap((session) => end(session, lastSeenOf(session, lastSeenAtMs), 'reboot', context))
    : [];
  const awaited = state.sessions.map((session) => ({
    ...session,
    presence: { state: 'awaited' as const, lastSeenAtMs: lastSeenOf(session, lastSeenAtMs) },
  }));
  return {
    facts,
    state: {
      version: 1,
      bootId,
      lastSeenAtMs: atMs,
      machine: { sleepingSinceMs: null, lockedSinceMs: null, silenceFromMs: atMs },
      firstScan: { state: 'running', startedAtMs: atMs, appeared: [] },
      sessions: isOtherBoot ? [] : awaited,
    },
  };
}

/** A second restart before the first scan was done must not move the end of what nobody has seen since. */
function lastSeenOf(session: TrackedSession, lastSeenAtMs: number): number {
  return session.presence.state === 'awaited' ? session.presence.lastSeenAtMs : lastSeenAtMs;
}

/** A session is seen again: the time in which nobody watched counts as active, or as sleep (E20). */
export function seenAgain(
  session: TrackedSession,
  agentStartedAtMs: number,
  atMs: number,
  context: TrackerContext,
): SessionStep {
  invariantAwaited(session);
  const seen: TrackedSession = { ...session, presence: { state: 'seen' } };
  const was = session.interval.activity.state;
  if (was === 'active') return { session: seen, facts: [] };
  const next: Activity =
    was === 'suspended'
      ? { state: 'active', sinceMs: agentStartedAtMs, reasons: [{ kind: 'resumed' }] }
      : {
          state: 'active',
          sinceMs: session.presence.lastSeenAtMs,
          reasons: [{ kind: 'idle-unknown', because: 'sample-gap' }],
        };
  return move(seen, next, { newId: context.newId, atMs, lastActiveAtMs: agentStartedAtMs });
}

function invariantAwaited(
  session: TrackedSession,
): asserts session is TrackedSession & { presence: { state: 'awaited' } } {
  if (session.presence.state !== 'awaited')
    throw new Error('invariant broken: only an awaited session is seen again');
}

export interface Roll {
  readonly sessions: readonly TrackedSession[];
  readonly facts: readonly Fact[];
  /** What appeared and belongs to none of the known sessions. */
  readonly unclaimed: readonly Appeared[];
}

/** Calls the roll after the first full scan: known sessions are seen again or ended unseen. Holds wait for their caller. */
export function callRoll(
  sessions: readonly TrackedSession[],
  appeared: readonly Appeared[],
  { agentStartedAtMs, atMs, context }: { agentStartedAtMs: number; atMs: number; context: TrackerContext },
): Roll {
  const present = new Map(appeared.map((one) => [one.instanceKey, one]));
  const claimed = new Set<string>();
  const kept: TrackedSession[] = [];
  const facts: Fact[] = [];
  for (const session of sessions) {
    if (session.presence.state === 'seen') {
      kept.push(session);
      continue;
    }
    const instances = session.instances.flatMap((instance) => {
      const found = present.get(instance.instanceKey);
      if (!found) return [];
      claimed.add(instance.instanceKey);
      return [{ ...instance, processCount: found.processCount, lastActiveAtMs: atMs, reasons: [] }];
    });
    if (session.origin.kind === 'hold') {
      kept.push({ ...session, instances });
    } else if (instances.length === 0) {
      facts.push(...end(session, session.presence.lastSeenAtMs, 'unseen', context));
    } else {
      const step = seenAgain({ ...session, instances }, agentStartedAtMs, atMs, context);
      kept.push(step.session);
      facts.push(...step.facts);
    }
  }
  return {
    sessions: kept,
    facts,
    unclaimed: appeared.filter(({ instanceKey }) => !claimed.has(instanceKey)),
  };
}
