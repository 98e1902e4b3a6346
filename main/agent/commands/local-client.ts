/**
 * The command's end of the local socket: attaches to the agent host of this account, keeps its newest state, asks and
 * commands. It never reconnects by itself: whoever wants that connects again.
 */
import { createConnection, type Socket } from 'node:net';
import type {
  AgentCommands,
  AgentQueries,
  AgentState,
  CommandName,
  QueryName,
} from '../../../shared/agent-api.ts';
import {
  decodeAgentState,
  decodeFrame,
  type HostFrame,
  hostFrameSchema,
  MAXIMUM_FRAME_BYTES,
} from '../../../shared/agent-api-codec.ts';
import { createFrameSplitter, joinFrame } from '../../../shared/local-frames.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import { type Cancel, type Clock, SECOND } from '../../../shared/time.ts';
import { systemClock } from '../clock.ts';
import { isOwnFolder } from '../local/socket-place.ts';

/** NOT_RUNNING: nobody listens. NOT_TRUSTED: the folder is not this account's. NO_ANSWER: somebody listens and is silent. */
export type ConnectFailure = 'NOT_RUNNING' | 'NOT_TRUSTED' | 'NO_ANSWER';

export interface LocalClient {
  /** The newest state. */
  state(): AgentState;
  onState(listener: (state: AgentState) => void): Cancel;
  query<N extends QueryName>(
    name: N,
    input: AgentQueries[N]['input'],
  ): Promise<Outcome<AgentQueries[N]['output']>>;
  command<N extends CommandName>(
    name: N,
    input: AgentCommands[N]['input'],
  ): Promise<AgentCommands[N]['output'] | Outcome<never>>;
  /** Settles when the connection ends, by either side. Never rejects. */
  readonly closed: Promise<void>;
  /** Calls `listener` once when the connection ends. */
  onClose(listener: () => void): void;
  close(): void;
}

export interface ConnectOptions {
  readonly clock?: Clock;
  /** How long the connection and its first state may take. */
  readonly limitMs?: number;
}

const GONE = failure('HOST_GONE', 'Usher on this workstation ended before it answered.');

export async function connectLocal(
  socketPath: string,
  { clock = systemClock, limitMs = 5 * SECOND }: ConnectOptions = {},
): Promise<Outcome<LocalClient, ConnectFailure>> {
  const uid = process.getuid?.();
  const socket = createConnection(socketPath);
  const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    socket.once('connect', () => resolve(null));
    socket.once('error', resolve);
  });
  if (error)
    return failure('NOT_RUNNING', 'Usher does not run on this workstation. Start it with: usher start');
  if (!isOwnFolder(socketPath, uid)) {
    socket.destroy();
    return failure(
      'NOT_TRUSTED',
      'The folder of the local socket belongs to another account. Give another one with --data.',
    );
  }
  const client = new Client(socket);
  const cancel = clock.setTimer(() => client.close(), limitMs);
  const first = await client.query('state', null);
  cancel();
  if (first.ok) return success(client);
  client.close();
  return failure(
    'NO_ANSWER',
    `Usher on this workstation does not answer (${first.code}). Stop it and start it again.`,
  );
}

class Client implements LocalClient {
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #listeners = new Set<(state: AgentState) => void>();
  readonly #waiting = new Map<number, (answer: Outcome<unknown>) => void>();
  #state: AgentState | null = null;
  #lastId = 0;
  #isClosed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    const splitter = createFrameSplitter(MAXIMUM_FRAME_BYTES);
    socket.on('data', (chunk: string) => {
      const { frames, isTooLarge } = splitter.push(chunk);
      for (const text of frames) this.#receive(text);
      if (isTooLarge) socket.destroy();
    });
    // A close always follows, and that is what anybody here waits for.
    socket.on('error', () => socket.destroy());
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isClosed = true;
        for (const settle of this.#waiting.values()) settle(GONE);
        this.#waiting.clear();
        resolve();
      });
    });
  }

  state(): AgentState {
    if (!this.#state) throw new Error('a connected client has a state');
    return this.#state;
  }

  onState(listener: (state: AgentState) => void): Cancel {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  onClose(listener: () => void): void {
    void this.closed.then(listener);
  }

  async query<N extends QueryName>(
    name: N,
    input: AgentQueries[N]['input'],
  ): Promise<Outcome<AgentQueries[N]['output']>> {
    const answer = await this.#ask(name, input);
    if (!answer.ok) return answer;
    if (name !== 'state') return success(answer.value as AgentQueries[N]['output']);
    const state = decodeAgentState(answer.value);
    if (state.ok) this.#state = state.value;
    return state as Outcome<AgentQueries[N]['output']>;
  }

  async command<N extends CommandName>(
    name: N,
    input: AgentCommands[N]['input'],
  ): Promise<AgentCommands[N]['output'] | Outcome<never>> {
    const answer = await this.#ask(name, input);
    return answer.ok ? (answer.value as AgentCommands[N]['output']) : answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(name: QueryName | CommandName, input: unknown): Promise<Outcome<unknown>> {
    if (this.#isClosed) return Promise.resolve(GONE);
    const id = ++this.#lastId;
    this.#socket.write(joinFrame({ id, name, input }));
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
    });
  }

  #receive(text: string): void {
    const decoded = decodeFrame(hostFrameSchema, text);
    if (!decoded.ok) {
      // Another version, or not an agent host at all: nothing it says can be relied on.
      this.#socket.destroy();
      return;
    }
    const frame: HostFrame = decoded.value;
    if ('push' in frame) {
      const state = decodeAgentState(frame.value);
      if (!state.ok) return;
      this.#state = state.value;
      for (const listener of this.#listeners) listener(state.value);
      return;
    }
    const settle = this.#waiting.get(frame.id);
    this.#waiting.delete(frame.id);
    settle?.(frame.ok ? success(frame.output) : failure(frame.code, frame.message));
  }
}
