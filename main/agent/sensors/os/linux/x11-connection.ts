/**
 * One connection to an X server that only ever asks for the idle time. It speaks the protocol itself, since libX11
 * ends the whole process when its server dies (docs/adr/0003-linux-sensors.md). A connection that failed stays failed.
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Clock } from '../../../../../shared/time.ts';
import { chooseAuthorization, type DisplayAddress, parseAuthority } from './x11-display.ts';
import {
  type Authorization,
  decodeExtensionOpcode,
  decodeIdleMs,
  decodeMessage,
  decodeRootWindow,
  decodeSetupHead,
  encodeQueryIdle,
  encodeQueryScreenSaver,
  encodeSetup,
  MESSAGE_BYTES,
  SETUP_HEAD_BYTES,
} from './x11-wire.ts';

const ANSWER_WITHIN_MS = 2_000;

interface Want {
  readonly bytes: number;
  resolve(bytes: Buffer): void;
  reject(error: Error): void;
}

export interface X11Connection {
  /** Milliseconds since the last input. Rejects when the server is gone or does not answer in time. */
  idleMs(): Promise<number>;
  close(): void;
}

/** @param authorityPath file with the cookies; undefined: try without */
export async function connectX11(
  address: DisplayAddress,
  authorityPath: string | undefined,
  clock: Clock,
): Promise<X11Connection> {
  const stream = new X11Stream(address, clock);
  try {
    stream.send(encodeSetup(readAuthorization(address, authorityPath)));
    const head = decodeSetupHead(await stream.take(SETUP_HEAD_BYTES));
    if (!head) throw new Error('what answers there is no X server');
    const rest = await stream.take(head.restBytes);
    const root = head.accepted ? decodeRootWindow(rest) : undefined;
    if (root === undefined) throw new Error('the X server refused this account; check XAUTHORITY');
    stream.send(encodeQueryScreenSaver());
    const opcode = decodeExtensionOpcode(await stream.reply());
    if (opcode === undefined) throw new Error('the X server has no MIT-SCREEN-SAVER extension');
    const question = encodeQueryIdle(opcode, root);
    return {
      async idleMs() {
        stream.send(question);
        return decodeIdleMs(await stream.reply());
      },
      close: () => stream.fail(new Error('closed')),
    };
  } catch (error) {
    stream.fail(new Error('closed'));
    throw error;
  }
}

function readAuthorization(address: DisplayAddress, path: string | undefined): Authorization | undefined {
  if (path === undefined) return undefined;
  try {
    return chooseAuthorization(parseAuthority(readFileSync(path)), address.number, hostname());
  } catch {
    return undefined; // Many servers need none (access by local user); the one that does will say so.
  }
}

/** Bytes in order, one reader at a time, each answer within a time limit. */
class X11Stream {
  readonly #socket: Socket;
  readonly #clock: Clock;
  #received = Buffer.alloc(0);
  #want: Want | undefined;
  #failure: Error | undefined;

  constructor(address: DisplayAddress, clock: Clock) {
    this.#clock = clock;
    this.#socket =
      address.kind === 'local'
        ? connect(address.socketPath)
        : connect({ host: address.host, port: address.port });
    this.#socket.on('data', (bytes) => {
      this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
      this.#serve();
    });
    this.#socket.on('error', (error) => this.fail(error));
    this.#socket.on('close', () => this.fail(new Error('the X server closed the connection')));
  }

  send(message: Buffer): void {
    if (!this.#failure) this.#socket.write(message);
  }

  take(bytes: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      if (this.#want) return reject(new Error('two questions at once'));
      const cancel = this.#clock.setTimer(
        () => this.fail(new Error('the X server does not answer')),
        ANSWER_WITHIN_MS,
      );
      this.#want = {
        bytes,
        resolve(taken) {
          cancel();
          resolve(taken);
        },
        reject(error) {
          cancel();
          reject(error);
        },
      };
      this.#serve();
    });
  }

  /** The next reply; events in between are dropped. */
  async reply(): Promise<Buffer> {
    for (;;) {
      const message = decodeMessage(await this.take(MESSAGE_BYTES));
      if (message.kind === 'reply') return message.bytes;
      if (message.kind === 'error') throw new Error(`the X server answered with error ${message.code}`);
    }
  }

  #serve(): void {
    const want = this.#want;
    if (!want || this.#received.length < want.bytes) return;
    this.#want = undefined;
    const taken = this.#received.subarray(0, want.bytes);
    this.#received = this.#received.subarray(want.bytes);
    want.resolve(taken);
  }

  fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#socket.destroy();
    this.#want?.reject(error);
    this.#want = undefined;
  }
}
