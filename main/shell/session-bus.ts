/** The D-Bus session bus with a time limit on every call: a frozen service must never hang the shell. Linux only. */
import { createConnection, type Socket } from 'node:net';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import { type Clock, SECOND } from '../../shared/time.ts';
import { type Log, messageOf } from './log.ts';

export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** D-Bus signature of `body`. */
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

export interface BusSignal {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Unique name of who sent it. */
  readonly sender: string;
  readonly body: readonly unknown[];
}

export interface SessionBus {
  /** The first value of the answer, undefined if it has none. */
  call(call: BusCall): Promise<Outcome<unknown, 'BUS_ERROR' | 'BUS_SILENT' | 'BUS_GONE'>>;
  /** Calls `listener` with every signal of this interface; the bus is asked for them once. */
  listen(interfaceName: string, listener: (signal: BusSignal) => void): void;
  close(): void;
}

/** As much of @homebridge/dbus-native as is used here; its own types leave these out. */
interface DbusLibrary {
  createClient(options: { stream: Socket }): DbusClient;
}
interface DbusClient {
  invoke(
    message: object,
    callback: (error: { name?: string; message?: unknown } | null, value: unknown) => void,
  ): void;
  addMatch(rule: string, callback: (error: unknown) => void): void;
  readonly connection: {
    on(event: 'message', listener: (message: DbusMessage) => void): void;
    on(event: 'error', listener: (error: unknown) => void): void;
    on(event: 'end', listener: () => void): void;
    end(): void;
  };
}
interface DbusMessage {
  readonly type: number;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly sender?: string;
  readonly body?: readonly unknown[];
}

/** D-Bus specification, "Message Types". */
const SIGNAL = 4;
/** Notification servers answer in milliseconds; D-Bus itself would wait 25 s, the library for ever. */
const ANSWER_WITHIN_MS = 3 * SECOND;

/**
 * Where a Unix socket of a bus address lies (D-Bus specification, "Server Addresses"). Linux writes the names of
 * abstract sockets with a zero byte in front.
 * @returns null for addresses of other kinds (tcp, launchd, autolaunch)
 */
export function busSocketPath(address: string): string | null {
  for (const part of address.split(';')) {
    const [family, rest = ''] = part.split(/:(.*)/s);
    if (family !== 'unix') continue;
    for (const pair of rest.split(',')) {
      const [key, value = ''] = pair.split(/=(.*)/s);
      if (key === 'path') return unescapeAddress(value);
      if (key === 'abstract') return `\0${unescapeAddress(value)}`;
    }
  }
  return null;
}

/** Bytes outside of a small set stand as %XX in addresses. */
function unescapeAddress(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // Not UTF-8 behind its percent signs; such a socket will not be found, and that is said then.
    return value;
  }
}

/** @returns null where there is no bus; said in the log once */
export async function openSessionBus(
  address: string | null,
  clock: Clock,
  log: Log,
): Promise<SessionBus | null> {
  const socketPath = address ? busSocketPath(address) : null;
  if (!socketPath) {
    log.warn('session-bus', 'there is no session bus; notifications go through Electron');
    return null;
  }
  try {
    const library = (await import('@homebridge/dbus-native')) as unknown as DbusLibrary;
    return wrap(library.createClient({ stream: createConnection(socketPath) }), clock, log);
  } catch (thrown) {
    log.warn('session-bus', `the session bus cannot be used: ${messageOf(thrown)}`);
    return null;
  }
}

function wrap(client: DbusClient, clock: Clock, log: Log): SessionBus {
  let isGone = false;
  const lose = (why: string): void => {
    if (!isGone) log.warn('session-bus', `lost the session bus: ${why}`);
    isGone = true;
  };
  client.connection.on('error', (error) => lose(messageOf(error)));
  client.connection.on('end', () => lose('it was closed'));
  return {
    call(call) {
      if (isGone) return Promise.resolve(failure('BUS_GONE', 'The session bus is gone.'));
      return new Promise((resolve) => {
        const cancel = clock.setTimer(
          () => resolve(failure('BUS_SILENT', `${call.member} was not answered in time.`)),
          ANSWER_WITHIN_MS,
        );
        client.invoke({ ...call }, (error, value) => {
          cancel();
          if (error)
            resolve(failure('BUS_ERROR', `${call.member}: ${error.name ?? 'an error without a name'}`));
          else resolve(success(value));
        });
      });
    },
    listen(interfaceName, listener) {
      client.connection.on('message', (message) => {
        const { type, path = '', member = '', sender = '', body = [] } = message;
        if (type !== SIGNAL || message.interface !== interfaceName) return;
        // A signal may arrive in one piece with the answer that explains it; whoever waits for that comes first.
        setImmediate(() => listener({ path, interface: interfaceName, member, sender, body }));
      });
      client.addMatch(`type='signal',interface='${interfaceName}'`, (error) => {
        if (error) log.warn('session-bus', `no signals of ${interfaceName}`);
      });
    },
    close() {
      isGone = true;
      client.connection.end();
    },
  };
}
