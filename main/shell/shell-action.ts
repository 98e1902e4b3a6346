/** What a person can start from tray and notification. One type, so that a new wish must be handled everywhere. */
import type { AgentAction } from '../../shared/agent-view.ts';
import { assertNever } from '../../shared/outcome.ts';
import type { PageCommand } from './panel-requests.ts';

export type ShellAction =
  | { readonly type: 'command'; readonly command: PageCommand }
  | { readonly type: 'open-panel' }
  | { readonly type: 'toggle-autostart' }
  | { readonly type: 'quit' };

/** The command that an action of the shared view stands for. */
export function commandOf(action: AgentAction): PageCommand {
  switch (action.type) {
    case 'claim':
      return { name: 'claim', input: { offerId: action.offerId } };
    case 'decline':
      return { name: 'decline', input: { offerId: action.offerId } };
    case 'leave':
      return { name: 'leave', input: { ticketId: action.ticketId } };
    case 'release':
      return {
        name: 'release',
        input: {
          sessionId: action.sessionId,
          ...(action.comeBackAtMs === undefined ? {} : { comeBackAtMs: action.comeBackAtMs }),
        },
      };
    case 'defer':
      return { name: 'defer', input: { ticketId: action.ticketId, forMs: action.forMs } };
    case 'askHolder': {
      const { leaseId, productId, isNamed } = action;
      return { name: 'askHolder', input: { leaseId, productId, isNamed } };
    }
    case 'answerHandover':
      return { name: 'answerHandover', input: { handoverId: action.handoverId, answer: action.answer } };
    case 'queue':
      return { name: 'queue', input: { productId: action.productId } };
    case 'dismissNotice':
      return { name: 'dismissNotice', input: { noticeId: action.noticeId } };
    default:
      return assertNever(action);
  }
}
