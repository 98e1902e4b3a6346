/** What a person may do, as data: the same buttons under the same names in tray, panel and command. Pure. */
import type { AgentState, PendingWish } from './agent-api.ts';
import { buttons } from './strings.ts';

/** ready: may be pressed. pending: was pressed, no answer yet. offline: shown, but nobody could answer. */
export type Press = 'ready' | 'pending' | 'offline';

interface ActionBase {
  readonly productName: string;
  readonly press: Press;
}

/** One thing a person may do now, with the input of the command it stands for. */
export type AgentAction =
  | (ActionBase & { readonly type: 'claim' | 'decline'; readonly offerId: string })
  | (ActionBase & { readonly type: 'leave'; readonly ticketId: string })
  | (ActionBase & { readonly type: 'release'; readonly sessionId: string })
  | (ActionBase & { readonly type: 'queue'; readonly productId: string })
  | (ActionBase & { readonly type: 'dismissNotice'; readonly noticeId: string });

/** What an action is called in every face. */
export function actionLabel(type: AgentAction['type']): string {
  return type === 'dismissNotice' ? buttons.dismiss : buttons[type];
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
