/**
 * One agent's socket, from the upgrade to its end. Checks order and agreement, hands facts to the desk one message at
 * a time, and sends what the hub pushes. It decides nothing about seats.
 *
 * | state | what enters | what leaves |
 * |---|---|---|
 * | awaiting-hello | upgrade with a good credential | hello (to greeting), another message or silence (to closed) |
 * | greeting | hello that agrees on a version | the desk settled what was left open (to live), a copy (to closed) |
 * | live | facts, renew, watch, ping, pong | a bad message, silence, a slow reader, a newer socket, shutdown (to closed) |
 * | closed | every close, by either end | nothing |
 */
import { assertNever, invariant, type Outcome } from '../../shared/outcome.ts';
import type {
  AgentMessage,
  CloseName,
  Hello,
  NumberedFact,
  ServerMessage,
  Welcome,
  WishResult,
} from '../../shared/protocol.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';
import {
  decodeAgentMessage,
  decodeNewerHello,
  encodeServerMessage,
  readHelloHead,
} from '../../shared/protocol-codec.ts';
import type { Clock } from '../../shared/time.ts';
import type { AgentSocket } from './agent-socket.ts';
import { type Agreement, agreeCapabilities, agreeVersion, isAgreed } from './agreement.ts';
import { textForVersion } from './older-agents.ts';
import type { TimerWheel, Turning } from './timer-wheel.ts';
import type { Turnstile } from './turnstile.ts';

/** Silence of this many ping times means that the connection is half-open. */
const SILENT_PINGS = 2.5;
/** More waiting messages than this stop the reading until they are carried out. */
const MAXIMUM_WAITING_MESSAGES = 16;

type State =
  | { readonly state: 'awaiting-hello' }
  | { readonly state: 'greeting' }
  | { readonly state: 'live'; readonly agreement: Agreement }
  | { readonly state: 'closed' };

/** What a session asks of the rest of the server, after everything about the wire was checked. */
export interface SessionDesk {
  /** Settles what is left from before; the welcome, without what the session itself knows. */
  greet(
    hello: Hello,
    agreement: Agreement,
  ): Promise<Outcome<Omit<Welcome, 'type' | 'version' | 'capabilities'>, CloseName>>;
  /** After the welcome was sent: from now on pushes may come. */
  joined(agreement: Agreement): void;
  /** Makes the facts durable with all they cause. */
  carryOut(
    facts: readonly NumberedFact[],
  ): Promise<Outcome<{ throughSeq: number; results: readonly WishResult[] }, CloseName>>;
  renew(sessionIds: readonly string[]): void;
  watch(isWatching: boolean): void;
  /** Called once, however the session ended. */
  left(name: CloseName | 'GONE'): void;
}

/** The same for every session of a server: one object, so that thousands of sessions weigh little. */
export interface SessionRules {
  readonly clock: Clock;
  /** Turns for the hello that does not come, and for every ping. */
  readonly wheel: TimerWheel;
  /** Greetings go through it, so that a crowd of newcomers does not hold up those who are in. */
  readonly newcomers: Turnstile;
  readonly helloTimeoutMs: number;
  readonly pingEveryMs: number;
  readonly maximumBufferedBytes: number;
  /** A fault of the server itself; the session closes with INTERNAL after it. */
  readonly onFault: (error: unknown) => void;
}

const AWAITING_HELLO: State = { state: 'awaiting-hello' };
const GREETING: State = { state: 'greeting' };
const CLOSED: State = { state: 'closed' };

export class AgentSession implements Turning {
  readonly #socket: AgentSocket;
  readonly #desk: SessionDesk;
  readonly #rules: SessionRules;
  #state: State = AWAITING_HELLO;
  #heardAtMs: number;
  #nonce = 0;
  #waiting: AgentMessage[] = [];
  #isWorking = false;

  constructor(socket: AgentSocket, desk: SessionDesk, rules: SessionRules) {
    this.#socket = socket;
    this.#desk = desk;
    this.#rules = rules;
    this.#heardAtMs = rules.clock.monotonicMs();
    rules.wheel.set(this, rules.helloTimeoutMs);
  }

  get isLive(): boolean {
    return this.#state.state === 'live';
  }

  /** The only place where the state changes. */
  #move(next: State): void {
    const from = this.#state.state;
    invariant(from !== 'closed', 'nothing follows after closed');
    invariant(next.state !== 'greeting' || from === 'awaiting-hello', 'a greeting answers a hello');
    invariant(next.state !== 'live' || from === 'greeting', 'a session lives after its greeting');
    this.#rules.wheel.clear(this);
    this.#state = next;
  }

  receive(text: string) {
    if (this.#state.state === 'closed') return;
    this.#heardAtMs = this.#rules.clock.monotonicMs();
    if (this.#state.state === 'awaiting-hello') return this.#receiveHello(text);
    const message = decodeAgentMessage(text);
    if (!message.ok) return this.close(message.code);
    this.#accept(message.value);
  }

  #receiveHello(text: string) {
    const head = readHelloHead(text);
    if (head === null) {
      const message = decodeAgentMessage(text);
      return this.close(message.ok ? 'NOT_AGREED' : message.code);
    }
    const version = agreeVersion(head);
    if (!version.ok) return this.close(version.code);
    const hello = head.version > PROTOCOL_VERSION ? decodeNewerHello(text) : decodeAgentMessage(text);
    if (!hello.ok) return this.close(hello.code);
    invariant(hello.value.type === 'hello', 'a message with the head of a hello is a hello');
    const agreement = agreeCapabilities(version.value, hello.value);
    this.#move(GREETING);
    this.#isWorking = true;
    const { value } = hello;
    this.#rules.newcomers.enter(() => {
      this.#greet(value, agreement).catch((error: unknown) => this.#fail(error));
    });
  }

  async #greet(hello: Hello, agreement: Agreement): Promise<void> {
    if (this.#isClosed()) return;
    const greeting = await this.#desk.greet(hello, agreement);
    if (this.#isClosed()) return;
    if (!greeting.ok) return this.close(greeting.code);
    const { version } = agreement;
    this.#move({ state: 'live', agreement });
    this.send({ type: 'welcome', version, capabilities: [...agreement.capabilities], ...greeting.value });
    this.#rules.wheel.set(this, this.#rules.pingEveryMs);
    this.#desk.joined(agreement);
    const early = this.#waiting;
    this.#waiting = [];
    for (const message of early) if (!this.#isClosed()) this.#accept(message);
    await this.#work();
  }

  /** Pings are answered when they come, however long the facts before them take; everything else keeps its order. */
  #accept(message: AgentMessage) {
    if (this.#state.state === 'live') {
      if (!isAgreed(this.#state.agreement, message)) return this.close('NOT_AGREED');
      if (message.type === 'ping') return this.send({ type: 'pong', nonce: message.nonce });
      if (message.type === 'pong') return;
    }
    this.#waiting.push(message);
    if (this.#waiting.length >= MAXIMUM_WAITING_MESSAGES) this.#socket.pause();
    if (!this.#isWorking) this.#work().catch((error: unknown) => this.#fail(error));
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (;;) {
      const message = this.#isClosed() ? undefined : this.#waiting.shift();
      if (message === undefined) break;
      if (this.#waiting.length < MAXIMUM_WAITING_MESSAGES) this.#socket.resume();
      await this.#carryOut(message);
    }
    this.#isWorking = false;
  }

  async #carryOut(message: AgentMessage): Promise<void> {
    const desk = this.#desk;
    switch (message.type) {
      case 'facts': {
        const done = await desk.carryOut(message.facts);
        if (!done.ok) return this.close(done.code);
        const { throughSeq, results } = done.value;
        return this.send({ type: 'ack', throughSeq, results: [...results] });
      }
      case 'renew':
        return desk.renew(message.sessionIds);
      case 'watch':
        return desk.watch(message.pools);
      case 'ping':
      case 'pong':
        return;
      case 'hello':
        return this.close('NOT_AGREED');
      default:
        return assertNever(message);
    }
  }

  onTurn(): void {
    if (this.#state.state === 'awaiting-hello') this.close('HELLO_TIMEOUT');
    else if (this.#state.state === 'live') this.#ping();
  }

  #ping() {
    const { clock, wheel, pingEveryMs } = this.#rules;
    if (clock.monotonicMs() - this.#heardAtMs > SILENT_PINGS * pingEveryMs) return this.close('PING_TIMEOUT');
    wheel.set(this, pingEveryMs);
    return this.send({ type: 'ping', nonce: ++this.#nonce });
  }

  send(message: ServerMessage): void {
    const { version } = this.#state.state === 'live' ? this.#state.agreement : { version: PROTOCOL_VERSION };
    if (!this.#isClosed()) this.sendEncoded(textForVersion(encodeServerMessage(message), version));
  }

  /** Sends one message as it is; an agent that does not take what waits for it loses the connection. */
  sendEncoded(data: string | Buffer): void {
    if (this.#isClosed()) return;
    this.#socket.send(data);
    if (this.#socket.bufferedBytes() > this.#rules.maximumBufferedBytes) this.close('TOO_SLOW');
  }

  /** false while the agent is so far behind that what can wait should wait. */
  isKeepingUp(): boolean {
    return this.#socket.bufferedBytes() * 2 <= this.#rules.maximumBufferedBytes;
  }

  /** Closes from our side; does nothing when it is closed already. */
  close(name: CloseName): void {
    if (this.#isClosed()) return;
    this.#end();
    this.#socket.close(name);
    this.#desk.left(name);
  }

  /** The other end or the network closed. */
  socketClosed(): void {
    if (this.#isClosed()) return;
    this.#end();
    this.#desk.left('GONE');
  }

  #end(): void {
    this.#move(CLOSED);
    this.#waiting = [];
  }

  #fail(error: unknown): void {
    this.#rules.onFault(error);
    this.close('INTERNAL');
  }

  #isClosed(): boolean {
    return this.#state.state === 'closed';
  }
}
