/** Keeps a connection to the agent host while it comes and goes, and hands on every state. */
import type { AgentState } from '../../../shared/agent-api.ts';
import { sleep } from '../clock.ts';
import type { Context, Input } from '../context.ts';
import { connectHost, type LocalHost } from '../local-host.ts';

const RETRY_MS = 100;

export interface Follower {
  /** The connection of this moment; null: there is none. */
  host(): LocalHost | null;
  stop(): void;
  /** Settles after `stop`, or when `mayRetry` says no. */
  readonly ended: Promise<void>;
}

export interface FollowPorts {
  onState(state: AgentState): void;
  onConnected(host: LocalHost): void;
  /** Asked whenever there is no connection: false ends the following. */
  mayRetry(): boolean;
}

export function followHost(context: Context, input: Input, ports: FollowPorts): Follower {
  let isStopped = false;
  let current: LocalHost | null = null;

  async function follow(): Promise<void> {
    while (!isStopped) {
      const host = await connectHost(context, input);
      if (host.ok) {
        if (isStopped) return host.value.close();
        current = host.value;
        ports.onState(host.value.state());
        host.value.onState((state) => ports.onState(state));
        ports.onConnected(host.value);
        await host.value.closed;
        current = null;
      }
      if (isStopped || !ports.mayRetry()) return;
      await sleep(context.clock, RETRY_MS);
    }
  }

  return {
    host: () => current,
    stop() {
      isStopped = true;
      current?.close();
    },
    ended: follow(),
  };
}
