/** The only file with Tray, Menu and nativeImage: draws a TrayView, and nothing that has not changed. */
import { Menu, type MenuItemConstructorOptions, type NativeImage, nativeImage, screen, Tray } from 'electron';
import type { Tone, TrayShape } from '../../shared/agent-view.ts';
import { assertNever } from '../../shared/outcome.ts';
import { drawIcon, type IconBackground } from './icon-pixels.ts';
import { encodePng } from './png.ts';
import type { ShellAction } from './shell-action.ts';
import { type ShellPlatform, trayStyle } from './shell-places.ts';
import type { MenuItem, TrayView } from './tray-view.ts';
import type { Rectangle } from './window-place.ts';

export interface UsherTray {
  /** Draws the view if it differs from the last one. */
  update(view: TrayView, background: IconBackground): void;
  /** null where the system does not say where the icon is. */
  bounds(): Rectangle | null;
  destroy(): void;
}

export interface TrayOptions {
  readonly platform: ShellPlatform;
  readonly onClick: () => void;
  readonly onAction: (action: ShellAction) => void;
}

/** A menu bar belongs to document windows; macOS needs one all the same, for its clipboard keys. */
export function dropApplicationMenu(platform: ShellPlatform): void {
  const menu =
    platform === 'darwin' ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }]) : null;
  Menu.setApplicationMenu(menu);
}

/** A picture of the seat for windows and notifications, 64 pixels wide. */
export function seatPicture(shape: TrayShape, tone: Tone, background: IconBackground): NativeImage {
  return nativeImage.createFromBuffer(encodePng(drawIcon(shape, tone, 64, background)));
}

function trayImage(
  { shape, tone }: TrayView,
  background: IconBackground,
  platform: ShellPlatform,
): NativeImage {
  const largestScaleFactor = Math.max(1, ...screen.getAllDisplays().map(({ scaleFactor }) => scaleFactor));
  const { sizes, isTemplate } = trayStyle(platform, largestScaleFactor);
  const image = nativeImage.createEmpty();
  for (const { pixels, scaleFactor } of sizes) {
    const buffer = encodePng(drawIcon(shape, tone, pixels, isTemplate ? 'light' : background));
    image.addRepresentation({ scaleFactor, width: pixels, height: pixels, buffer });
  }
  if (isTemplate) image.setTemplateImage(true);
  return image;
}

function templateOf(item: MenuItem, onAction: (action: ShellAction) => void): MenuItemConstructorOptions {
  switch (item.kind) {
    case 'separator':
      return { type: 'separator' };
    case 'text':
      return { label: literal(item.label), enabled: false };
    case 'press':
      return { label: literal(item.label), enabled: item.isEnabled, click: () => onAction(item.action) };
    case 'check':
      return {
        type: 'checkbox',
        label: literal(item.label),
        checked: item.isChecked,
        click: () => onAction(item.action),
      };
    case 'submenu':
      return { label: literal(item.label), submenu: item.items.map((inner) => templateOf(inner, onAction)) };
    default:
      return assertNever(item);
  }
}

/** In a menu `&` marks the next letter as a key; in names of products it is a character. */
const literal = (label: string): string => label.replaceAll('&', '&&');

export function makeTray({ platform, onClick, onAction }: TrayOptions): UsherTray {
  let tray: Tray | null = null;
  let drawn = '';
  let drawnImage = '';

  function draw(view: TrayView, background: IconBackground): void {
    const imageKey = JSON.stringify([view.shape, view.tone, background]);
    const image = imageKey === drawnImage ? null : trayImage(view, background, platform);
    drawnImage = imageKey;
    if (!tray) {
      tray = new Tray(image ?? nativeImage.createEmpty());
      tray.on('click', onClick);
    } else if (image) tray.setImage(image);
    tray.setToolTip(view.tooltip);
    // Electron on Linux shows changes of a menu only when the whole menu is set again.
    tray.setContextMenu(Menu.buildFromTemplate(view.menu.map((item) => templateOf(item, onAction))));
  }

  return {
    update(view, background) {
      const next = JSON.stringify([view, background]);
      if (next === drawn) return;
      drawn = next;
      draw(view, background);
    },
    bounds() {
      const rectangle = tray?.getBounds();
      return rectangle && rectangle.width > 0 ? rectangle : null;
    },
    destroy() {
      tray?.destroy();
      tray = null;
    },
  };
}
