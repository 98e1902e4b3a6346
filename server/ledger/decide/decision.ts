/** What a decision is given and what it gives back. Types and tiny makers only. */

import type { SessionId } from '../../../shared/domain.ts';
import type { Outcome } from '../../../shared/outcome.ts';
import { success } from '../../../shared/outcome.ts';
import type { NewId } from '../../../shared/time.ts';
import type { Answer, LedgerCommand, RefusalCode } from '../commands.ts';
import { EMPTY_ANSWER } from '../commands.ts';
import type { LedgerEvent } from '../events.ts';
import type { LedgerState } from '../state.ts';

export type CommandOf<K extends LedgerCommand['kind']> = Extract<LedgerCommand, { kind: K }>;

/** Time and chance of one decision. */
export interface DecisionContext {
  /** The server's wall clock. Written into events; orders nothing. */
  readonly nowMs: number;
  readonly newId: NewId;
  /** How long a session has been silent; 0: heard just now. */
  silentMs(sessionId: SessionId): number;
  readonly leaseTtlMs: number;
  readonly graceMs: number;
}

/**
 * start: an application was started, a denial is recorded. again: a session that already runs is looked at once more.
 * return: a machine is back after it lost its seat by silence.
 */
export type RequestMode = 'start' | 'again' | 'return';

/** The command's own effect. What follows from it (offers, claims) is added by execute.ts, step by step. */
export interface Decision {
  readonly events: readonly LedgerEvent[];
  /** Sessions that then ask for a seat, in this order, each after the queue was served. */
  readonly requests: readonly { readonly sessionId: SessionId; readonly mode: RequestMode }[];
  /** Read off the state after everything that followed. */
  readonly answer: (after: LedgerState) => Answer;
}

export type Decided = Outcome<Decision, RefusalCode>;

export function decided(
  events: readonly LedgerEvent[],
  answer: Decision['answer'] = () => EMPTY_ANSWER,
  requests: Decision['requests'] = [],
): Decided {
  return success({ events, answer, requests });
}

/** [L53] Within a grace nothing ends by time and everybody counts as live. */
export function isInGrace(state: LedgerState, context: DecisionContext): boolean {
  return context.nowMs < state.graceUntilMs;
}

/** [L50] Computed from the last renewal, the time to live and now; never stored. */
export function isSessionLive(state: LedgerState, sessionId: SessionId, context: DecisionContext): boolean {
  return isInGrace(state, context) || context.silentMs(sessionId) < context.leaseTtlMs;
}
