/** What every page of the signed-in console may use beside REST: live data, the present, messages. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import { invariant } from '../../shared/outcome.ts';
import type { MessageContent } from '../kit/message.tsx';
import type { Live, LiveState } from './live.ts';

export interface ConsoleContextValue {
  readonly live: Live;
  readonly serverVersion: string;
  readonly say: (message: MessageContent) => void;
}

export const ConsoleContext = createContext<ConsoleContextValue | null>(null);

export function useConsole(): ConsoleContextValue {
  const value = useContext(ConsoleContext);
  invariant(value, 'pages are drawn inside the signed-in console');
  return value;
}

export function useLive(): LiveState {
  const { live } = useConsole();
  return useSyncExternalStore(live.subscribe, live.state);
}
