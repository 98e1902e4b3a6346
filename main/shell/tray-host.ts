/** Whether anything on this desktop shows tray icons; where nothing does, the window must not start hidden. Linux. */
import type { SessionBus } from './session-bus.ts';

const WATCHER = 'org.kde.StatusNotifierWatcher';

/**
 * GNOME without its AppIndicator extension has no watcher; under Wayland no older kind of icon exists either.
 * @param mayHaveXTray on X11 an older tray may be there, which cannot be asked over the bus
 */
export async function hasTrayHost(bus: SessionBus | null, mayHaveXTray: boolean): Promise<boolean> {
  if (mayHaveXTray) return true;
  if (!bus) return false;
  const answer = await bus.call({
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
    member: 'NameHasOwner',
    signature: 's',
    body: [WATCHER],
  });
  return answer.ok && answer.value === true;
}
