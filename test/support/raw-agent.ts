/**
 * A WebSocket client that is not an agent: it sends whatever a test wants, and keeps every message and the close in
 * queues, so that none is missed between two waits.
 */
import WebSocket from 'ws';
import { type Hello, PROTOCOL_VERSION, type ServerMessage } from '../../shared/protocol.ts';
import { decodeServerMessage } from '../../shared/protocol-codec.ts';

const PATIENCE_MS = 10_000;

export interface Closing {
  readonly code: number;
  readonly reason: string;
}
type MessageOf<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

export class RawAgent {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  /** Everything that came, as it came. */
  readonly texts: string[] = [];
  closing: Closing | null = null;
  #waiters: (() => void)[] = [];
  readonly #autoPong: boolean;

  constructor(
    url: string,
    credential: string | null,
    options: { autoPong?: boolean; rejectUnauthorized?: boolean } = {},
  ) {
    this.#autoPong = options.autoPong ?? true;
    this.socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/v1/agent`, {
      headers: credential === null ? {} : { authorization: `Bearer ${credential}` },
      perMessageDeflate: false,
      rejectUnauthorized: options.rejectUnauthorized ?? true,
    });
    this.socket.on('message', (data) => this.#received(String(data)));
    this.socket.on('close', (code, reason) => {
      this.closing = { code, reason: reason.toString() };
      this.#wake();
    });
    this.socket.on('error', () => this.#wake());
    this.socket.on('open', () => this.#wake());
  }

  #received(text: string): void {
    this.texts.push(text);
    const message = decodeServerMessage(text);
    if (!message.ok) throw new Error(`the server sent what does not fit: ${message.message}`);
    if (message.value.type === 'ping' && this.#autoPong)
      this.send({ type: 'pong', nonce: message.value.nonce });
    this.messages.push(message.value);
    this.#wake();
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }

  async #until<T>(what: string, look: () => T | undefined): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const leftMs = deadline - Date.now();
      if (leftMs <= 0)
        throw new Error(
          `waited in vain for ${what}; closing ${JSON.stringify(this.closing)}, messages ${JSON.stringify(this.messages).slice(0, 2000)}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async opened(): Promise<this> {
    await this.#until('the socket to open', () =>
      this.socket.readyState === WebSocket.OPEN || this.closing ? true : undefined,
    );
    return this;
  }

  /** A string is sent as it is, everything else as JSON. */
  send(message: unknown): void {
    this.socket.send(
      typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
    );
  }

  /** Takes the first message of this type that nobody took before (and that fits), leaving the others. */
  async take<T extends ServerMessage['type']>(
    type: T,
    fits: (message: MessageOf<T>) => boolean = () => true,
  ): Promise<MessageOf<T>> {
    return this.#until(`a message of type ${type}`, () => {
      const index = this.messages.findIndex(
        (message) => message.type === type && fits(message as MessageOf<T>),
      );
      return index < 0 ? undefined : (this.messages.splice(index, 1)[0] as MessageOf<T>);
    });
  }

  closed(): Promise<Closing> {
    return this.#until('the socket to close', () => this.closing ?? undefined);
  }

  /** Says hello and waits for the welcome. */
  async greet(over: Partial<Hello> = {}): Promise<MessageOf<'welcome'>> {
    await this.opened();
    this.send(aHello(over));
    return this.take('welcome');
  }

  close(): void {
    this.socket.terminate();
  }
}

export function aHello(over: Partial<Hello> = {}): Hello {
  return {
    type: 'hello',
    version: PROTOCOL_VERSION,
    oldestVersion: 100,
    capabilities: ['watch-pools', 'wishes', 'catalog-push'],
    agentVersion: '0.1.0',
    instanceId: 'instance-1',
    loginSessionId: 'login-1',
    outboxId: 'outbox-1',
    wallMs: Date.now(),
    openSessionIds: [],
    workstation: { name: 'cad-07', platform: 'linux', osVersion: 'Debian 12' },
    sensors: { processes: '/proc', idle: 'X11' },
    simulated: false,
    ...over,
  };
}
