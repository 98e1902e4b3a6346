/** Opens the panel: in Electron where its runtime is or can be had, else in the browser, else it says how. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../shared/time.ts';
import { SECOND } from '../../../shared/time.ts';
import type { Download, RunningDownload } from './electron-runtime.ts';
import type { Screen } from './screen.ts';

export interface PanelFacts {
  /** `--no-open`. */
  readonly mayOpen: boolean;
  /** `--browser`. */
  readonly prefersBrowser: boolean;
  readonly hasDisplay: boolean;
  readonly isRoot: boolean;
  readonly hasShell: boolean;
  readonly electronPath: string | null;
}

export type PanelWay =
  | { readonly kind: 'none'; readonly because: 'not-wanted' | 'no-display' }
  | { readonly kind: 'browser'; readonly because: 'wanted' | 'root' | 'no-shell' }
  | { readonly kind: 'electron'; readonly electronPath: string }
  | { readonly kind: 'download' };

/** Pure: which way the panel opens. Chromium's sandbox refuses root, and Usher does not switch the sandbox off. */
export function choosePanelWay(facts: PanelFacts): PanelWay {
  if (!facts.mayOpen) return { kind: 'none', because: 'not-wanted' };
  if (!facts.hasDisplay) return { kind: 'none', because: 'no-display' };
  if (facts.prefersBrowser) return { kind: 'browser', because: 'wanted' };
  if (!facts.hasShell) return { kind: 'browser', because: 'no-shell' };
  if (facts.isRoot) return { kind: 'browser', because: 'root' };
  return facts.electronPath ? { kind: 'electron', electronPath: facts.electronPath } : { kind: 'download' };
}

export function hasShellBundle(rootDir: string): boolean {
  return existsSync(join(rootDir, 'dist', 'shell', 'main.cjs'));
}

/** So long the panel waits for Electron; then the browser opens, and Electron comes when it has arrived. */
const PATIENCE_MS = 15 * SECOND;

export interface PanelPorts {
  readonly clock: Clock;
  readonly screen: Pick<Screen, 'say'>;
  /** A fresh address with a one-time token; null: the agent host does not answer. */
  panelUrl(): Promise<string | null>;
  /** @returns false: no program here opens addresses */
  openInBrowser(url: string): Promise<boolean>;
  startShell(electronPath: string): void;
  download(): RunningDownload;
}

export interface PanelOpener {
  open(way: PanelWay): Promise<void>;
  /** The panel in the browser, whatever was tried before. */
  openBrowser(): Promise<void>;
  cancel(): void;
}

export function createPanelOpener(ports: PanelPorts): PanelOpener {
  const { screen, clock } = ports;
  let download: RunningDownload | null = null;
  let isCanceled = false;

  async function openBrowser(): Promise<void> {
    const url = await ports.panelUrl();
    if (url === null || isCanceled) return;
    const isOpened = await ports.openInBrowser(url);
    if (isOpened) screen.say('The panel opens in your browser.', 'neutral', 'panel');
    else
      screen.say('No browser could be started; open the address of the panel yourself.', 'warning', 'panel');
  }

  async function openAfterDownload(): Promise<void> {
    screen.say(
      'Electron is not installed yet; it is being downloaded in the background for the tray and the window.',
      'muted',
      'electron',
    );
    download = ports.download();
    const { promise: patience, resolve: endPatience } = Promise.withResolvers<'late'>();
    const cancelPatience = clock.setTimer(() => endPatience('late'), PATIENCE_MS);
    const first = await Promise.race([download.done, patience]);
    cancelPatience();
    if (isCanceled) return;
    if (first === 'late') {
      await openBrowser();
      const result = await download.done;
      if (!isCanceled) afterDownload(result);
      return;
    }
    if (!afterDownload(first)) await openBrowser();
  }

  /** @returns true when the shell starts */
  function afterDownload(result: Download): boolean {
    switch (result.kind) {
      case 'installed':
        screen.say('Electron is installed; the tray and the window start.', 'neutral', 'electron');
        ports.startShell(result.electronPath);
        return true;
      case 'failed':
        screen.say(`Electron cannot be downloaded here (${result.reason}).`, 'muted', 'electron');
        return false;
      case 'impossible':
        screen.say('Electron is not part of this installation.', 'muted', 'electron');
        return false;
    }
  }

  return {
    async open(way) {
      switch (way.kind) {
        case 'none':
          if (way.because === 'no-display')
            screen.say(
              'No display here: open the address of the panel in a browser on this machine. From elsewhere, forward its port first: ssh -L PORT:127.0.0.1:PORT.',
              'neutral',
              'panel',
            );
          return;
        case 'browser':
          if (way.because === 'root')
            screen.say('Electron does not run as root; the panel opens in the browser.', 'muted', 'electron');
          return openBrowser();
        case 'electron':
          return ports.startShell(way.electronPath);
        case 'download':
          return openAfterDownload();
      }
    },
    openBrowser,
    cancel() {
      isCanceled = true;
      download?.cancel();
    },
  };
}
