/**
 * One socket's life with the server, from the opening to the close: versions, pings both ways, half-open detection.
 * It is never reopened; who tries again is link.ts. Facts and wishes are the reporter's.
 *
 * | state      | what enters                                   | what leaves                                          |
 * |------------|-----------------------------------------------|------------------------------------------------------|
 * | connecting | the constructor                               | open -> hello; no answer in time, error -> closed     |
 * | hello      | the socket opened; our hello was sent         | welcome -> live; anything else, silence -> closed     |
 * | live       | the server's welcome                          | close by either end, bad message, silence -> closed   |
 * | closed     | every end, once                               | nothing                                              |
 */
import { assertNever, invariant } from '../../../shared/outcome.ts';
import {
  type AgentMessage,
  CLOSE_CODES,
  type CloseName,
  type Hello,
  type ServerMessage,
  type Welcome,
} from '../../../shared/protocol.ts';
import { decodeServerMessage, encodeAgentMessage } from '../../../shared/protocol-codec.ts';
import type { Cancel, Clock } from '../../../shared/time.ts';
import type { AgentSocket } from './socket.ts';

/** Why a connection is over. GONE: cut without a code. UNREACHABLE: it never opened. STOPPED: we wanted it. */
export type ClosingName = CloseName | 'GONE' | 'UNREACHABLE' | 'STOPPED';

export interface Closing {
  readonly name: ClosingName;
  /** true: trying again cannot help until a person changes something. */
  readonly isFatal: boolean;
  /** How long it was live; 0 when it never was. */
  readonly livedMs: number;
}

/** What the server may say once the connection is live, apart from pings. */
export type LiveMessage = Exclude<ServerMessage, { type: 'welcome' | 'ping' | 'pong' }>;

export interface ConnectionTiming {
  /** For opening, and again for the welcome. */
  readonly openLimitMs: number;
  /** After a hint that the network may be gone, how long a sign of life may take. */
  readonly probeLimitMs: number;
}

export const CONNECTION_TIMING: ConnectionTiming = { openLimitMs: 10_000, probeLimitMs: 4_000 };
/** Silence of this many ping times means that the connection is half-open (P28). */
const SILENT_PINGS = 2.5;

export interface ConnectionOptions {
  readonly socket: AgentSocket;
  readonly clock: Clock;
  readonly timing: ConnectionTiming;
  readonly hello: () => Hello;
  readonly onWelcome: (welcome: Welcome) => void;
  readonly onMessage: (message: LiveMessage) => void;
  /** Exactly once. */
  readonly onClosed: (closing: Closing) => void;
}

type State =
  | { readonly state: 'connecting' }
  | { readonly state: 'hello' }
  | { readonly state: 'live'; readonly sinceMs: number; readonly pingEveryMs: number }
  | { readonly state: 'closed' };

const NAMES_BY_CODE: ReadonlyMap<number, CloseName> = new Map(
  (Object.keys(CLOSE_CODES) as CloseName[]).map((name) => [CLOSE_CODES[name].code, name]),
);
/** The WebSocket layer's own codes that mean one of ours (RFC 6455, 7.4.1). */
const TOO_BIG = 1009;

export class Connection {
  readonly #options: ConnectionOptions;
  #state: State = { state: 'connecting' };
  #cancelTimer: Cancel = () => {};
  #cancelProbe: Cancel = () => {};
  #heardAtMs: number;
  #heardCount = 0;
  #nonce = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { socket, clock } = options;
    this.#heardAtMs = clock.monotonicMs();
    this.#cancelTimer = clock.setTimer(() => this.#end('UNREACHABLE'), options.timing.openLimitMs);
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code }) => this.#closedByOther(code);
    // A close always follows; what went wrong is in its code or in the lack of one.
    socket.onerror = () => {};
  }

  get isLive(): boolean {
    return this.#state.state === 'live';
  }

  /** Bytes that wait because the server does not read. */
  get bufferedBytes(): number {
    return this.#options.socket.bufferedAmount;
  }

  /** Nothing is sent before the welcome or after the close. @throws when the message does not fit the protocol */
  send(message: AgentMessage): void {
    if (this.#state.state !== 'live') return;
    this.#options.socket.send(encodeAgentMessage(message));
  }

  /** Ends it from our side. */
  close(name: ClosingName = 'STOPPED'): void {
    this.#end(name);
  }

  /** The network may have gone without a word (the machine slept): asks for a sign of life, soon. */
  probe(): void {
    if (this.#state.state !== 'live') return;
    // Counted, not timed: after a sleep the monotonic clock may show the instant at which the last message came.
    const heardBefore = this.#heardCount;
    this.#ping();
    this.#cancelProbe();
    this.#cancelProbe = this.#options.clock.setTimer(() => {
      if (this.#heardCount === heardBefore) this.#end('PING_TIMEOUT');
    }, this.#options.timing.probeLimitMs);
  }

  /** The only place where the state changes. */
  #move(next: State): void {
    const from = this.#state.state;
    invariant(from !== 'closed', 'nothing follows after closed');
    invariant(next.state !== 'hello' || from === 'connecting', 'hello is said once the socket opened');
    invariant(next.state !== 'live' || from === 'hello', 'a welcome answers a hello');
    this.#cancelTimer();
    this.#state = next;
  }

  #opened(): void {
    if (this.#state.state !== 'connecting') return;
    const { clock, timing, socket, hello } = this.#options;
    this.#move({ state: 'hello' });
    this.#cancelTimer = clock.setTimer(() => this.#end('HELLO_TIMEOUT'), timing.openLimitMs);
    socket.send(encodeAgentMessage(hello()));
  }

  #received(data: unknown): void {
    if (this.#state.state === 'closed') return;
    this.#heardAtMs = this.#options.clock.monotonicMs();
    this.#heardCount += 1;
    const message = typeof data === 'string' ? decodeServerMessage(data) : null;
    if (!message?.ok) {
      this.#end(message?.code ?? 'BAD_MESSAGE');
      return;
    }
    if (this.#state.state === 'live') this.#take(message.value);
    else if (this.#state.state === 'hello' && message.value.type === 'welcome') this.#welcomed(message.value);
    else this.#end('NOT_AGREED');
  }

  #welcomed(welcome: Welcome): void {
    const { clock, onWelcome } = this.#options;
    this.#move({
      state: 'live',
      sinceMs: clock.monotonicMs(),
      pingEveryMs: Math.max(10, welcome.pingEveryMs),
    });
    this.#cancelTimer = clock.setTimer(() => this.#beat(), welcome.pingEveryMs);
    onWelcome(welcome);
  }

  #take(message: ServerMessage): void {
    switch (message.type) {
      case 'ping':
        this.send({ type: 'pong', nonce: message.nonce });
        return;
      case 'pong':
        return;
      case 'welcome':
        this.#end('NOT_AGREED');
        return;
      case 'ack':
      case 'mine':
      case 'pools':
      case 'catalog':
        this.#options.onMessage(message);
        return;
      default:
        assertNever(message);
    }
  }

  #ping(): void {
    this.#nonce += 1;
    this.send({ type: 'ping', nonce: this.#nonce });
  }

  #beat(): void {
    if (this.#state.state !== 'live') return;
    const { clock } = this.#options;
    const { pingEveryMs } = this.#state;
    if (clock.monotonicMs() - this.#heardAtMs > SILENT_PINGS * pingEveryMs) {
      this.#end('PING_TIMEOUT');
      return;
    }
    this.#ping();
    this.#cancelTimer = clock.setTimer(() => this.#beat(), pingEveryMs);
  }

  #closedByOther(code: number): void {
    if (this.#state.state === 'closed') return;
    const known = code === TOO_BIG ? 'MESSAGE_TOO_LARGE' : NAMES_BY_CODE.get(code);
    const name = known ?? (this.#state.state === 'connecting' ? 'UNREACHABLE' : 'GONE');
    this.#finish(name, known !== undefined && CLOSE_CODES[known].fatal);
  }

  /** We end it. What the server did wrong may be right after its next update, so our own verdicts are never fatal. */
  #end(name: ClosingName): void {
    if (this.#state.state === 'closed') return;
    const { socket } = this.#options;
    const isSilent = name === 'PING_TIMEOUT' || name === 'UNREACHABLE' || name === 'HELLO_TIMEOUT';
    this.#finish(name, false);
    if (isSilent) socket.terminate();
    else if (name in CLOSE_CODES) socket.close(CLOSE_CODES[name as CloseName].code, name);
    else socket.close(1000, '');
  }

  #finish(name: ClosingName, isFatal: boolean): void {
    const { clock, socket, onClosed } = this.#options;
    const livedMs = this.#state.state === 'live' ? clock.monotonicMs() - this.#state.sinceMs : 0;
    this.#cancelProbe();
    this.#move({ state: 'closed' });
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    onClosed({ name, isFatal, livedMs });
  }
}
