/**
 * The callers of the ledger benchmark over real sockets: each is one person's agent, who sends one fact or wish, waits
 * for its acknowledgment, looks at what the server said about them, and goes on. No schemas: the server is measured.
 */
import WebSocket from 'ws';
import { type Fact, PROTOCOL_VERSION, type ServerMessage } from '../../shared/protocol.ts';
import type { Mine } from '../../shared/views.ts';
import { wish as aWish } from '../support/facts.ts';
import { aHello } from '../support/raw-agent.ts';
import { Caller, type ProductState, productIdOf, type Step, type Tally } from './ledger-callers.ts';

const NOTHING: Pick<Mine, 'seats' | 'tickets' | 'offers'> = { seats: [], tickets: [], offers: [] };

export class SocketCaller {
  readonly #caller: Caller;
  readonly #socket: WebSocket;
  readonly #sessions = new Map<number, string>();
  readonly #awaited = new Map<number, string>();
  #mine: typeof NOTHING = NOTHING;
  #seq = 0;
  #onAck: ((results: readonly { ok: boolean }[]) => void) | null = null;
  #fail: (error: Error) => void = () => {};

  private constructor(caller: Caller, socket: WebSocket) {
    this.#caller = caller;
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(JSON.parse(String(data)) as ServerMessage));
    socket.on('close', (code) => this.#fail(new Error(`the socket of ${caller.name} closed with ${code}`)));
    socket.on('error', (error) => this.#fail(error));
  }

  /** Connected and greeted. */
  static async connect(url: string, credential: string, name: string, seed: number): Promise<SocketCaller> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/v1/agent`, {
      headers: { authorization: `Bearer ${credential}` },
      perMessageDeflate: false,
    });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const one = new SocketCaller(new Caller(name, seed), socket);
    const welcomed = new Promise<void>((resolve) => {
      one.#onAck = () => resolve();
    });
    socket.send(
      JSON.stringify(
        aHello({
          ...{ version: PROTOCOL_VERSION, instanceId: `data-${name}`, outboxId: `outbox-${name}` },
          capabilities: ['wishes'],
        }),
      ),
    );
    await welcomed;
    return one;
  }

  async run(untilMs: number, tally: Tally): Promise<void> {
    while (performance.now() < untilMs) {
      const { productIndex, step } = this.#caller.next((index) => this.#look(index));
      const askedAtMs = performance.now();
      const results = await this.#ask(this.#factOf(step, productIndex));
      tally.count(
        step.kind,
        performance.now() - askedAtMs,
        results.some(({ ok }) => !ok),
      );
      this.#keep(step, productIndex);
    }
  }

  close(): void {
    this.#fail = () => {};
    this.#socket.terminate();
  }

  #ask(fact: Fact): Promise<readonly { ok: boolean }[]> {
    this.#seq += 1;
    const acknowledged = new Promise<readonly { ok: boolean }[]>((resolve, reject) => {
      this.#onAck = resolve;
      this.#fail = reject;
    });
    this.#socket.send(JSON.stringify({ type: 'facts', facts: [{ seq: this.#seq, fact }] }));
    return acknowledged;
  }

  #receive(message: ServerMessage): void {
    if (message.type === 'mine') this.#mine = message.mine;
    else if (message.type === 'ack') this.#onAck?.(message.results);
    else if (message.type === 'welcome') this.#onAck?.([]);
    else if (message.type === 'ping')
      this.#socket.send(JSON.stringify({ type: 'pong', nonce: message.nonce }));
  }

  #look(productIndex: number): ProductState {
    const productId = productIdOf(productIndex);
    const sessionId = this.#sessions.get(productIndex);
    const hasSeat = this.#mine.seats.some((one) => one.sessionId === sessionId && one.seat.state === 'held');
    return {
      session: sessionId === undefined ? null : { sessionId, hasSeat },
      ticketId: this.#mine.tickets.find((ticket) => ticket.productId === productId)?.ticketId ?? null,
      offerId: this.#mine.offers.find((offer) => offer.productId === productId)?.offerId ?? null,
      awaitedId: this.#awaited.get(productIndex) ?? null,
    };
  }

  #factOf(step: Step, productIndex: number): Fact {
    const productId = productIdOf(productIndex);
    const wishId = `${this.#caller.name}-${this.#seq + 1}`;
    switch (step.kind) {
      case 'start': {
        const { sessionId } = step;
        this.#sessions.set(productIndex, sessionId);
        const common = { kind: 'session-started', sessionId, productId, productName: productId } as const;
        return {
          ...common,
          startedAtMs: Date.now(),
          processKey: `process-${sessionId}`,
          origin: 'application',
        };
      }
      case 'end':
        this.#sessions.delete(productIndex);
        return { kind: 'session-ended', sessionId: step.sessionId, endedAtMs: Date.now(), reason: 'exit' };
      case 'release':
        return aWish(wishId, { type: 'release', sessionId: step.sessionId });
      case 'queue':
        return aWish(wishId, { type: 'queue', productId });
      case 'leave':
        return aWish(wishId, { type: 'leave', ticketId: step.ticketId });
      case 'claim':
      case 'decline':
        return aWish(wishId, { type: step.kind, offerId: step.offerId });
    }
  }

  /** A seat that was claimed without a session stands under an id that is none of ours. */
  #keep(step: Step, productIndex: number): void {
    const seats = new Set(this.#mine.seats.map(({ sessionId }) => sessionId));
    for (const [index, leaseId] of this.#awaited) if (!seats.has(leaseId)) this.#awaited.delete(index);
    if (step.kind !== 'claim' || this.#sessions.has(productIndex)) return;
    const known = new Set([...this.#sessions.values(), ...this.#awaited.values()]);
    const fresh = [...seats].find((id) => !known.has(id));
    if (fresh !== undefined) this.#awaited.set(productIndex, fresh);
  }
}
