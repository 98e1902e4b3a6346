/** The panel's only state from outside: the last AgentState, whether the carrier works, and how wishes are sent. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { AgentState, PanelBridge } from '../../shared/agent-api.ts';
import type { AgentAction, Press } from '../../shared/agent-view.ts';
import { assertNever, type Outcome } from '../../shared/outcome.ts';
import { moments } from '../../shared/strings.ts';
import { panelText } from '../../shared/strings-panel.ts';
import type { MessageContent } from '../kit/message.tsx';

export interface AgentLink {
  /** null until the first one came. */
  readonly state: AgentState | null;
  readonly isCarrierConnected: boolean;
}

export function useAgentLink(bridge: PanelBridge): AgentLink {
  const [state, setState] = useState<AgentState | null>(null);
  const [isCarrierConnected, setCarrierConnected] = useState(true);
  useEffect(() => {
    const stopState = bridge.onState(setState);
    const stopCarrier = bridge.onCarrier(setCarrierConnected);
    // An older answer must not replace a push that came meanwhile.
    void bridge.state().then((first) => setState((shown) => shown ?? first));
    return () => {
      stopState();
      stopCarrier();
    };
  }, [bridge]);
  return { state, isCarrierConnected };
}

/** Names one button: the same key means the same wish. */
export function actionKey(action: AgentAction): string {
  switch (action.type) {
    case 'claim':
    case 'decline':
      return `${action.type} ${action.offerId}`;
    case 'leave':
    case 'defer':
      return `${action.type} ${action.ticketId}`;
    case 'askHolder':
      return `askHolder ${action.leaseId}`;
    case 'answerHandover':
      return `answerHandover ${action.handoverId}`;
    case 'release':
      return `release ${action.sessionId}`;
    case 'queue':
      return `queue ${action.productId}`;
    case 'dismissNotice':
      return `dismissNotice ${action.noticeId}`;
    default:
      return assertNever(action);
  }
}

function send(bridge: PanelBridge, action: AgentAction): Promise<Outcome<unknown>> {
  switch (action.type) {
    case 'claim':
      return bridge.claim({ offerId: action.offerId });
    case 'decline':
      return bridge.decline({ offerId: action.offerId });
    case 'leave':
      return bridge.leave({ ticketId: action.ticketId });
    case 'release':
      return bridge.release({
        sessionId: action.sessionId,
        ...(action.comeBackAtMs === undefined ? {} : { comeBackAtMs: action.comeBackAtMs }),
      });
    case 'defer':
      return bridge.defer({ ticketId: action.ticketId, forMs: action.forMs });
    case 'askHolder': {
      const { leaseId, productId, isNamed } = action;
      return bridge.askHolder({ leaseId, productId, isNamed });
    }
    case 'answerHandover':
      return bridge.answerHandover({ handoverId: action.handoverId, answer: action.answer });
    case 'queue':
      return bridge.queue({ productId: action.productId });
    case 'dismissNotice':
      return bridge.dismissNotice({ noticeId: action.noticeId });
    default:
      return assertNever(action);
  }
}

function messageOf(action: AgentAction, outcome: Outcome<unknown>): MessageContent | null {
  if (!outcome.ok) return { tone: 'warning', text: outcome.message };
  if (action.type === 'dismissNotice') return null;
  if (action.type === 'release' && action.comeBackAtMs !== undefined)
    return { tone: 'positive', text: panelText.done.releaseAndComeBack(action.productName) };
  const { value } = outcome;
  const isOffered =
    typeof value === 'object' && value !== null && 'offerId' in value && value.offerId !== null;
  const done = action.type === 'queue' && isOffered ? panelText.done.offered : panelText.done[action.type];
  return { tone: 'positive', text: done(action.productName) };
}

export interface Wishes {
  /** How to draw the button of `action`, what was pressed just now included. */
  pressOf(action: AgentAction): Press;
  run(action: AgentAction): void;
  readonly message: MessageContent | null;
  readonly say: (message: MessageContent) => void;
  readonly clearMessage: () => void;
}

export function useWishes(bridge: PanelBridge, isCarrierConnected: boolean): Wishes {
  const [running, setRunning] = useState<ReadonlySet<string>>(new Set());
  const [message, say] = useState<MessageContent | null>(null);
  const clearMessage = useCallback(() => say(null), []);
  return useMemo(() => {
    const pressOf = (action: AgentAction): Press => {
      if (running.has(actionKey(action))) return 'pending';
      return isCarrierConnected ? action.press : 'offline';
    };
    const run = async (action: AgentAction): Promise<void> => {
      if (pressOf(action) !== 'ready') return;
      const key = actionKey(action);
      setRunning((keys) => new Set([...keys, key]));
      const outcome = await send(bridge, action).catch((error: unknown): Outcome<unknown> => {
        console.warn('wish failed', error);
        return {
          ok: false,
          code: 'OFFLINE',
          message: moments.hostSilent(),
        };
      });
      setRunning((keys) => new Set([...keys].filter((other) => other !== key)));
      say(messageOf(action, outcome));
    };
    return { pressOf, run: (action) => void run(action), message, say, clearMessage };
  }, [bridge, isCarrierConnected, running, message, clearMessage]);
}
