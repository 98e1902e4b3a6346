/**
 * A raw agent that lives through any number of server deaths: it numbers its facts, keeps what was not acknowledged,
 * connects again, sends it once more, and remembers everything that was promised. It says what was broken.
 */
import WebSocket from 'ws';
import type { Fact, ServerMessage, Wish } from '../../shared/protocol.ts';
import { decodeServerMessage } from '../../shared/protocol-codec.ts';
import { ended, started } from './facts.ts';
import { aHello } from './raw-agent.ts';

type MessageOf<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

export class KillAgent {
  readonly name: string;
  /** Sentences about promises that were not kept. */
  readonly broken: string[] = [];
  /** Acknowledged facts about sessions, and tickets that were given: they must be in the ledger. */
  readonly startedSessions: string[] = [];
  readonly endedSessions: string[] = [];
  readonly tickets: string[] = [];
  acknowledgments = 0;
  readonly #credential: string;
  readonly #random: () => number;
  readonly #productIds: readonly string[];
  readonly #unacknowledged = new Map<number, Fact>();
  readonly #open = new Map<string, string>();
  #mine: MessageOf<'mine'>['mine'] | null = null;
  #socket: WebSocket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lastSeq = 0;
  #acknowledged = 0;
  #sessions = 0;
  #isLive = false;

  constructor(name: string, credential: string, random: () => number, productIds: readonly string[]) {
    this.name = name;
    this.#credential = credential;
    this.#random = random;
    this.#productIds = productIds;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  connect(url: string): void {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/v1/agent`, {
      headers: { authorization: `Bearer ${this.#credential}` },
      perMessageDeflate: false,
    });
    this.#socket = socket;
    socket.on('open', () => this.#send(this.#hello()));
    socket.on('message', (data) => this.#receive(socket, String(data)));
    socket.on('close', () => this.#lost(socket));
    socket.on('error', () => this.#lost(socket));
  }

  stop(): void {
    const socket = this.#socket;
    if (socket) this.#lost(socket);
    socket?.terminate();
  }

  #hello() {
    return aHello({
      instanceId: `instance-${this.name}`,
      outboxId: `outbox-${this.name}`,
      loginSessionId: `login-${this.name}`,
      openSessionIds: [...this.#open.keys()],
    });
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#isLive = false;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #send(message: unknown): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #receive(socket: WebSocket, text: string): void {
    if (socket !== this.#socket) return;
    const decoded = decodeServerMessage(text);
    if (!decoded.ok) throw new Error(`the server sent what does not fit: ${decoded.message}`);
    const message = decoded.value;
    if (message.type === 'ping') this.#send({ type: 'pong', nonce: message.nonce });
    if (message.type === 'mine') this.#mine = message.mine;
    if (message.type === 'welcome') this.#welcome(message);
    if (message.type === 'ack') this.#acknowledge(message);
  }

  /** Everything that was not acknowledged here is sent again, also what the server has meanwhile. */
  #welcome({ acknowledgedSeq }: MessageOf<'welcome'>): void {
    this.#isLive = true;
    if (acknowledgedSeq < this.#acknowledged)
      this.broken.push(
        `${this.name} had ${this.#acknowledged} acknowledged, and the server knows ${acknowledgedSeq}`,
      );
    if (acknowledgedSeq > this.#lastSeq)
      this.broken.push(`${this.name} sent ${this.#lastSeq} facts, and the server knows ${acknowledgedSeq}`);
    if (this.#unacknowledged.size > 0) this.#sendWaiting();
    else this.#act();
  }

  #sendWaiting(): void {
    this.#send({ type: 'facts', facts: [...this.#unacknowledged].map(([seq, fact]) => ({ seq, fact })) });
  }

  #acknowledge({ throughSeq, results }: MessageOf<'ack'>): void {
    this.acknowledgments += 1;
    const byWish = new Map(results.map((result) => [result.wishId, result]));
    for (const [seq, fact] of this.#unacknowledged) {
      if (seq > throughSeq) continue;
      this.#unacknowledged.delete(seq);
      if (fact.kind === 'session-started') this.startedSessions.push(fact.sessionId);
      if (fact.kind === 'session-ended') this.endedSessions.push(fact.sessionId);
      if (fact.kind !== 'wish') continue;
      const result = byWish.get(fact.wishId);
      if (!result) this.broken.push(`${fact.wishId} was acknowledged without a result`);
      else if (result.ok && result.ticketId !== null && fact.wish.type === 'queue')
        this.tickets.push(result.ticketId);
    }
    this.#acknowledged = Math.max(this.#acknowledged, throughSeq);
    this.#timer = setTimeout(() => this.#act(), this.#random() * 15);
  }

  // ---------------------------------------------------------------- what the person does

  #act(): void {
    if (!this.#isLive) return;
    const count = 1 + Math.floor(this.#random() * 3);
    for (let left = count; left > 0; left--) {
      const fact = this.#nextFact();
      if (fact) this.#unacknowledged.set(++this.#lastSeq, fact);
    }
    if (this.#unacknowledged.size > 0) this.#sendWaiting();
    else this.#timer = setTimeout(() => this.#act(), 5);
  }

  #nextFact(): Fact | null {
    const productId = this.#productIds[Math.floor(this.#random() * this.#productIds.length)] ?? '';
    const chance = this.#random();
    const offer = this.#mine?.offers.find((one) => one.productId === productId);
    const ticket = this.#mine?.tickets.find((one) => one.productId === productId);
    const [sessionId] = [...this.#open].find(([, of]) => of === productId) ?? [];
    if (offer && chance < 0.5) return this.#wish({ type: 'claim', offerId: offer.offerId });
    if (offer && chance < 0.6) return this.#wish({ type: 'decline', offerId: offer.offerId });
    if (sessionId === undefined && chance < 0.5) return this.#start(productId);
    if (sessionId !== undefined && chance < 0.4) return this.#end(sessionId);
    if (sessionId !== undefined && chance < 0.5) return this.#wish({ type: 'release', sessionId });
    if (ticket && chance > 0.95) return this.#wish({ type: 'leave', ticketId: ticket.ticketId });
    return chance < 0.9 ? this.#wish({ type: 'queue', productId }) : null;
  }

  #start(productId: string): Fact {
    const sessionId = `${this.name}-${++this.#sessions}`;
    this.#open.set(sessionId, productId);
    return started(sessionId, { productId, productName: productId });
  }

  #end(sessionId: string): Fact {
    this.#open.delete(sessionId);
    return ended(sessionId);
  }

  #wish(wish: Wish): Fact {
    const wishId = `wish-${this.name}-${this.#lastSeq + 1}`;
    return { kind: 'wish', wishId, wish, expiresInMs: 600_000 };
  }
}
