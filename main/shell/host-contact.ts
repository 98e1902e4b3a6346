/** Whether the shell reaches the agent host, and what the host last said. A face shows this; it decides nothing. */
import type { AgentState } from '../../shared/agent-api.ts';

export type HostContact =
  /** The shell is new and has not reached a host yet. */
  | { readonly state: 'starting'; readonly sinceMs: number }
  | { readonly state: 'attached'; readonly sinceMs: number; readonly agent: AgentState }
  /** The host went away; `last` is what it said before, which is not true any more by itself. */
  | {
      readonly state: 'away';
      readonly sinceMs: number;
      readonly last: AgentState | null;
      readonly problem: HostProblem | null;
    };

/** What keeps the shell from its host when waiting alone will not help. */
export type HostProblem =
  /** It was started several times and never answered. */
  | 'does-not-start'
  /** It answers, but says things this shell does not understand: another version. */
  | 'not-understood';

/** The newest thing the host said, true or not any more; null: nothing yet. */
export function lastState(contact: HostContact): AgentState | null {
  if (contact.state === 'attached') return contact.agent;
  return contact.state === 'away' ? contact.last : null;
}
