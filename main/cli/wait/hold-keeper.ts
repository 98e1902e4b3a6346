/** Keeps a hold while the command runs: when the agent host goes and comes back, it is asked to hold again. */
import { sleep } from '../clock.ts';
import type { Context, Input } from '../context.ts';
import { connectHost, type LocalHost } from '../local-host.ts';

const RECONNECT_MS = 1_000;

export interface HoldKeeper {
  /** Ends the hold; when this settles the agent host knows. */
  end(): Promise<void>;
}

export interface KeptHold {
  readonly host: LocalHost;
  readonly sessionId: string;
  readonly productId: string;
  readonly pid: number;
}

export interface KeeperPorts {
  onGone(): void;
  onBack(): void;
}

export function keepHold(context: Context, input: Input, first: KeptHold, ports: KeeperPorts): HoldKeeper {
  let current: { readonly host: LocalHost; readonly sessionId: string } | null = first;
  let isOver = false;

  async function holdAgain(): Promise<typeof current> {
    const connected = await connectHost(context, input);
    if (!connected.ok) return null;
    const host = connected.value;
    const answer = isOver ? null : await host.command('hold', { productId: first.productId, pid: first.pid });
    if (answer?.ok && !isOver) return { host, sessionId: answer.value.sessionId };
    // Without a hold the connection is of no use; its end also ends a hold that came too late.
    host.close();
    return null;
  }

  async function keep(): Promise<void> {
    while (!isOver && current) {
      await current.host.closed;
      current = null;
      if (!isOver) ports.onGone();
      while (!isOver && !current) {
        await sleep(context.clock, RECONNECT_MS);
        if (!isOver) current = await holdAgain();
      }
      if (current && !isOver) ports.onBack();
    }
  }

  const keeping = keep();
  return {
    async end() {
      isOver = true;
      if (current) {
        await current.host.command('endHold', { sessionId: current.sessionId });
        current.host.close();
        await keeping;
      }
    },
  };
}
