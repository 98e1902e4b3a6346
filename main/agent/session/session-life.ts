/** Birth and death of sessions, and which process belongs to which. Pure; docs/SESSION.md E1 to E6 and E24 to E26. */
import type { ActiveReason, SessionEnd } from '../../../shared/domain.ts';
import type { Fact } from '../../../shared/protocol.ts';
import type { ActivityEvidence } from '../sensors/observations.ts';
import { intervalFact, openFactsOf, openInterval, settleTail } from './intervals.ts';
import { cleanName, cleanPercent, cleanReasons, NOBODY_CAN_TELL, showsComputing } from './reasons.ts';
import type { ActivityRules } from './session-activity.ts';
import type { Appeared, TrackedInstance, TrackedSession } from './tracker-state.ts';

export interface KnownProduct {
  readonly name: string;
  readonly sessionPer: 'instance' | 'login-session';
}

export interface TrackerContext extends ActivityRules {
  /** An opaque key for a process identity; the same text gives the same key. */
  readonly hashKey: (text: string) => string;
  /** undefined: no such product in the catalog. */
  readonly product: (productId: string) => KnownProduct | undefined;
}

/** The protocol's limit for one agent (E6). */
export const MAXIMUM_OPEN_SESSIONS = 1000;
/** An application older than this when it is first seen ran before the agent did. */
const JUST_STARTED_MS = 60_000;

function firstReasons(appeared: Appeared): ActiveReason[] {
  const isNew = appeared.seenAtMs - appeared.startedAtMs < JUST_STARTED_MS;
  return [isNew ? { kind: 'just-started' } : { kind: 'idle-unknown', because: 'sample-gap' }];
}

export function instanceOf(appeared: Appeared): TrackedInstance {
  return {
    instanceKey: appeared.instanceKey,
    processCount: appeared.processCount,
    lastActiveAtMs: appeared.seenAtMs,
    lastComputedAtMs: appeared.seenAtMs,
    reasons: firstReasons(appeared),
    percentOfCore: null,
  };
}

export function withEvidence(
  instance: TrackedInstance,
  evidence: ActivityEvidence,
  atMs: number,
): TrackedInstance {
  const reasons = cleanReasons(evidence.reasons);
  return {
    ...instance,
    lastActiveAtMs: Math.max(0, Math.min(Math.round(evidence.lastActiveAtMs), atMs)),
    lastComputedAtMs: showsComputing(reasons) ? atMs : Math.min(instance.lastComputedAtMs, atMs),
    reasons,
    percentOfCore: cleanPercent(evidence.percentOfCore),
  };
}

export interface Birth {
  readonly sessionId: string;
  readonly productId: string;
  readonly startedAtMs: number;
  readonly processKey: string;
  readonly origin: TrackedSession['origin'];
  readonly instances: readonly TrackedInstance[];
  readonly atMs: number;
}

/** A session begins: active since its start (E7). */
export function begin(birth: Birth, context: TrackerContext): { session: TrackedSession; facts: Fact[] } {
  const { sessionId, productId, processKey, origin, atMs } = birth;
  const startedAtMs = Math.max(0, Math.min(birth.startedAtMs, atMs));
  const productName = cleanName(context.product(productId)?.name ?? productId);
  const reasons = birth.instances[0]?.reasons ?? [NOBODY_CAN_TELL];
  const interval = openInterval(
    { state: 'active', sinceMs: startedAtMs, reasons: [...reasons] },
    context.newId,
    atMs,
  );
  const session: TrackedSession = {
    sessionId,
    productId,
    productName,
    startedAtMs,
    processKey,
    origin,
    presence: { state: 'seen' },
    instances: [...birth.instances],
    interval,
    tail: null,
  };
  return { session, facts: openFactsOf(session) };
}

/** A session ends: its open interval is closed, and its end is told once (E4). */
export function end(session: TrackedSession, atMs: number, reason: SessionEnd, rules: ActivityRules): Fact[] {
  const { interval, sessionId } = session;
  const endedAtMs = Math.max(atMs, interval.fromMs);
  const tail = settleTail(session, {
    silentUntilMs: endedAtMs,
    isOver: true,
    idleAfterMs: rules.usageIdleAfterMs,
    newId: rules.newId,
  });
  return [
    ...tail.facts,
    intervalFact(sessionId, interval, endedAtMs),
    { kind: 'session-ended', sessionId, endedAtMs, reason },
  ];
}

/** The open session that takes this process, if one does: a hold above it first (E25), then the product's rule (E2). */
export function homeOf(
  sessions: readonly TrackedSession[],
  appeared: Appeared,
  context: TrackerContext,
): TrackedSession | undefined {
  const ofProduct = sessions.filter(({ productId }) => productId === appeared.productId);
  const hold = ofProduct.find(
    ({ origin }) => origin.kind === 'hold' && appeared.ancestorPids.includes(origin.pid),
  );
  if (hold) return hold;
  if (context.product(appeared.productId)?.sessionPer !== 'login-session') return undefined;
  return ofProduct.find(({ origin, presence }) => origin.kind === 'application' && presence.state === 'seen');
}
