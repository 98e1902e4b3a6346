/**
 * A connection to a D-Bus daemon: calls with a time limit, signals by match rule. The library is loaded when the
 * first bus is really there (44 ms and 6 MB that a machine without a desktop never pays).
 */
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { Clock } from '../../../../../shared/time.ts';
import { parseBusAddress } from './dbus-address.ts';

const ANSWER_WITHIN_MS = 3_500;
const SIGNAL = 4;
const NO_AUTO_START = 2;

export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

export interface BusSignal {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

export interface Bus {
  /** Rejects with the D-Bus error name, or after 3.5 s. Never starts a service. @returns the values of the answer */
  call(call: BusCall): Promise<readonly unknown[]>;
  /** @param rule a match rule of the D-Bus specification */
  watch(rule: string, onSignal: (signal: BusSignal) => void): Promise<void>;
  onLost(run: () => void): void;
  close(): void;
}

interface NativeMessage extends BusSignal {
  readonly type: number;
}

interface NativeBus {
  readonly connection: {
    on(event: 'message', run: (message: NativeMessage) => void): void;
    on(event: 'error' | 'end', run: () => void): void;
    once(event: 'connect', run: () => void): void;
    once(event: 'error', run: (error: unknown) => void): void;
  };
  invoke(
    message: object,
    done: (error: { name?: string; message?: string } | null, ...values: unknown[]) => void,
  ): void;
}

interface NativeLibrary {
  createClient(options: { stream: Socket; authMethods: readonly string[] }): NativeBus;
}

/** @throws when no bus of this address can be reached */
export async function connectBus(address: string, clock: Clock): Promise<Bus> {
  const path = parseBusAddress(address).find(
    (socketPath) => socketPath.startsWith('\0') || existsSync(socketPath),
  );
  if (path === undefined) throw new Error('there is no such bus');
  const library = (await import('@homebridge/dbus-native')) as unknown as { default: NativeLibrary };
  const stream = connect(path);
  const native = library.default.createClient({ stream, authMethods: ['EXTERNAL'] });
  const lost: (() => void)[] = [];
  native.connection.on('error', () => stream.destroy()); // 'close' follows and tells everybody
  stream.once('close', () => {
    for (const run of lost) run();
  });
  const bus = wrap(native, stream, clock, lost);
  await within(clock, 'the bus does not answer', (resolve, reject) => {
    native.connection.once('connect', () => resolve([]));
    stream.once('close', () => reject(new Error('the bus closed the connection')));
  }).catch((error: unknown) => {
    stream.destroy();
    throw error;
  });
  return bus;
}

function wrap(native: NativeBus, stream: Socket, clock: Clock, lost: (() => void)[]): Bus {
  const call = (message: BusCall): Promise<readonly unknown[]> =>
    within(clock, `${message.member} was not answered`, (resolve, reject) => {
      if (stream.destroyed) return reject(new Error('the bus is gone'));
      native.invoke({ ...message, flags: NO_AUTO_START }, (error, ...values) =>
        error ? reject(new Error(error.name ?? error.message ?? 'refused')) : resolve(values),
      );
    });
  return {
    call,
    async watch(rule, onSignal) {
      native.connection.on('message', (message) => {
        if (message.type === SIGNAL) onSignal({ ...message, body: message.body ?? [] });
      });
      await call({
        destination: 'org.freedesktop.DBus',
        path: '/org/freedesktop/DBus',
        interface: 'org.freedesktop.DBus',
        member: 'AddMatch',
        signature: 's',
        body: [rule],
      });
    },
    onLost: (run) => lost.push(run),
    close: () => stream.destroy(),
  };
}

function within(
  clock: Clock,
  sentence: string,
  start: (resolve: (values: readonly unknown[]) => void, reject: (error: Error) => void) => void,
): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(() => reject(new Error(sentence)), ANSWER_WITHIN_MS);
    start(
      (values) => {
        cancel();
        resolve(values);
      },
      (error) => {
        cancel();
        reject(error);
      },
    );
  });
}
