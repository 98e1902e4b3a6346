/** What a person may do, as data: the same buttons under the same names in tray, panel and command. Pure. */
import type { AgentState, PendingWish } from './agent-api.ts';
import type { HandoverAnswer } from './domain.ts';
import { buttons } from './strings.ts';
import { MINUTE } from './time.ts';

/** ready: may be pressed. pending: was pressed, no answer yet. offline: shown, but nobody could answer. */
export type Press = 'ready' | 'pending' | 'offline';

/** "Not now" by one press. */
export const NOT_NOW_MS = 15 * MINUTE;

interface ActionBase {
  readonly productName: string;
  readonly press: Press;
}

/** One thing a person may do now, with the input of the command it stands for. */
export type AgentAction =
  | (ActionBase & { readonly type: 'claim' | 'decline'; readonly offerId: string })
  | (ActionBase & { readonly type: 'leave'; readonly ticketId: string })
  | (ActionBase & { readonly type: 'defer'; readonly ticketId: string; readonly forMs: number })
  /** With `comeBackAtMs` a place is booked for then. */
  | (ActionBase & { readonly type: 'release'; readonly sessionId: string; readonly comeBackAtMs?: number })
  | (ActionBase & { readonly type: 'queue'; readonly productId: string })
  | (ActionBase & {
      readonly type: 'askHolder';
      readonly leaseId: string;
      readonly productId: string;
      readonly isNamed: boolean;
    })
  | (ActionBase & {
      readonly type: 'answerHandover';
      readonly handoverId: string;
      readonly answer: HandoverAnswer;
    })
  | (ActionBase & { readonly type: 'dismissNotice'; readonly noticeId: string });

/** What an action is called in every face. */
export function actionLabel(action: AgentAction): string {
  switch (action.type) {
    case 'dismissNotice':
      return buttons.dismiss;
    case 'answerHandover':
      return buttons.answers[action.answer];
    case 'release':
      return action.comeBackAtMs === undefined ? buttons.release : buttons.releaseAndComeBack;
    default:
      return buttons[action.type];
  }
}

/** How one button of one subject is to be drawn. */
export function pressOf(
  state: AgentState,
  type: PendingWish['type'],
  subjectId: string,
  nowMs: number,
): Press {
  const isPending = state.pendingWishes.some(
    (wish) => wish.type === type && wish.subjectId === subjectId && wish.deadlineMs > nowMs,
  );
  if (isPending) return 'pending';
  return state.connection.state === 'online' ? 'ready' : 'offline';
}

export function queueAction(
  state: AgentState,
  productId: string,
  productName: string,
  nowMs: number,
): AgentAction {
  return { type: 'queue', productId, productName, press: pressOf(state, 'queue', productId, nowMs) };
}

export function deferAction(
  state: AgentState,
  { ticketId, productName }: { readonly ticketId: string; readonly productName: string },
  nowMs: number,
): AgentAction {
  const press = pressOf(state, 'defer', ticketId, nowMs);
  return { type: 'defer', ticketId, forMs: NOT_NOW_MS, productName, press };
}
