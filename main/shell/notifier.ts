/** How notifications reach the person: one port, and the way through Electron (Windows, macOS, and the last resort). */

import type { NativeImage } from 'electron';
import { Notification } from 'electron';
import type { Notice } from './notices.ts';
import type { ShellAction } from './shell-action.ts';

export interface Notifier {
  /** Shows a notice; one with the same key is replaced. */
  show(notice: Notice): void;
  close(key: string): void;
  stop(): void;
}

export interface NotifierEvents {
  readonly onAction: (key: string, action: ShellAction) => void;
  readonly onClosed: (key: string) => void;
}

/**
 * Electron's own notifications. Windows and macOS draw the buttons; on Linux Electron has none, so the body is all
 * and a click opens the panel. macOS shows them only from a signed package.
 */
export function makeElectronNotifier(
  icon: () => NativeImage,
  { onAction, onClosed }: NotifierEvents,
): Notifier {
  const shown = new Map<string, Notification>();

  function close(key: string): void {
    const notification = shown.get(key);
    shown.delete(key);
    notification?.close();
  }

  return {
    show({ key, title, body, buttons, urgency }) {
      close(key);
      if (!Notification.isSupported()) return;
      const notification = new Notification({
        title,
        body,
        icon: icon(),
        urgency,
        actions: buttons.map(({ label }) => ({ type: 'button', text: label })),
      });
      notification.on('click', () => onAction(key, { type: 'open-panel' }));
      notification.on('action', (details) => {
        const button = buttons[details.actionIndex];
        if (button) onAction(key, button.action);
      });
      notification.on('close', () => {
        if (shown.get(key) !== notification) return;
        shown.delete(key);
        onClosed(key);
      });
      shown.set(key, notification);
      notification.show();
    },
    close,
    stop() {
      for (const key of [...shown.keys()]) close(key);
    },
  };
}
