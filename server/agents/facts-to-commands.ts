/**
 * What the ledger is asked, and what is written down, for each fact of an agent. Pure: who owns which session and
 * what time it is are arguments. An agent can touch sessions of its own account and workstation only.
 */
import { assertNever } from '../../shared/outcome.ts';
import { shortHash } from '../../shared/places.ts';
import type { Fact, FactOf, NumberedFact, Wish } from '../../shared/protocol.ts';
import type { AgentCommand } from '../ledger/commands.ts';
import type { Submission } from '../ledger/ports.ts';
import type { RecordChange, UsageIntervalRow } from '../stores/records.ts';
import { onServerClock } from './fact-times.ts';
import type { IdleReader } from './idle-time.ts';

/**
 * Whose a session is, seen from one agent. `past`: its own, ended and kept for usage only. `over-here`: its own, and
 * both ends of it are told in one message.
 */
export type Ownership = 'mine' | 'past' | 'over-here' | 'foreign' | 'unknown';

export interface FactContext {
  readonly userId: string;
  readonly workstationId: string;
  readonly loginSessionId: string;
  /** Outbox ids of different people never meet, whatever agents call them. */
  readonly outboxKey: string;
  /** Added to the agent's instants. */
  readonly offsetMs: number;
  readonly nowMs: number;
  readonly usageIdleAfterMs: number;
  readonly ownershipOf: (sessionId: string) => Ownership;
  readonly idleOf: IdleReader;
}

/** A fact ready to be submitted; `wishId` is set where an answer is owed. */
export interface PreparedFact {
  readonly submission: Submission;
  /** On the server's clock. */
  readonly fact: Fact;
  /** false: it is about a session that is unknown or somebody else's; only its number counts. */
  readonly isUsable: boolean;
  readonly wish: { readonly wishId: string; readonly isExpired: boolean } | null;
}

interface Meaning {
  readonly command: AgentCommand | null;
  readonly changes: readonly RecordChange[];
}

const NOTHING: Meaning = { command: null, changes: [] };

/** The same for every repeat of a fact, so that the ledger answers it again instead of doing it again. */
export const commandIdOf = (outboxKey: string, seq: number): string => `${outboxKey}#${seq}`;
/** One message of facts, in order. Sessions that start and end within it are over: they are recorded, not requested. */
export function prepareFacts(facts: readonly NumberedFact[], context: FactContext): PreparedFact[] {
  const ended = new Set(facts.flatMap(({ fact }) => (fact.kind === 'session-ended' ? [fact.sessionId] : [])));
  const started = new Map<string, 'mine' | 'over-here'>();
  const ownershipOf = (sessionId: string) => started.get(sessionId) ?? context.ownershipOf(sessionId);
  return facts.map(({ seq, fact: told }) => {
    const fact = onServerClock(told, context.offsetMs, context.nowMs);
    if (fact.kind === 'session-started' && ownershipOf(fact.sessionId) === 'unknown')
      started.set(fact.sessionId, ended.has(fact.sessionId) ? 'over-here' : 'mine');
    const isLate = fact.kind === 'wish' && fact.expiresInMs === 0;
    const meaning = isLate ? NOTHING : meaningOf(fact, { ...context, ownershipOf }, seq);
    return {
      fact,
      isUsable: meaning !== NOTHING,
      wish: fact.kind === 'wish' ? { wishId: fact.wishId, isExpired: isLate } : null,
      submission: {
        commandId: commandIdOf(context.outboxKey, seq),
        by: { kind: 'agent', userId: context.userId, workstationId: context.workstationId },
        command: meaning.command,
        outbox: { outboxId: context.outboxKey, seq },
        changes: meaning.changes,
      },
    };
  });
}

function meaningOf(fact: Fact, context: FactContext, seq: number): Meaning {
  switch (fact.kind) {
    case 'session-started':
      return startMeaning(fact, context);
    case 'interval':
      return intervalMeaning(fact, context);
    case 'session-ended':
      return endMeaning(fact, context);
    case 'wish':
      return { command: wishCommand(fact.wish, context), changes: [] };
    case 'unsaved-work': {
      const { userId, workstationId } = context;
      const { leaseId, unsavedWork } = fact;
      return {
        command: { kind: 'report-unsaved', userId, workstationId, leaseId, unsavedWork },
        changes: [],
      };
    }
    case 'summarized':
      return { command: null, changes: summaryChanges(fact, context, seq) };
    default:
      return assertNever(fact);
  }
}

function startMeaning(fact: FactOf<'session-started'>, context: FactContext): Meaning {
  const { sessionId, productId, startedAtMs, processKey, origin } = fact;
  const { userId, workstationId, loginSessionId, usageIdleAfterMs } = context;
  const ownership = context.ownershipOf(sessionId);
  if (ownership === 'mine')
    return {
      command: {
        kind: 'start-session',
        ...{ sessionId, userId, workstationId, loginSessionId, processKey, productId, startedAtMs, origin },
        deviceKey: null,
      },
      changes: [],
    };
  if (ownership !== 'over-here') return NOTHING;
  const row = { sessionId, userId, workstationId, productId, startedAtMs, usageIdleAfterMs };
  return {
    command: null,
    changes: [
      { record: 'usageSession', op: 'put', row: { ...row, endedAtMs: startedAtMs, endReason: null } },
    ],
  };
}

function intervalMeaning(fact: FactOf<'interval'>, context: FactContext): Meaning {
  if (!isOwn(fact.sessionId, context)) return NOTHING;
  const { intervalId, sessionId, activity, fromMs, toMs, projectId } = fact;
  const parts = context.idleOf(fact);
  return {
    command: parts.length === 0 ? null : { kind: 'note-idle', userId: context.userId, parts },
    changes: [intervalChange({ intervalId, sessionId, activity, fromMs, toMs, projectId })],
  };
}

function endMeaning(fact: FactOf<'session-ended'>, context: FactContext): Meaning {
  const { sessionId, endedAtMs, reason } = fact;
  if (!isOwn(sessionId, context)) return NOTHING;
  const isOpen = context.ownershipOf(sessionId) === 'mine';
  return {
    command: isOpen ? { kind: 'end-session', sessionId, endedAtMs, reason } : null,
    changes: [
      { record: 'usageSession', op: 'patch', key: { sessionId }, set: { endedAtMs, endReason: reason } },
    ],
  };
}

function wishCommand(wish: Wish, { userId, workstationId }: FactContext): AgentCommand {
  switch (wish.type) {
    case 'queue':
      return { kind: 'queue', userId, productId: wish.productId };
    case 'leave':
      return { kind: 'leave', userId, ticketId: wish.ticketId };
    case 'claim':
      return { kind: 'claim', userId, workstationId, offerId: wish.offerId };
    case 'decline':
      return { kind: 'decline', userId, offerId: wish.offerId };
    case 'release':
      return {
        kind: 'release',
        userId,
        sessionId: wish.sessionId,
        comeBackAtMs: wish.comeBackAtMs ?? null,
      };
    case 'defer':
      return { kind: 'defer', userId, ticketId: wish.ticketId, forMs: wish.forMs };
    case 'ask-holder': {
      const { leaseId, productId, isNamed } = wish;
      return { kind: 'ask-holder', userId, workstationId, leaseId, productId, isNamed };
    }
    case 'answer-handover':
      return { kind: 'answer-handover', userId, handoverId: wish.handoverId, answer: wish.answer };
    default:
      return assertNever(wish);
  }
}

/**
 * What is left of merged facts: for each session how long it was active and not. It is laid down as two intervals
 * from the start of the summary on, so that the sums are right although the order within is lost.
 */
function summaryChanges(fact: FactOf<'summarized'>, context: FactContext, seq: number): RecordChange[] {
  return fact.sessions
    .filter(({ sessionId }) => isOwn(sessionId, context))
    .flatMap(({ sessionId, activeMs, inactiveMs }) => {
      const turnMs = Math.min(fact.fromMs + activeMs, fact.toMs);
      const endMs = Math.min(turnMs + inactiveMs, fact.toMs);
      const id = `summary-${shortHash(context.outboxKey)}-${seq}-${shortHash(sessionId)}`;
      const { fromMs } = fact;
      return [
        intervalChange({
          ...{ intervalId: `${id}-active`, sessionId, fromMs, toMs: turnMs, projectId: null },
          activity: { state: 'active', sinceMs: fromMs, reasons: [] },
        }),
        intervalChange({
          ...{ intervalId: `${id}-inactive`, sessionId, fromMs: turnMs, toMs: endMs, projectId: null },
          activity: { state: 'idle', sinceMs: turnMs, reason: { kind: 'no-input', percentOfCore: null } },
        }),
      ];
    });
}

function isOwn(sessionId: string, context: FactContext): boolean {
  const ownership = context.ownershipOf(sessionId);
  return ownership !== 'foreign' && ownership !== 'unknown';
}

const intervalChange = (row: UsageIntervalRow): RecordChange => ({
  record: 'usageInterval',
  op: 'put',
  row,
});
