/** The house of the main-job benchmark: real server, real agent host, a second person who waits, and what is watched. */
import { join } from 'node:path';
import { connectLocal, type LocalClient } from '../../main/agent/commands/local-client.ts';
import type { AgentState } from '../../shared/agent-api.ts';
import type { Fact, Wish } from '../../shared/protocol.ts';
import {
  eventually,
  type RunningHost,
  type RunningServer,
  startHost,
  startServer,
} from '../support/house.ts';
import { RawAgent } from '../support/raw-agent.ts';
import type { NamedProduct } from './named-processes.ts';

export interface House {
  readonly server: RunningServer;
  readonly host: RunningHost;
  readonly panel: LocalClient;
  readonly waiting: RawAgent;
  rest(method: string, path: string, body?: unknown): Promise<Response>;
}

export async function openHouse(folder: string, products: readonly NamedProduct[]): Promise<House> {
  const server = await startServer(join(folder, 'server'));
  const rest = (method: string, path: string, body?: unknown) =>
    fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  for (const { productId } of products) {
    const answer = await rest('POST', '/pools', {
      poolId: productId,
      settings: { name: productId, capacity: 1, offerWindowMs: 60_000 },
      productIds: [productId],
    });
    if (!answer.ok) throw new Error(`pool ${productId}: ${answer.status} ${await answer.text()}`);
  }
  const host = await startHost(join(folder, 'agent'), { url: server.url, token: server.enrollmentToken });
  const attached = await connectLocal(host.socketPath);
  if (!attached.ok) throw new Error(attached.message);
  const waiting = await enrollSecondPerson(server);
  await eventually('the panel to be live', () => attached.value.state().pools !== null, 20_000);
  return { server, host, panel: attached.value, waiting, rest };
}

/** Somebody else, on another workstation, who queues: a raw client of the real protocol. */
async function enrollSecondPerson(server: RunningServer): Promise<RawAgent> {
  const answer = await fetch(`${server.url}/api/v1/enroll`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.enrollmentToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      instanceId: 'bench-instance',
      workstation: { name: 'bench', platform: 'linux', osVersion: 'bench', workstationId: null },
      account: { authority: 'unix', id: '4242', name: 'second' },
    }),
  });
  if (!answer.ok) throw new Error(`enrollment: ${answer.status} ${await answer.text()}`);
  const { credential } = (await answer.json()) as { credential: string };
  const agent = new RawAgent(server.url, credential);
  await agent.greet({ instanceId: 'bench-instance', outboxId: 'bench-outbox', openSessionIds: [] });
  return agent;
}

/** Watches panel states and tells when a product's holder row came and when its session went. */
export class PanelWatch {
  readonly rowAtMs = new Map<string, number>();
  readonly goneAtMs = new Map<string, number>();
  readonly #running = new Set<string>();

  constructor(panel: LocalClient) {
    panel.onState((state) => this.#look(state, performance.now()));
  }

  #look(state: AgentState, nowMs: number): void {
    for (const pool of state.pools?.pools ?? [])
      if (pool.holders.some((holder) => holder.seat === 'held') && !this.rowAtMs.has(pool.poolId))
        this.rowAtMs.set(pool.poolId, nowMs);
    const here = new Set(state.sessions.map((session) => session.productId));
    for (const productId of here) this.#running.add(productId);
    for (const productId of this.#running)
      if (!here.has(productId)) {
        this.#running.delete(productId);
        this.goneAtMs.set(productId, nowMs);
      }
  }

  forget(productId: string): void {
    this.rowAtMs.delete(productId);
    this.goneAtMs.delete(productId);
  }
}

export class OfferWatch {
  readonly offerAtMs = new Map<string, number>();
  /** The number of the last fact sent. */
  seq = 0;
  readonly #agent: RawAgent;

  constructor(agent: RawAgent) {
    this.#agent = agent;
    agent.socket.on('message', (data) => {
      const nowMs = performance.now();
      const message = JSON.parse(String(data)) as {
        type: string;
        mine?: { offers: { productId: string }[] };
      };
      for (const offer of message.mine?.offers ?? [])
        if (!this.offerAtMs.has(offer.productId)) this.offerAtMs.set(offer.productId, nowMs);
    });
  }

  wish(wish: Wish): void {
    this.seq += 1;
    const fact: Fact = { kind: 'wish', wishId: `wish-${this.seq}`, wish, expiresInMs: 60_000 };
    this.#agent.send({ type: 'facts', facts: [{ seq: this.seq, fact }] });
  }
}
