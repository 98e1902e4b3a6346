/** What a session needs of a socket, and the one place that touches `ws` for agents. Knows no message. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CLOSE_CODES, type CloseName, MAXIMUM_MESSAGE_BYTES } from '../../shared/protocol.ts';
import type { Clock } from '../../shared/time.ts';

/** Frames above this are cut off by `ws` with 1009; those between it and the limit get our own close code. */
export const MAXIMUM_FRAME_BYTES = 4 * MAXIMUM_MESSAGE_BYTES;

/** After a close frame the other end has this long to answer, then the connection is cut. */
const CLOSE_PATIENCE_MS = 2_000;

export interface AgentSocket {
  /** One text frame; a buffer holds its UTF-8 and may be shared by many sockets. */
  send(text: string | Buffer): void;
  /** Bytes that the other end has not taken yet. */
  bufferedBytes(): number;
  /** Says why and closes; cuts the connection when the other end does not answer. Closing twice does nothing. */
  close(name: CloseName): void;
  /** Stops and starts reading, so that a flood waits in the agent and not here. */
  pause(): void;
  resume(): void;
}

export interface SocketEvents {
  readonly onText: (text: string) => void;
  readonly onUnreadable: (name: 'BAD_MESSAGE' | 'MESSAGE_TOO_LARGE') => void;
  readonly onClosed: () => void;
}

const AS_TEXT = { binary: false } as const;

class WrappedSocket implements AgentSocket {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #stream: Duplex;
  #isClosing = false;
  #isGathering = false;

  constructor(socket: WebSocket, stream: Duplex, clock: Clock) {
    this.#socket = socket;
    this.#stream = stream;
    this.#clock = clock;
  }

  send(text: string | Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#gather();
    this.#socket.send(text, AS_TEXT);
  }

  /** What is sent in one turn (what changed, and the acknowledgment) goes out in one write of the system. */
  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#stream.cork();
    process.nextTick(() => {
      this.#isGathering = false;
      this.#stream.uncork();
    });
  }

  bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  close(name: CloseName): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#socket.resume();
    this.#socket.close(CLOSE_CODES[name].code, name);
    const cancel = this.#clock.setTimer(() => this.#socket.terminate(), CLOSE_PATIENCE_MS);
    this.#socket.once('close', cancel);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isClosing) this.#socket.resume();
  }
}

/** @param stream the connection below the socket */
export function wrapSocket(socket: WebSocket, stream: Duplex, clock: Clock): AgentSocket {
  return new WrappedSocket(socket, stream, clock);
}

/** Connects what comes in. `error` carries nothing that `close` does not say too. */
export function listenToSocket(socket: WebSocket, events: SocketEvents): void {
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) events.onUnreadable('BAD_MESSAGE');
    else if (data.length > MAXIMUM_MESSAGE_BYTES) events.onUnreadable('MESSAGE_TOO_LARGE');
    else events.onText(data.toString('utf8'));
  });
  socket.on('close', events.onClosed);
  socket.on('error', () => {});
}
