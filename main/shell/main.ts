/** Entry of the shell (Electron's main process): one instance per data folder, secured before anything is shown. */
import { mkdirSync } from 'node:fs';
import { app, nativeTheme, powerMonitor, session, type WebContents } from 'electron';
import { registerPanelScheme, servePanelFiles } from './app-protocol.ts';
import { makeAutostart } from './autostart.ts';
import { systemClock } from './clock.ts';
import { readShellConfig, type ShellConfig } from './config.ts';
import { makeDbusNotifier } from './dbus-notifier.ts';
import { hardenPages, hardenSession, openLink } from './hardening.ts';
import { type HostContact, lastState } from './host-contact.ts';
import { connectToHost, startHostProcess } from './host-process.ts';
import { drawIcon, type IconBackground } from './icon-pixels.ts';
import { pushCarrier, pushState, servePanel } from './ipc-host.ts';
import { type Log, messageOf, openLog } from './log.ts';
import { makeElectronNotifier, type Notifier, type NotifierEvents } from './notifier.ts';
import { openSessionBus, type SessionBus } from './session-bus.ts';
import { runShell, type Shell } from './shell.ts';
import { titleBarHeight } from './shell-places.ts';
import { obeySupervisor } from './supervisor.ts';
import { dropApplicationMenu, makeTray, seatPicture } from './tray.ts';
import { hasTrayHost } from './tray-host.ts';
import { menuText } from './tray-strings.ts';
import { makePanelWindow, type PanelWindow } from './window.ts';

const FAILED = 1;

/** Seat with a mark needs no theme here: notifications and window lists have backgrounds of their own. */
const APP_SHAPE = { kind: 'filled' } as const;

function backgroundOf({ trayBackground }: ShellConfig): IconBackground {
  if (trayBackground !== 'system') return trayBackground;
  return nativeTheme.shouldUseDarkColors ? 'dark' : 'light';
}

function makeNotifier(bus: SessionBus | null, log: Log, events: NotifierEvents): Notifier {
  const electronNotifier = makeElectronNotifier(() => seatPicture(APP_SHAPE, 'positive', 'light'), events);
  if (!bus) return electronNotifier;
  const icon = () => drawIcon(APP_SHAPE, 'positive', 64, 'light');
  const ports = { bus, icon, openLabel: menuText.openUsher, fallback: electronNotifier, log };
  return makeDbusNotifier(ports, events);
}

/** A page that opens learns what is true now, and every change after it. */
function tellPage(page: WebContents | null, contact: HostContact): void {
  if (!page) return;
  const state = lastState(contact);
  if (state) pushState(page, state);
  pushCarrier(page, contact.state === 'attached');
}

interface Parts {
  readonly shell: Shell;
  readonly panel: PanelWindow;
  stop(): void;
}

function assemble(config: ShellConfig, bus: SessionBus | null, log: Log): Parts {
  const panel: PanelWindow = makePanelWindow({
    preloadPath: config.preloadPath,
    mayUseDevTools: !app.isPackaged,
    trayBounds: () => tray.bounds(),
    titleBarHeight: titleBarHeight(config.platform),
    onLoaded: (page) => tellPage(page, shell.contact()),
    log,
  });
  if (config.platform !== 'darwin') panel.setIcon(seatPicture(APP_SHAPE, 'positive', 'light'));
  const tray = makeTray({
    platform: config.platform,
    onClick: panel.toggle,
    onAction: (action) => shell.act(action),
  });
  const host = config.host;
  const shell: Shell = runShell({
    clock: systemClock,
    log,
    connect: (events) => connectToHost(config.socketPath, events),
    startHost: host && (() => startHostProcess(host, log)),
    drawTray: (view) => tray.update(view, backgroundOf(config)),
    showPanel: panel.show,
    tellPanel: (contact) => tellPage(panel.page(), contact),
    makeNotifier: (events) => makeNotifier(bus, log, events),
    openLink: (name) => openLink(config.links, name),
    autostart: makeAutostart(config),
    quit: () => app.quit(),
  });
  const stopServing = servePanel(shell.answerPanel, log);
  return {
    shell,
    panel,
    stop() {
      stopServing();
      shell.stop();
      panel.destroy();
      tray.destroy();
      bus?.close();
    },
  };
}

async function start(config: ShellConfig, log: Log, ready: () => void): Promise<void> {
  await app.whenReady();
  dropApplicationMenu(config.platform);
  hardenSession(session.defaultSession, log);
  servePanelFiles(session.defaultSession, config.panelDir, log);
  const isLinux = config.platform === 'linux';
  const bus = isLinux ? await openSessionBus(config.sessionBusAddress, systemClock, log) : null;
  const { shell, panel, stop } = assemble(config, bus, log);
  nativeTheme.on('updated', shell.redraw);
  powerMonitor.on('resume', shell.redraw);
  app.on('second-instance', panel.show);
  app.on('activate', panel.show);
  app.on('before-quit', stop);
  if (!config.startsHidden || (isLinux && !(await hasTrayHost(bus, config.mayHaveXTray)))) panel.show();
  ready();
  log.info('shell', 'started');
}

function makeFolder(dir: string): boolean {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return true;
  } catch (thrown) {
    const next = 'Free some space, or choose another folder with --data DIR.';
    process.stderr.write(`usher shell: the folder ${dir} cannot be made (${messageOf(thrown)}). ${next}\n`);
    return false;
  }
}

function main(): void {
  app.enableSandbox();
  registerPanelScheme();
  const config = readShellConfig(__dirname, app.isPackaged);
  if (!config.ok) {
    process.stderr.write(`usher shell: ${config.message}\n`);
    app.exit(FAILED);
    return;
  }
  // The lock lies in this folder, so that each data folder has one shell of its own.
  if (!makeFolder(config.value.shellDir)) {
    app.exit(FAILED);
    return;
  }
  app.setPath('userData', config.value.shellDir);
  app.setName('Usher');
  app.setAppUserModelId('Usher.Shell');
  if (!app.requestSingleInstanceLock()) {
    process.stderr.write('usher shell: one is running already; it was brought to the front\n');
    app.exit(0);
    return;
  }
  const log = openLog(config.value.shellDir, systemClock);
  const fail = (thrown: unknown): void => {
    log.warn(
      'shell',
      `ended by a surprise: ${thrown instanceof Error ? (thrown.stack ?? messageOf(thrown)) : messageOf(thrown)}`,
    );
    app.exit(FAILED);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  hardenPages(log);
  // Without a listener Electron quits with its last window; a tray application lives on.
  app.on('window-all-closed', () => {});
  const ready = obeySupervisor(() => app.quit());
  start(config.value, log, ready).catch(fail);
}

main();
