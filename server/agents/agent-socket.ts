/** What a session needs of a socket, and the one place that touches `ws` for agents. Knows no message. */
import type { WebSocket } from 'ws';
import { CLOSE_CODES, type CloseName, MAXIMUM_MESSAGE_BYTES } from '../../shared/protocol.ts';
import type { Clock } from '../../shared/time.ts';

/** Frames above this are cut off by `ws` with 1009; those between it and the limit get our own close code. */
export const MAXIMUM_FRAME_BYTES = 4 * MAXIMUM_MESSAGE_BYTES;

/** After a close frame the other end has this long to answer, then the connection is cut. */
const CLOSE_PATIENCE_MS = 2_000;

export interface AgentSocket {
  send(text: string): void;
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

export function wrapSocket(socket: WebSocket, clock: Clock): AgentSocket {
  let isClosing = false;
  return {
    send(text) {
      if (socket.readyState === socket.OPEN) socket.send(text);
    },
    bufferedBytes: () => socket.bufferedAmount,
    close(name) {
      if (isClosing) return;
      isClosing = true;
      socket.resume();
      socket.close(CLOSE_CODES[name].code, name);
      const cancel = clock.setTimer(() => socket.terminate(), CLOSE_PATIENCE_MS);
      socket.once('close', cancel);
    },
    pause: () => socket.pause(),
    resume: () => {
      if (!isClosing) socket.resume();
    },
  };
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
