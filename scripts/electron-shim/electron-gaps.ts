/** What the shell uses of a current Electron and Electron 9 has under another name, or not at all. */
import type {
  BrowserWindowConstructorOptions,
  IpcMainInvokeEvent,
  Protocol,
  Session,
  WebContents,
} from 'electron';
import { Request, type Response } from './fetch-gaps.ts';

type Electron = typeof import('electron');

/** The shapes of Electron 9, where they differ. */
interface OldRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
}
interface OldResponse {
  readonly statusCode: number;
  readonly mimeType: string;
  readonly charset: string;
  readonly headers: Record<string, string>;
  readonly data: Buffer;
}
type OldProtocol = {
  registerBufferProtocol(
    scheme: string,
    answer: (request: OldRequest, done: (response: OldResponse) => void) => void,
  ): void;
};

/** Electron itself, before anything of the application is loaded. */
const electron: Electron = require('electron');

export function completeElectron(): void {
  const { app, ipcMain } = electron;
  // Under --no-sandbox (tests may run as root) enabling it would leave every renderer without the switch and dead.
  app.enableSandbox = () => {};
  app.on('web-contents-created', (_event, page) => completePage(page));
  app.on('session-created', completeSession);
  const handle = ipcMain.handle.bind(ipcMain);
  ipcMain.handle = (channel, listener) =>
    handle(channel, (event, ...args) => listener(withFrame(event), ...args));
}

/** Electron 9 does not say which frame sent a message: every one counts as the page's main frame. */
function withFrame(event: IpcMainInvokeEvent): IpcMainInvokeEvent {
  const { protocol, host } = new URL(event.sender.getURL() || 'about:blank');
  const senderFrame = { origin: host ? `${protocol}//${host}` : 'null', parent: null };
  Object.defineProperty(event, 'senderFrame', { value: senderFrame, configurable: true });
  return event;
}

/** `new-window` became `setWindowOpenHandler`. */
function completePage(page: WebContents): void {
  type Decide = Parameters<WebContents['setWindowOpenHandler']>[0];
  let decide: Decide | null = null;
  page.setWindowOpenHandler = (next) => {
    decide = next;
  };
  const listen = page.on.bind(page) as (name: string, listener: (...args: never[]) => void) => void;
  listen('new-window', (event: { preventDefault(): void }, url: string) => {
    const details = {
      url,
      frameName: '',
      features: '',
      disposition: 'new-window',
      referrer: { url: '', policy: 'default' },
    };
    if (decide?.(details as Parameters<Decide>[0]).action !== 'allow') event.preventDefault();
  });
}

function completeSession(session: Session): void {
  session.setDevicePermissionHandler ??= () => {};
  session.setSpellCheckerEnabled ??= () => {};
  session.protocol.handle ??= handleOver(session.protocol as unknown as OldProtocol);
}

function handleOver(protocol: OldProtocol): Protocol['handle'] {
  return (scheme, answer) => {
    protocol.registerBufferProtocol(scheme, async ({ url, method, headers }, done) => {
      const request = new Request(url, { method, headers }) as unknown as Parameters<typeof answer>[0];
      const response = (await answer(request)) as unknown as Response;
      const [mimeType = ''] = (response.headers.get('content-type') ?? '').split(';');
      done({
        statusCode: response.status,
        mimeType,
        charset: 'utf-8',
        headers: Object.fromEntries(response.headers.entries()),
        data: await response.bytes(),
      });
    });
  };
}

/** Electron 9 takes `loadURL` and preferences as they are; only a default of later versions is stated. */
export function electronOf(real: object): object {
  const old = real as Electron;
  // Electron 9 tells its windows from others by the name of their class.
  class BrowserWindow extends old.BrowserWindow {
    constructor(options: BrowserWindowConstructorOptions = {}) {
      const webPreferences = {
        worldSafeExecuteJavaScript: true,
        enableRemoteModule: false,
        ...options.webPreferences,
      };
      super({ ...options, webPreferences });
    }
  }
  return new Proxy(old, {
    get: (target, name) => (name === 'BrowserWindow' ? BrowserWindow : Reflect.get(target, name)),
  });
}
