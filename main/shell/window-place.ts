/** Where the panel's window goes: near the tray icon where the system says where that is. Pure. */

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Distance to the edges of the work area, in the screen's own units. */
const MARGIN = 8;

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));

/**
 * @param trayIcon null or empty where the system does not say (most Linux desktops): then the lower right corner
 * @param workArea of the display with the icon, or with the pointer
 * @param wanted size of the window; it shrinks on a smaller display
 * @param titleBarHeight what the window manager adds on top of that size; 0 where the size includes it
 */
export function placeWindow(
  trayIcon: Rectangle | null,
  workArea: Rectangle,
  wanted: { readonly width: number; readonly height: number },
  titleBarHeight: number,
): Rectangle {
  const width = Math.min(wanted.width, workArea.width - 2 * MARGIN);
  const height = Math.min(wanted.height, workArea.height - 2 * MARGIN - titleBarHeight);
  const left = workArea.x + MARGIN;
  const top = workArea.y + MARGIN;
  const rightmost = workArea.x + workArea.width - width - MARGIN;
  const lowest = workArea.y + workArea.height - height - titleBarHeight - MARGIN;
  if (!trayIcon || trayIcon.width === 0 || trayIcon.height === 0)
    return { x: rightmost, y: lowest, width, height };
  const centerX = trayIcon.x + trayIcon.width / 2;
  const isAtTop = trayIcon.y + trayIcon.height / 2 < workArea.y + workArea.height / 2;
  const x = clamp(Math.round(centerX - width / 2), left, rightmost);
  return { x, y: isAtTop ? top : lowest, width, height };
}
