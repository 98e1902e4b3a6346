/** "Ask the holder" and announced ends of seats, as one reader sees them. Pure. */
import { type AgentAction, pressOf } from './agent-actions.ts';
import type { AgentState } from './agent-api.ts';
import type { FormatClock } from './durations.ts';
import { moments } from './strings.ts';
import type { HandoverRequest, HolderView, MyHandover, MyWarning, PoolView } from './views.ts';

/** Somebody asks for a seat of mine. */
export interface RequestView {
  readonly request: HandoverRequest;
  readonly sentences: readonly string[];
  readonly freeNow: AgentAction;
  /** null: that was said already. */
  readonly inTenMinutes: AgentAction | null;
  readonly busy: AgentAction;
}

/** I ask for somebody's seat. */
export interface AskedView {
  readonly handover: MyHandover;
  readonly sentences: readonly string[];
}

export interface WarningView {
  readonly warning: MyWarning;
  /** Never below 0. */
  readonly leftMs: number;
  readonly sentences: readonly string[];
}

export function viewRequest(
  state: AgentState,
  request: HandoverRequest,
  nowMs: number,
  formatClock: FormatClock,
): RequestView {
  const { handoverId, productName, askerName, untilMs, answer } = request;
  const press = pressOf(state, 'answer-handover', handoverId, nowMs);
  const base = { type: 'answerHandover', handoverId, productName, press } as const;
  const until = formatClock(untilMs, nowMs);
  return {
    request,
    sentences: [
      moments.asked(askerName, productName),
      answer === null ? moments.askedHow(until) : moments.askedLater(until),
    ],
    freeNow: { ...base, answer: 'free-now' },
    inTenMinutes: answer === null ? { ...base, answer: 'in-10-minutes' } : null,
    busy: { ...base, answer: 'busy' },
  };
}

export function viewAsked(handover: MyHandover, nowMs: number, formatClock: FormatClock): AskedView {
  const until = formatClock(handover.untilMs, nowMs);
  return {
    handover,
    sentences: [
      moments.youAsked(handover.holderName, handover.productName),
      handover.answer === null ? moments.noAnswerYet(until) : moments.answeredLater(until),
    ],
  };
}

export function viewWarning(warning: MyWarning, nowMs: number, formatClock: FormatClock): WarningView {
  const { untilMs, note, unsavedWork } = warning;
  return {
    warning,
    leftMs: Math.max(0, untilMs - nowMs),
    sentences: [
      moments.warned(formatClock(untilMs, nowMs)),
      moments.warnedWhy(note),
      ...(unsavedWork === 'yes' ? [moments.warnedUnsaved()] : []),
      moments.warnedWhatNext(),
    ],
  };
}

/**
 * What this person may ask of the holders of a pool, by lease. Only who waits or runs without a seat asks, one holder at
 * a time and nobody twice at once; the server checks it again.
 */
export function viewAsks(state: AgentState, pool: PoolView, nowMs: number): ReadonlyMap<string, AgentAction> {
  const asks = new Map<string, AgentAction>();
  const need = needIn(state, pool);
  if (!need) return asks;
  const { productId, productName } = need;
  const mySessionIds = new Set(state.mine.seats.map(({ sessionId }) => sessionId));
  const myUserIds = new Set(
    [...pool.holders]
      .filter(({ sessionId }) => mySessionIds.has(sessionId))
      .map(({ userId }) => userId)
      .concat(pool.queue.flatMap(({ ticketId, userId }) => (isMyTicket(state, ticketId) ? [userId] : []))),
  );
  for (const { leaseId, seat, userId } of pool.holders) {
    if (leaseId === null || seat !== 'held' || myUserIds.has(userId)) continue;
    const press = pressOf(state, 'ask-holder', leaseId, nowMs);
    asks.set(leaseId, { type: 'askHolder', leaseId, productId, isNamed: false, productName, press });
  }
  return asks;
}

function isMyTicket(state: AgentState, ticketId: string): boolean {
  return state.mine.tickets.some((ticket) => ticket.ticketId === ticketId);
}

/** A product of the pool that I wait for, or run without a seat, and do not ask for already. */
function needIn(
  state: AgentState,
  pool: PoolView,
): Pick<HolderView, 'productId' | 'productName'> | undefined {
  const running = state.sessions.filter(({ seat }) => seat?.state === 'overage');
  const asked = new Set(state.mine.handovers.map(({ productId }) => productId));
  return [...state.mine.tickets, ...running].find(
    ({ productId }) => pool.productIds.includes(productId) && !asked.has(productId),
  );
}
