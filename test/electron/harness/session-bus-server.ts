/**
 * Two desktop services as a desktop has them, on the real session bus: a notification server with buttons, and the
 * watcher of status icons, through which the tray icon's menu is read and pressed as a panel applet does.
 */
import { createConnection } from 'node:net';
import dbus from '@homebridge/dbus-native';
import { waitUntil } from './wait.ts';

interface BusMessage {
  readonly type: number;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly sender?: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}
interface Bus {
  readonly name?: string;
  invoke(message: object, callback: (error: { name?: string } | null, value: unknown) => void): void;
  requestName(name: string, flags: number, callback: (error: unknown) => void): void;
  exportInterface(implementation: object, path: string, description: object): void;
  sendSignal(path: string, iface: string, name: string, signature: string, body: readonly unknown[]): void;
  readonly connection: { on(event: 'message', listener: (message: BusMessage) => void): void; end(): void };
}

function connect(address: string): Bus {
  const path = /unix:path=([^,;]+)/.exec(address)?.[1];
  if (!path) throw new Error(`no socket in ${address}`);
  const library = dbus as unknown as { createClient(options: object): Bus };
  return library.createClient({ stream: createConnection(path) });
}

const own = (bus: Bus, name: string): Promise<void> =>
  new Promise((resolve, reject) =>
    bus.requestName(name, 0, (error) => (error ? reject(new Error(`${name} is taken`)) : resolve())),
  );

export interface ShownNotification {
  readonly id: number;
  readonly replacesId: number;
  readonly title: string;
  readonly body: string;
  /** Keys and labels, in turn. */
  readonly actions: readonly string[];
  readonly urgency: number;
}

export interface NotificationServer {
  readonly shown: readonly ShownNotification[];
  readonly closedIds: readonly number[];
  /** What a server sends when its user presses a button. Resolves when it has arrived. */
  press(id: number, actionKey: string): Promise<void>;
  /** What a server sends when its user closes a notification. Resolves when it has arrived. */
  dismiss(id: number): Promise<void>;
  stop(): void;
}

const NOTIFICATIONS = 'org.freedesktop.Notifications';
const NOTIFICATIONS_PATH = '/org/freedesktop/Notifications';

export async function startNotificationServer(address: string): Promise<NotificationServer> {
  const bus = connect(address);
  const shown: ShownNotification[] = [];
  const closedIds: number[] = [];
  let lastId = 0;
  let client = '';
  const signal = (name: string, signature: string, body: readonly unknown[]): void =>
    bus.sendSignal(NOTIFICATIONS_PATH, NOTIFICATIONS, name, signature, body);
  const implementation = {
    Notify(...args: unknown[]): number {
      const [, replacesId, , title, body, actions, hints] = args as [
        string,
        number,
        string,
        string,
        string,
        string[],
        [string, [unknown, [unknown]]][],
      ];
      client = (args.at(-1) as BusMessage).sender ?? '';
      const urgency = Number(hints.find(([name]) => name === 'urgency')?.[1][1][0]);
      const id = replacesId || ++lastId;
      // Nobody can press a button before the answer with its number is on the way.
      setImmediate(() => shown.push({ id, replacesId, title, body, actions, urgency }));
      return id;
    },
    CloseNotification(id: number): void {
      closedIds.push(id);
      signal('NotificationClosed', 'uu', [id, 3]);
    },
  };
  bus.exportInterface(implementation, NOTIFICATIONS_PATH, {
    name: NOTIFICATIONS,
    methods: {
      Notify: ['susssasa{sv}i', 'u'],
      CloseNotification: ['u', ''],
    },
  });
  /** Messages between two programs keep their order on the bus, so an answer means that the signal was there first. */
  const pingClient = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const ping = { destination: client, path: '/', interface: 'org.freedesktop.DBus.Peer', member: 'Ping' };
      bus.invoke(ping, (error) => (error ? reject(new Error(`Ping: ${error.name}`)) : resolve()));
    });
  await own(bus, NOTIFICATIONS);
  return {
    shown,
    closedIds,
    async press(id, actionKey) {
      signal('ActionInvoked', 'us', [id, actionKey]);
      await pingClient();
    },
    async dismiss(id) {
      signal('NotificationClosed', 'uu', [id, 2]);
      await pingClient();
    },
    stop: () => bus.connection.end(),
  };
}

/** One entry of a menu on the bus. */
export interface BusMenuItem {
  readonly id: number;
  readonly label: string;
  readonly isEnabled: boolean;
  readonly isSeparator: boolean;
  readonly isChecked: boolean;
  readonly children: readonly BusMenuItem[];
}

export interface IconWatcher {
  /** The whole menu of the newest status icon. */
  readMenu(): Promise<readonly BusMenuItem[]>;
  pressItem(item: BusMenuItem): Promise<void>;
  stop(): void;
}

const WATCHER = 'org.kde.StatusNotifierWatcher';

export async function startIconWatcher(address: string): Promise<IconWatcher> {
  const bus = connect(address);
  const icons: { readonly owner: string; readonly path: string }[] = [];
  bus.connection.on('message', ({ member, sender, body }) => {
    if (member !== 'RegisterStatusNotifierItem' || !sender) return;
    const name = String(body?.[0]);
    icons.push({
      owner: name.startsWith('/') ? sender : name,
      path: name.startsWith('/') ? name : '/StatusNotifierItem',
    });
  });
  bus.exportInterface(
    {
      RegisterStatusNotifierItem() {},
      RegisterStatusNotifierHost() {},
      IsStatusNotifierHostRegistered: true,
      ProtocolVersion: 0,
    },
    '/StatusNotifierWatcher',
    {
      name: WATCHER,
      methods: { RegisterStatusNotifierItem: ['s', ''], RegisterStatusNotifierHost: ['s', ''] },
      properties: { IsStatusNotifierHostRegistered: 'b', ProtocolVersion: 'i' },
      signals: {},
    },
  );
  await own(bus, WATCHER);

  const call = (member: string, iface: string, path: string, signature: string, body: readonly unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      const icon = icons.at(-1);
      if (!icon) {
        reject(new Error('no icon has registered'));
        return;
      }
      bus.invoke(
        { destination: icon.owner, path, interface: iface, member, signature, body },
        (error, ...values: unknown[]) =>
          error
            ? reject(new Error(`${member}: ${error.name}`))
            : resolve(values.length > 1 ? values : values[0]),
      );
    });

  async function menuPath(): Promise<string> {
    const icon = await waitUntil('the status icon', () => icons.at(-1));
    const answer = await call('Get', 'org.freedesktop.DBus.Properties', icon.path, 'ss', [
      'org.kde.StatusNotifierItem',
      'Menu',
    ]);
    return String((answer as [unknown, [unknown]])[1][0]);
  }

  return {
    async readMenu() {
      const path = await menuPath();
      const answer = await call('GetLayout', 'com.canonical.dbusmenu', path, 'iias', [0, -1, []]);
      return itemOf((answer as [number, unknown])[1]).children;
    },
    async pressItem({ id }) {
      const path = await menuPath();
      await call('Event', 'com.canonical.dbusmenu', path, 'isvu', [id, 'clicked', ['i', 0], 0]);
    },
    stop: () => bus.connection.end(),
  };
}

/** Reads one node of a layout: (id, properties, children), the children wrapped as variants. */
function itemOf(node: unknown): BusMenuItem {
  const [id, properties, children] = node as [
    number,
    [string, [unknown, [unknown]]][],
    [unknown, [unknown]][],
  ];
  const property = (name: string): unknown => properties.find(([key]) => key === name)?.[1][1][0];
  return {
    id,
    // An underscore marks a key in these labels.
    label: String(property('label') ?? '').replaceAll('__', '_'),
    isEnabled: property('enabled') !== false,
    isSeparator: property('type') === 'separator',
    isChecked: property('toggle-state') === 1,
    children: children.map(([, [child]]) => itemOf(child)),
  };
}
