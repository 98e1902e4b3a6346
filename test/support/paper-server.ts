/**
 * The server's end of the agent protocol on paper: no network, no clock of its own, every message checked by the real
 * codec. It keeps facts as the protocol says (P17 to P20), so that tests can count them. Sockets are made in pairs.
 */

import type { AgentSocket, OpenSocket } from '../../main/agent/report/socket.ts';
import {
  type AgentMessage,
  CLOSE_CODES,
  type CloseName,
  type Fact,
  type Hello,
  PROTOCOL_VERSION,
  type ServerMessage,
  type Wish,
  type WishResult,
} from '../../shared/protocol.ts';
import { decodeAgentMessage, encodeServerMessage } from '../../shared/protocol-codec.ts';

/** What one outbox has delivered. */
interface Delivered {
  throughSeq: number;
  readonly facts: Fact[];
}

export interface PaperOptions {
  version?: number;
  capabilities?: readonly string[];
  decide?: (wish: Wish, wishId: string, expiresInMs: number) => WishResult;
}

export class PaperServer {
  readonly outboxes = new Map<string, Delivered>();
  readonly hellos: Hello[] = [];
  readonly received: AgentMessage[] = [];
  readonly credentials: string[] = [];
  /** false: nothing listens; a try to connect fails. */
  isReachable = true;
  /** false: facts become durable, but the acknowledgment is lost on its way. */
  acknowledges = true;
  /** false: it takes everything and says nothing, as behind a pulled cable. */
  answers = true;
  /** Closes with this after the next hello. */
  refusesWith: CloseName | null = null;
  tries = 0;
  line: PaperLine | null = null;
  readonly #options: PaperOptions;

  constructor(options: PaperOptions = {}) {
    this.#options = options;
  }

  readonly open: OpenSocket = async (_url, credential) => {
    this.tries += 1;
    this.credentials.push(credential);
    const line = new PaperLine(this);
    // A real socket opens well after the caller has its hands on it.
    void afterHops(5).then(() => (this.isReachable ? line.connect() : line.endBoth(1006)));
    return line.agentEnd;
  };

  /** All facts of all outboxes, each once, in the order in which they became durable. */
  get facts(): Fact[] {
    return [...this.outboxes.values()].flatMap(({ facts }) => facts);
  }

  say(message: ServerMessage): void {
    this.line?.say(message);
  }

  /** The network goes: the agent notices only if somebody tells it. */
  cut(isNoticed = true): void {
    const { line } = this;
    this.line = null;
    if (isNoticed) line?.endBoth(1006);
    else line?.mute();
  }

  take(line: PaperLine, message: AgentMessage): void {
    this.received.push(message);
    if (!this.answers) return;
    switch (message.type) {
      case 'hello':
        this.#greet(line, message);
        return;
      case 'facts':
        this.#keep(line, message);
        return;
      case 'ping':
        line.say({ type: 'pong', nonce: message.nonce });
        return;
      default:
        return;
    }
  }

  #greet(line: PaperLine, hello: Hello): void {
    this.hellos.push(hello);
    if (this.refusesWith) {
      line.close(this.refusesWith);
      return;
    }
    this.line = line;
    line.outboxId = hello.outboxId;
    line.say({
      type: 'welcome',
      version: this.#options.version ?? PROTOCOL_VERSION,
      capabilities: [...(this.#options.capabilities ?? hello.capabilities)],
      serverVersion: 'paper',
      userId: 'user-1',
      userName: 'Ana Ruiz',
      workstationId: 'workstation-1',
      wallMs: hello.wallMs,
      acknowledgedSeq: this.outboxes.get(hello.outboxId)?.throughSeq ?? 0,
      renewEveryMs: 30_000,
      pingEveryMs: 30_000,
    });
  }

  #keep(line: PaperLine, { facts }: Extract<AgentMessage, { type: 'facts' }>): void {
    const outbox = this.outboxes.get(line.outboxId) ?? { throughSeq: 0, facts: [] };
    this.outboxes.set(line.outboxId, outbox);
    const numbers = facts.map(({ seq }) => seq);
    const isRow = numbers.every((seq, index) => seq === (numbers[0] ?? 0) + index);
    if (!isRow || (numbers[0] ?? 0) > outbox.throughSeq + 1) {
      line.close('OUT_OF_ORDER');
      return;
    }
    const results: WishResult[] = [];
    for (const { seq, fact } of facts) {
      if (fact.kind === 'wish') results.push(this.#decide(fact.wish, fact.wishId, fact.expiresInMs));
      if (seq <= outbox.throughSeq) continue;
      outbox.throughSeq = seq;
      outbox.facts.push(fact);
    }
    if (this.acknowledges) line.say({ type: 'ack', throughSeq: outbox.throughSeq, results });
  }

  #decide(wish: Wish, wishId: string, expiresInMs: number): WishResult {
    if (this.#options.decide) return this.#options.decide(wish, wishId, expiresInMs);
    if (expiresInMs === 0)
      return { wishId, ok: false, code: 'WISH_EXPIRED', message: 'The wish came too late.' };
    return { wishId, ok: true, ticketId: 'ticket-1', offerId: null };
  }
}

async function afterHops(hops: number): Promise<void> {
  for (let hop = 0; hop < hops; hop++) await Promise.resolve();
}

/** One socket with its two ends. */
class PaperLine {
  outboxId = '';
  #isOpen = false;
  #isMuted = false;
  readonly #server: PaperServer;
  readonly agentEnd: AgentSocket;

  constructor(server: PaperServer) {
    this.#server = server;
    this.agentEnd = {
      bufferedAmount: 0,
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
      send: (text) => this.#sent(text),
      close: (code = 1005) => this.endBoth(code),
      terminate: () => this.endBoth(1006),
    };
  }

  connect(): void {
    if (this.#isMuted) return;
    this.#isOpen = true;
    this.agentEnd.onopen?.();
  }

  /** Nothing passes any more, and nobody is told. */
  mute(): void {
    this.#isMuted = true;
  }

  say(message: ServerMessage): void {
    const data = encodeServerMessage(message);
    queueMicrotask(() => {
      if (this.#isOpen && !this.#isMuted) this.agentEnd.onmessage?.({ data });
    });
  }

  /** Text that is not of this protocol. */
  sayText(data: unknown): void {
    queueMicrotask(() => this.agentEnd.onmessage?.({ data }));
  }

  close(name: CloseName): void {
    this.endBoth(CLOSE_CODES[name].code, name);
  }

  endBoth(code: number, reason = ''): void {
    if (this.#server.line === this) this.#server.line = null;
    this.#isOpen = false;
    queueMicrotask(() => {
      this.agentEnd.onclose?.({ code, reason });
      this.agentEnd.onclose = null;
    });
  }

  #sent(text: string): void {
    const message = decodeAgentMessage(text);
    if (!message.ok) throw new Error(`the agent sent what does not fit: ${message.message}`);
    queueMicrotask(() => {
      if (this.#isOpen && !this.#isMuted) this.#server.take(this, message.value);
    });
  }
}

export type { PaperLine };
