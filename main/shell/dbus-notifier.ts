/**
 * Notifications on Linux, over org.freedesktop.Notifications: the only way there to real buttons. Servers come and
 * go, may not draw the buttons, and may never say that a notification closed; none of that is relied upon.
 */
import type { IconPixels } from './icon-pixels.ts';
import type { Log } from './log.ts';
import { actionsOf, DEFAULT_ACTION, escapeBody, imageHint, plainLine, urgencyOf } from './notice-markup.ts';
import type { Notice } from './notices.ts';
import type { Notifier, NotifierEvents } from './notifier.ts';
import type { BusSignal, SessionBus } from './session-bus.ts';

const SERVER = {
  destination: 'org.freedesktop.Notifications',
  path: '/org/freedesktop/Notifications',
  interface: 'org.freedesktop.Notifications',
} as const;
/** Offers end by themselves and are closed by us then; a server's own limit would hide them early. */
const NEVER_EXPIRES = 0;

export interface DbusNotifierPorts {
  readonly bus: SessionBus;
  readonly icon: () => IconPixels;
  readonly openLabel: string;
  /** Takes a notice that could not be shown over the bus. */
  readonly fallback: Notifier;
  readonly log: Log;
}

interface Shown {
  readonly notice: Notice;
  /** The server's number; 0 until it has given one. */
  serverId: number;
  /** Closed by us while the number was not there yet. */
  isClosed: boolean;
}

export function makeDbusNotifier(ports: DbusNotifierPorts, { onAction, onClosed }: NotifierEvents): Notifier {
  const { bus, fallback, log } = ports;
  const shown = new Map<string, Shown>();

  const find = (serverId: unknown): [string, Shown] | undefined =>
    [...shown].find(([, one]) => one.serverId !== 0 && one.serverId === serverId);

  bus.listen(SERVER.interface, ({ member, body }: BusSignal) => {
    const [serverId, detail] = body;
    const found = find(serverId);
    if (!found) return;
    const [key, { notice }] = found;
    if (member === 'NotificationClosed') {
      shown.delete(key);
      onClosed(key);
    } else if (member === 'ActionInvoked') {
      const action =
        detail === DEFAULT_ACTION ? { type: 'open-panel' as const } : notice.buttons[Number(detail)]?.action;
      if (action) onAction(key, action);
    }
  });

  async function notify(notice: Notice, mine: Shown, replacesId: number): Promise<void> {
    const hints = [
      ['urgency', ['y', urgencyOf(notice)]],
      ['image-data', ['(iiibiiay)', imageHint(ports.icon())]],
      ['desktop-entry', ['s', 'usher']],
    ];
    const answer = await bus.call({
      ...SERVER,
      member: 'Notify',
      signature: 'susssasa{sv}i',
      body: [
        'Usher',
        replacesId,
        '',
        plainLine(notice.title),
        escapeBody(notice.body),
        actionsOf(notice, ports.openLabel),
        hints,
        NEVER_EXPIRES,
      ],
    });
    if (answer.ok && typeof answer.value === 'number') {
      mine.serverId = answer.value;
      if (mine.isClosed) closeOnServer(answer.value);
      return;
    }
    log.warn('notifier', `the notification server took nothing: ${answer.ok ? 'no number' : answer.message}`);
    if (shown.get(notice.key) !== mine) return;
    shown.delete(notice.key);
    fallback.show(notice);
  }

  function closeOnServer(serverId: number): void {
    void bus.call({ ...SERVER, member: 'CloseNotification', signature: 'u', body: [serverId] });
  }

  function close(key: string): void {
    fallback.close(key);
    const one = shown.get(key);
    if (!one) return;
    shown.delete(key);
    one.isClosed = true;
    if (one.serverId !== 0) closeOnServer(one.serverId);
  }

  return {
    show(notice) {
      const replacesId = shown.get(notice.key)?.serverId ?? 0;
      const mine: Shown = { notice, serverId: replacesId, isClosed: false };
      shown.set(notice.key, mine);
      void notify(notice, mine, replacesId);
    },
    close,
    stop() {
      for (const key of [...shown.keys()]) close(key);
      fallback.stop();
    },
  };
}
