/**
 * One WebSocket's life for a page: opens, tells, and after a loss opens again, waiting longer each time. What was
 * sent on a socket that ended is the caller's business; nothing is sent twice here.
 */
import type { Cancel, Clock, Random } from '../../shared/time.ts';
import { pageClock, pageRandom } from './clock.ts';

/** The part of a browser's WebSocket that is used here. */
export interface PageSocket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
}

export interface SocketPorts {
  readonly openSocket: () => PageSocket;
  readonly clock: Clock;
  readonly random: Random;
}

export interface SocketHandlers {
  onOpen(): void;
  onText(text: string): void;
  /** An open socket ended. Tries that never opened are not told. */
  onLost(): void;
}

export interface ReconnectingSocket {
  /** false: there is no open socket, nothing was sent. */
  send(text: string): boolean;
  /** Tries at once instead of waiting on (the page became visible, the network came back). */
  hurry(): void;
  /** Ends the present socket; a new try follows as after any loss. */
  drop(): void;
  stop(): void;
}

/** Wait before a new try: doubles from the first to the longest, with up to half of it random. */
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 10_000;

export function openReconnectingSocket(ports: SocketPorts, handlers: SocketHandlers): ReconnectingSocket {
  let socket: PageSocket | null = null;
  let isOpen = false;
  let isStopped = false;
  let tries = 0;
  let cancelRetry: Cancel = () => {};

  function lose(): void {
    const wasOpen = isOpen;
    isOpen = false;
    socket = null;
    if (wasOpen) handlers.onLost();
    if (isStopped) return;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries++);
    cancelRetry = ports.clock.setTimer(connect, longest * (0.5 + ports.random() / 2));
  }

  function connect(): void {
    const opened = ports.openSocket();
    socket = opened;
    opened.onopen = () => {
      isOpen = true;
      tries = 0;
      handlers.onOpen();
    };
    opened.onmessage = ({ data }) => {
      if (socket === opened) handlers.onText(String(data));
    };
    opened.onclose = () => {
      if (socket === opened) lose();
    };
  }

  connect();
  return {
    send(text) {
      if (!socket || !isOpen) return false;
      socket.send(text);
      return true;
    },
    hurry() {
      if (socket || isStopped) return;
      cancelRetry();
      connect();
    },
    drop: () => socket?.close(),
    stop() {
      isStopped = true;
      cancelRetry();
      socket?.close();
    },
  };
}

/** The real ports of a page, for a socket at `path` of its own origin. */
export function pagePorts(path: string): SocketPorts {
  const address = new URL(path, window.location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return {
    openSocket: () => new WebSocket(address) as PageSocket,
    clock: pageClock,
    random: pageRandom,
  };
}

/** Hurries when the network comes back or the page is shown again; returns the end of that. */
export function hurryWithPage(socket: Pick<ReconnectingSocket, 'hurry'>): () => void {
  const onVisible = () => {
    if (document.visibilityState === 'visible') socket.hurry();
  };
  window.addEventListener('online', socket.hurry);
  document.addEventListener('visibilitychange', onVisible);
  return () => {
    window.removeEventListener('online', socket.hurry);
    document.removeEventListener('visibilitychange', onVisible);
  };
}
