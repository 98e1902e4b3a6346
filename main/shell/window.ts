/** The one BrowserWindow: secure preferences, show, hide, toggle, place. Closing hides it; only quitting ends it. */
import { BrowserWindow, type NativeImage, screen, type WebContents } from 'electron';
import type { Log } from './log.ts';
import { placeWindow, type Rectangle } from './window-place.ts';

export interface PanelWindow {
  /** Brings the panel to the front, making it if there is none. */
  show(): void;
  toggle(): void;
  /** The panel's page once it has loaded; null: nobody is looking. */
  page(): WebContents | null;
  setIcon(icon: NativeImage): void;
  /** After this the window really closes. */
  destroy(): void;
}

export interface PanelWindowOptions {
  readonly preloadPath: string;
  readonly mayUseDevTools: boolean;
  readonly trayBounds: () => Rectangle | null;
  /** Of the window manager, where bounds do not include it. */
  readonly titleBarHeight: number;
  /** The page has loaded (again) and wants its first snapshot. */
  readonly onLoaded: (page: WebContents) => void;
  readonly log: Log;
}

const SIZE = { width: 420, height: 640 };
/** The panel works from this width on. */
const SMALLEST = { minWidth: 320, minHeight: 360 };
const PANEL_ADDRESS = 'app://panel/';

/** Items 2, 3, 4, 11 of Electron's security checklist are stated, not left to defaults. */
export function securePreferences(preloadPath: string, mayUseDevTools: boolean) {
  return {
    preload: preloadPath,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    contextIsolation: true,
    sandbox: true,
    webviewTag: false,
    spellcheck: false,
    devTools: mayUseDevTools,
  } as const;
}

export function makePanelWindow(options: PanelWindowOptions): PanelWindow {
  let window: BrowserWindow | null = null;
  let icon: NativeImage | null = null;
  let hasLoaded = false;
  let isEnding = false;

  function make(): BrowserWindow {
    const made = new BrowserWindow({
      ...SIZE,
      ...SMALLEST,
      show: false,
      title: 'Usher',
      autoHideMenuBar: true,
      webPreferences: securePreferences(options.preloadPath, options.mayUseDevTools),
    });
    if (icon) made.setIcon(icon);
    made.on('close', (event) => {
      if (isEnding) return;
      event.preventDefault();
      made.hide();
    });
    made.on('closed', () => {
      window = null;
      hasLoaded = false;
    });
    made.webContents.on('did-start-loading', () => {
      hasLoaded = false;
    });
    made.webContents.on('did-finish-load', () => {
      hasLoaded = true;
      options.onLoaded(made.webContents);
    });
    made.webContents.on('render-process-gone', (_event, details) => {
      options.log.warn(
        'window',
        `the panel's process ended (${details.reason}); the next opening starts it again`,
      );
      made.destroy();
    });
    made.loadURL(PANEL_ADDRESS).catch((error: Error) => {
      options.log.warn('window', `the panel could not be loaded: ${error.message}`);
    });
    return made;
  }

  function show(): void {
    const isNew = window === null;
    const shown = window ?? make();
    window = shown;
    if (isNew) shown.setBounds(placeOf(options.trayBounds(), options.titleBarHeight));
    if (shown.isMinimized()) shown.restore();
    shown.show();
    shown.focus();
  }

  return {
    show,
    toggle() {
      if (window?.isVisible() && window.isFocused()) window.hide();
      else show();
    },
    page: () => (window && hasLoaded ? window.webContents : null),
    setIcon(next) {
      icon = next;
      window?.setIcon(next);
    },
    destroy() {
      isEnding = true;
      window?.destroy();
    },
  };
}

function placeOf(trayBounds: Rectangle | null, titleBarHeight: number): Rectangle {
  const point = trayBounds && trayBounds.width > 0 ? trayBounds : screen.getCursorScreenPoint();
  const { workArea } = screen.getDisplayNearestPoint({ x: Math.round(point.x), y: Math.round(point.y) });
  return placeWindow(trayBounds, workArea, SIZE, titleBarHeight);
}
