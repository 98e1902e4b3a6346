/** One run of the shell in the real Electron of the tests, driven by Playwright. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core-1.62';
import type { BuiltApp } from './app-build.ts';
import type { Desktop } from './desktop.ts';

export interface ShellRun {
  readonly app: ElectronApplication;
  readonly pid: number;
  /** The panel's page, once the window is there. */
  panel(): Promise<Page>;
  /** What the shell wrote to its log so far. */
  log(): string;
  /** Resolves when the process has ended, with its exit code. */
  readonly ended: Promise<number | null>;
  /** The person quits. */
  quit(): Promise<void>;
}

export interface ShellRunOptions {
  readonly app: BuiltApp;
  readonly desktop: Desktop;
  readonly dataDir: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Root has no user namespace to put renderers into, and the display is virtual. */
export function electronArgs({ app, dataDir, args = [] }: ShellRunOptions): string[] {
  const switches = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return [...switches, '--disable-gpu', '-r', app.shimPath, app.mainPath, '--data', dataDir, ...args];
}

/** A fresh configuration folder, so that no run sees the lock or the files of another. */
export function electronEnv({ desktop, dataDir, env = {} }: ShellRunOptions): Record<string, string> {
  mkdirSync(dataDir, { recursive: true });
  const configDir = mkdtempSync(join(dataDir, 'config-'));
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return { ...inherited, ...desktop.env, XDG_CONFIG_HOME: configDir, ...env };
}

export async function startShell(options: ShellRunOptions): Promise<ShellRun> {
  const app = await _electron.launch({
    executablePath: options.app.electronPath,
    args: electronArgs(options),
    env: electronEnv(options),
    timeout: 30_000,
  });
  const child = app.process();
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return {
    app,
    pid: child.pid ?? 0,
    panel: () => app.firstWindow({ timeout: 20_000 }),
    log: () => readFileSync(join(options.dataDir, 'shell', 'shell.log'), 'utf8'),
    ended,
    quit: () => app.close(),
  };
}
