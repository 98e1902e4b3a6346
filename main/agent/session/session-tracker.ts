/**
 * Observations in, facts out: a pure reducer over the sessions of one login session. No clock, no disk, no process.
 * The rules are numbered in docs/SESSION.md.
 *
 * | a session is | what enters                                         | what leaves                                     |
 * |--------------|-----------------------------------------------------|-------------------------------------------------|
 * | awaited      | every known session, when the agent starts          | seen in the first scan; gone: ended `unseen`;   |
 * |              |                                                     | another boot: ended `reboot`                    |
 * | active       | start, sign of activity, unlock, resume, unknown    | silence -> idle; lock -> locked; sleep          |
 * | idle         | silence of usageIdleAfter, since the last sign      | sign -> active; lock -> locked; sleep           |
 * | locked       | screen locked and nothing computes                  | unlock or computing -> active; sleep            |
 * | suspended    | the machine sleeps                                  | resume -> active, or locked if still locked     |
 * | ended        | last process gone, hold over, product removed       | nothing: the session is forgotten               |
 */
import { assertNever } from '../../../shared/outcome.ts';
import type { Fact } from '../../../shared/protocol.ts';
import type { AppInstance, Observation } from '../sensors/observations.ts';
import { awaitAll, callRoll, seenAgain } from './first-scan.ts';
import {
  homeOf,
  instanceOf,
  MAXIMUM_OPEN_SESSIONS,
  type TrackerContext,
  withEvidence,
} from './session-life.ts';
import type { Appeared, TrackedInstance, TrackedSession, TrackerState } from './tracker-state.ts';
import { TrackerStep } from './tracker-step.ts';

/** What the host says besides what the sensors saw. */
export type HostInput =
  | { readonly kind: 'agent-started'; readonly atMs: number; readonly bootId: string }
  /** The sensors are awake and see what they saw: moves the end of sessions that will vanish unseen (E21). */
  | { readonly kind: 'still-watching'; readonly atMs: number }
  | {
      readonly kind: 'hold-started';
      readonly atMs: number;
      readonly sessionId: string;
      readonly productId: string;
      readonly pid: number;
    }
  | { readonly kind: 'hold-ended'; readonly atMs: number; readonly sessionId: string }
  /** Holds of an earlier run whose caller did not come back. */
  | { readonly kind: 'holds-lapsed'; readonly atMs: number }
  | { readonly kind: 'products-removed'; readonly atMs: number; readonly productIds: readonly string[] };
export type TrackerInput = Observation | HostInput;

export interface TrackerResult {
  readonly state: TrackerState;
  /** To be committed together with the state, in this order. */
  readonly facts: readonly Fact[];
  /** false: nothing changed that a later run of the agent must know. */
  readonly mustPersist: boolean;
}

/** One step. The same state and input give the same result, but for the ids that `context.newId` makes. */
export function track(state: TrackerState, input: TrackerInput, context: TrackerContext): TrackerResult {
  const atMs = Math.max(0, Math.round(input.atMs));
  const step = new TrackerStep(state, atMs, context);
  // The wall clock may have been set back: silence cannot count from an instant that has not come yet.
  const { machine } = state;
  if (machine.silenceFromMs > atMs) step.change({ machine: { ...machine, silenceFromMs: atMs } });
  take(step, input);
  if (input.kind !== 'machine-suspended') step.change({ lastSeenAtMs: atMs });
  return { state: step.state, facts: step.facts, mustPersist: step.mustPersist };
}

/** The open hold of this caller, if it has one: awaited after a restart of the agent, or held all the time. */
export function findHold(state: TrackerState, productId: string, pid: number): TrackedSession | undefined {
  return state.sessions.find(
    (session) =>
      session.productId === productId && session.origin.kind === 'hold' && session.origin.pid === pid,
  );
}

function take(step: TrackerStep, input: TrackerInput): void {
  switch (input.kind) {
    case 'agent-started':
      startAgent(step, input.bootId);
      break;
    case 'still-watching':
      if (step.state.sessions.length > 0) step.markStructural();
      break;
    case 'instance-appeared':
      appear(step, appearedOf(input.instance, step));
      break;
    case 'instance-changed':
      step.changeInstance(input.instanceKey, (one) => ({ ...one, processCount: input.processCount }));
      break;
    case 'instance-activity': {
      step.changeInstance(input.instanceKey, (one) => withEvidence(one, input.evidence, step.atMs));
      const session = step.sessionOf(input.instanceKey);
      if (session) step.settle(session);
      break;
    }
    case 'instance-vanished':
      vanish(step, input.instanceKey);
      break;
    case 'first-scan-done':
      finishFirstScan(step);
      break;
    case 'locked':
      setMachine(step, { lockedSinceMs: step.state.machine.lockedSinceMs ?? step.atMs });
      break;
    case 'unlocked':
      unlock(step);
      break;
    case 'machine-suspended':
      setMachine(step, { sleepingSinceMs: step.state.machine.sleepingSinceMs ?? step.atMs });
      break;
    case 'machine-resumed':
      resume(step);
      break;
    case 'hold-started':
      startHold(step, input);
      break;
    case 'hold-ended':
      endHolds(step, ({ sessionId }) => sessionId === input.sessionId);
      break;
    case 'holds-lapsed':
      endHolds(step, ({ presence }) => presence.state === 'awaited');
      break;
    case 'products-removed':
      for (const session of step.state.sessions)
        if (input.productIds.includes(session.productId)) step.end(session, step.atMs, 'product-removed');
      break;
    case 'sensor-health':
      break;
    default:
      assertNever(input);
  }
}

// ---------------------------------------------------------------- processes

function appearedOf(instance: AppInstance, { atMs, context }: TrackerStep): Appeared {
  return {
    instanceKey: instance.instanceKey,
    productId: instance.productId,
    processKey: context.hashKey(instance.instanceKey),
    startedAtMs: Math.max(0, Math.min(Math.round(instance.startedAtMs), atMs)),
    processCount: instance.processCount,
    ancestorPids: [...instance.ancestorPids],
    seenAtMs: atMs,
  };
}

function appear(step: TrackerStep, appeared: Appeared): void {
  const { firstScan } = step.state;
  if (firstScan.state === 'done') {
    admit(step, appeared);
    return;
  }
  const others = firstScan.appeared.filter(({ instanceKey }) => instanceKey !== appeared.instanceKey);
  step.change({ firstScan: { ...firstScan, appeared: [...others, appeared] } });
}

function admit(step: TrackerStep, appeared: Appeared): void {
  const { instanceKey, productId, processCount } = appeared;
  if (!step.context.product(productId)) return;
  if (step.sessionOf(instanceKey)) {
    step.changeInstance(instanceKey, (one) => ({ ...one, processCount }));
    return;
  }
  const home = homeOf(step.state.sessions, appeared, step.context);
  if (home) {
    step.markStructural();
    step.settle({ ...home, instances: [...home.instances, instanceOf(appeared)] });
    return;
  }
  if (step.state.sessions.length >= MAXIMUM_OPEN_SESSIONS) return;
  const sessionId = step.context.newId();
  step.begin({
    ...appeared,
    sessionId,
    origin: { kind: 'application' },
    instances: [instanceOf(appeared)],
  });
}

function vanish(step: TrackerStep, instanceKey: string): void {
  const { firstScan } = step.state;
  if (firstScan.state === 'running') {
    const appeared = firstScan.appeared.filter((one) => one.instanceKey !== instanceKey);
    step.change({ firstScan: { ...firstScan, appeared } });
    return;
  }
  const session = step.sessionOf(instanceKey);
  if (!session) return;
  const instances = session.instances.filter((one) => one.instanceKey !== instanceKey);
  step.markStructural();
  if (instances.length > 0 || session.origin.kind === 'hold') step.settle({ ...session, instances });
  else step.end(session, step.atMs, 'exit');
}

// ---------------------------------------------------------------- the agent comes back

function startAgent(step: TrackerStep, bootId: string): void {
  const { state, facts } = awaitAll(step.state, bootId, step.atMs, step.context);
  step.change(state);
  step.tell(facts);
}

function finishFirstScan(step: TrackerStep): void {
  const { firstScan, sessions } = step.state;
  if (firstScan.state === 'done') return;
  const roll = callRoll(sessions, firstScan.appeared, {
    agentStartedAtMs: firstScan.startedAtMs,
    atMs: step.atMs,
    context: step.context,
  });
  step.change({ firstScan: { state: 'done' }, sessions: roll.sessions });
  step.markStructural();
  step.tell(roll.facts);
  // Oldest first, so that a session of several processes starts with the first of them (E1).
  for (const appeared of roll.unclaimed.toSorted((a, b) => a.startedAtMs - b.startedAtMs))
    admit(step, appeared);
  step.settleAll();
}

// ---------------------------------------------------------------- the machine

function setMachine(step: TrackerStep, change: Partial<TrackerState['machine']>): void {
  step.change({ machine: { ...step.state.machine, ...change } });
  step.settleAll();
}

function unlock(step: TrackerStep): void {
  if (step.state.machine.lockedSinceMs === null) return;
  setReasons(step, { kind: 'input', inputAgoMs: 0 });
  setMachine(step, { lockedSinceMs: null, silenceFromMs: step.atMs });
}

function resume(step: TrackerStep): void {
  const { sleepingSinceMs, lockedSinceMs } = step.state.machine;
  if (sleepingSinceMs === null) return;
  setReasons(step, { kind: 'resumed' });
  setMachine(step, {
    sleepingSinceMs: null,
    silenceFromMs: step.atMs,
    lockedSinceMs: lockedSinceMs === null ? null : step.atMs,
  });
}

function setReasons(step: TrackerStep, reason: TrackedInstance['reasons'][number]): void {
  const sessions = step.state.sessions.map((session) => ({
    ...session,
    instances: session.instances.map((one) => ({ ...one, reasons: [reason] })),
  }));
  step.change({ sessions });
}

// ---------------------------------------------------------------- holds

function startHold(
  step: TrackerStep,
  { sessionId, productId, pid }: HostInput & { kind: 'hold-started' },
): void {
  const known = findHold(step.state, productId, pid);
  if (known?.presence.state === 'seen') return;
  if (known) {
    step.markStructural();
    const { session, facts } = seenAgain(known, step.state.machine.silenceFromMs, step.atMs, step.context);
    step.tell(facts);
    step.settle(session);
    return;
  }
  const processKey = step.context.hashKey(`hold|${step.state.bootId}|${pid}|${sessionId}`);
  const origin = { kind: 'hold' as const, pid };
  step.begin({ sessionId, productId, startedAtMs: step.atMs, processKey, origin, instances: [] });
}

function endHolds(step: TrackerStep, isMeant: (session: TrackedSession) => boolean): void {
  for (const session of step.state.sessions) {
    if (session.origin.kind !== 'hold' || !isMeant(session)) continue;
    const { presence, productId, instances } = session;
    const wasAwaited = presence.state === 'awaited';
    const endedAtMs = Math.max(wasAwaited ? presence.lastSeenAtMs : step.atMs, session.interval.fromMs);
    step.end(session, endedAtMs, wasAwaited ? 'unseen' : 'exit');
    const [first] = instances;
    if (!first) continue;
    // The application outlives its hold and goes on as a session of its own (E26).
    const sessionId = step.context.newId();
    const processKey = step.context.hashKey(first.instanceKey);
    const origin = { kind: 'application' as const };
    step.begin({ sessionId, productId, startedAtMs: endedAtMs, processKey, origin, instances });
  }
}
