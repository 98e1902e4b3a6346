/** A face of the agent host, as small as can be: frames in and out, over whatever carries them. */
import { connect } from 'node:net';
import type {
  AgentCommands,
  AgentQueries,
  AgentState,
  CommandName,
  QueryName,
} from '../../shared/agent-api.ts';
import {
  decodeAgentState,
  decodeFrame,
  hostFrameSchema,
  MAXIMUM_FRAME_BYTES,
} from '../../shared/agent-api-codec.ts';
import { createFrameSplitter } from '../../shared/local-frames.ts';

export interface FaceCarrier {
  /** One frame, without a newline. */
  send(frame: string): void;
  close(): void;
}

interface Waiting {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class Face {
  isClosed = false;
  #state: AgentState | null = null;
  readonly #carrier: FaceCarrier;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(carrier: FaceCarrier) {
    this.#carrier = carrier;
  }

  /** The newest state that the host has told. */
  get state(): AgentState {
    if (!this.#state) throw new Error('the host has not told its state yet');
    return this.#state;
  }

  /** Asks for the state; the host pushes every new one from then on. */
  async watch(): Promise<this> {
    this.#learn(await this.#ask('state', null));
    return this;
  }

  query<N extends QueryName>(name: N): Promise<AgentQueries[N]['output']> {
    return this.#ask(name, null) as Promise<AgentQueries[N]['output']>;
  }

  command<N extends CommandName>(
    name: N,
    input: AgentCommands[N]['input'],
  ): Promise<AgentCommands[N]['output']> {
    return this.#ask(name, input) as Promise<AgentCommands[N]['output']>;
  }

  /** What the carrier received. */
  receive(text: string): void {
    const frame = decodeFrame(hostFrameSchema, text);
    if (!frame.ok) throw new Error(`the host sent what does not fit: ${frame.message}`);
    const { value } = frame;
    if ('push' in value) {
      this.#learn(value.value);
      return;
    }
    const waiting = this.#waiting.get(value.id);
    this.#waiting.delete(value.id);
    if (value.ok) waiting?.resolve(value.output);
    else waiting?.reject(new Error(`${value.code}: ${value.message}`));
  }

  /** The carrier's end. */
  ended(): void {
    this.isClosed = true;
    for (const { reject } of this.#waiting.values()) reject(new Error('the host closed the connection'));
    this.#waiting.clear();
  }

  close(): void {
    this.#carrier.close();
  }

  #ask(name: string, input: unknown): Promise<unknown> {
    if (this.isClosed) return Promise.reject(new Error('the connection to the host is closed'));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#carrier.send(JSON.stringify({ id, name, input }));
    });
  }

  #learn(value: unknown): void {
    const state = decodeAgentState(value);
    if (!state.ok) throw new Error(`the host told a state that does not fit: ${state.message}`);
    this.#state = state.value;
  }
}

/** Over the local socket, as command and shell do. */
export async function openFace(socketPath: string): Promise<Face> {
  const socket = connect(socketPath);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
  });
  const face = new Face({
    send: (frame) => socket.write(`${frame}\n`),
    close: () => socket.destroy(),
  });
  const splitter = createFrameSplitter(MAXIMUM_FRAME_BYTES);
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    for (const frame of splitter.push(String(text)).frames) face.receive(frame);
  });
  // The end says it all: 'close' follows.
  socket.on('error', () => {});
  socket.on('close', () => face.ended());
  return face.watch();
}
