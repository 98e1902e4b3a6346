/**
 * TLS handshakes in order: so many at a time, the others wait as bare sockets in the order of coming. A handshake costs
 * a hundred times the memory of a bare socket and a millisecond of the only thread; when thousands of agents come back
 * at once, those who are in must not wait behind all of them.
 */
import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import type { Cancel, Clock } from '../../shared/time.ts';

/** Enough to keep the thread busy while answers of slow networks are awaited. */
const AT_ONCE = 64;
/** A handshake that takes longer goes on, but no longer keeps others out. */
const PATIENCE_MS = 500;

type Begin = (socket: Socket) => void;

class HandshakeHall {
  readonly #begin: Begin;
  readonly #clock: Clock;
  readonly #waiting: Socket[] = [];
  /** Those that count, by the other end's address. */
  readonly #running = new Map<string, Cancel>();

  constructor(begin: Begin, clock: Clock) {
    this.#begin = begin;
    this.#clock = clock;
  }

  enter(socket: Socket): void {
    socket.on('error', ignore);
    this.#waiting.push(socket);
    this.#goOn();
  }

  ended(socket: Socket): void {
    this.#leave(endOf(socket));
  }

  #goOn(): void {
    while (this.#running.size < AT_ONCE) {
      const socket = this.#waiting.shift();
      if (socket === undefined) return;
      if (!socket.destroyed) this.#start(socket);
    }
  }

  #start(socket: Socket): void {
    const end = endOf(socket);
    const leave = () => this.#leave(end);
    const cancel = this.#clock.setTimer(leave, PATIENCE_MS);
    this.#running.set(end, cancel);
    socket.once('close', leave);
    this.#begin(socket);
    socket.off('error', ignore);
  }

  #leave(end: string): void {
    this.#running.get(end)?.();
    if (this.#running.delete(end)) this.#goOn();
  }
}

const ignore = (): void => {};

/** Two connections to one port of ours never have the same. */
const endOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/** Takes the handshakes of a server that does not listen yet into its hands. */
export function queueHandshakes(server: Server, clock: Clock): void {
  const [begin] = server.listeners('connection') as Begin[];
  if (begin === undefined) return;
  const hall = new HandshakeHall((socket) => begin.call(server, socket), clock);
  server.removeListener('connection', begin);
  server.prependListener('connection', (socket: Socket) => hall.enter(socket));
  server.prependListener('secureConnection', (socket: TLSSocket) => hall.ended(socket));
}
