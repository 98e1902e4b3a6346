/** A small real D-Bus service on a private bus, standing in for GNOME and logind. */
import { connect } from 'node:net';

interface NativeBus {
  readonly connection: { on(event: 'connect' | 'error', run: (error?: unknown) => void): void };
  requestName(name: string, flags: number, done: (error: unknown) => void): void;
  setMethodCallHandler(
    path: string,
    iface: string,
    member: string,
    handler: [(...args: unknown[]) => unknown, string],
  ): void;
  exportInterface(object: object, path: string, description: object): void;
  sendSignal(path: string, iface: string, name: string, signature: string, args: readonly unknown[]): void;
}

export interface FakeBusService {
  handle(
    path: string,
    iface: string,
    member: string,
    signature: string,
    answer: (...args: unknown[]) => unknown,
  ): void;
  /** A boolean property that can be read by org.freedesktop.DBus.Properties.Get. */
  property(path: string, iface: string, name: string, value: boolean): void;
  signal(path: string, iface: string, name: string, signature: string, args: readonly unknown[]): void;
  /** Leaves the bus, as a program that ends does. */
  end(): void;
}

/** @param address `unix:path=…,guid=…` */
export async function fakeBusService(address: string, name: string): Promise<FakeBusService> {
  const { default: library } = (await import('@homebridge/dbus-native')) as unknown as {
    default: { createClient(options: object): NativeBus };
  };
  const path = /path=([^,]+)/.exec(address)?.[1];
  if (path === undefined) throw new Error(`no path in ${address}`);
  const stream = connect(path);
  const bus = library.createClient({ stream, authMethods: ['EXTERNAL'] });
  await new Promise<void>((resolve, reject) => {
    bus.connection.on('connect', () => resolve());
    bus.connection.on('error', reject);
  });
  await new Promise<void>((resolve, reject) => {
    bus.requestName(name, 0, (error) => (error ? reject(error) : resolve()));
  });
  return {
    handle: (object, iface, member, signature, answer) =>
      bus.setMethodCallHandler(object, iface, member, [answer, signature]),
    property: (object, iface, property, value) =>
      bus.exportInterface({ [property]: value }, object, {
        name: iface,
        methods: {},
        signals: {},
        properties: { [property]: 'b' },
      }),
    signal: (object, iface, member, signature, args) =>
      bus.sendSignal(object, iface, member, signature, args),
    end: () => stream.destroy(),
  };
}
