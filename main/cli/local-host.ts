/** The command's way to the agent host of this account: its local socket, by the agent's own client. */
import type { AgentState } from '../../shared/agent-api.ts';
import { failure, type Outcome } from '../../shared/outcome.ts';
import type { LocalClient } from '../agent/commands/local-client.ts';
import type { Context, Input } from './context.ts';

export type LocalHost = LocalClient;

/** @returns NOT_RUNNING when nobody listens; FAILED when somebody does whom this account cannot trust or understand */
export async function connectHost(
  context: Pick<Context, 'places' | 'clock'>,
  input: Input,
): Promise<Outcome<LocalHost, 'NOT_RUNNING' | 'FAILED'>> {
  const { connectLocal } = await import('../agent/commands/local-client.ts');
  const { agentSocketPath } = context.places(input);
  const connected = await connectLocal(agentSocketPath, { clock: context.clock });
  if (connected.ok) return connected;
  return failure(connected.code === 'NOT_RUNNING' ? 'NOT_RUNNING' : 'FAILED', connected.message);
}

/** @returns the first state for which `condition` holds; null after `limitMs`, at the end of the connection, or at `stop` */
export function waitForState(
  clock: Context['clock'],
  host: LocalHost,
  condition: (state: AgentState) => boolean,
  limitMs: number,
  stop?: AbortSignal,
): Promise<AgentState | null> {
  if (condition(host.state())) return Promise.resolve(host.state());
  return new Promise((resolve) => {
    const finish = (state: AgentState | null) => {
      cancelTimer();
      unsubscribe();
      stop?.removeEventListener('abort', giveUp);
      resolve(state);
    };
    const giveUp = () => finish(null);
    const cancelTimer = clock.setTimer(giveUp, limitMs);
    const unsubscribe = host.onState((state) => {
      if (condition(state)) finish(state);
    });
    stop?.addEventListener('abort', giveUp);
    host.onClose(giveUp);
  });
}
