/** What every test of this lane starts from: the built shell, a desktop, and folders that vanish afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type BuiltApp, buildApp } from './app-build.ts';
import { type Desktop, startDesktop } from './desktop.ts';
import { type HostScript, type ScriptedHost, startScriptedHost } from './scripted-host.ts';
import { type ShellRun, startShell } from './shell-run.ts';

export interface Fixture {
  app(): BuiltApp;
  desktop(): Desktop;
  /** A new data folder. */
  makeDataDir(): string;
  startHost(dataDir: string, script: HostScript): Promise<ScriptedHost>;
  startShell(
    dataDir: string,
    more?: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> },
  ): Promise<ShellRun>;
  /** Runs after the test, newest first. */
  afterwards(end: () => unknown): void;
}

export const socketIn = (dataDir: string): string => join(dataDir, 'run', 'agent.sock');

/** Registers itself with the test file: one build and one desktop for all of its tests. */
export function shellFixture(): Fixture {
  let root = '';
  let built: BuiltApp | null = null;
  let running: Desktop | null = null;
  let ends: (() => unknown)[] = [];
  let lastDir = 0;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'usher-electron-'));
    built = await buildApp(join(root, 'app'));
    running = await startDesktop();
  });
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });
  afterAll(async () => {
    await running?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  const app = (): BuiltApp => {
    if (!built) throw new Error('the shell is not built yet');
    return built;
  };
  const desktop = (): Desktop => {
    if (!running) throw new Error('the desktop does not run yet');
    return running;
  };
  return {
    app,
    desktop,
    makeDataDir: () => join(root, `data-${++lastDir}`),
    async startHost(dataDir, script) {
      const host = await startScriptedHost(socketIn(dataDir), script);
      ends.push(host.stop);
      return host;
    },
    async startShell(dataDir, more = {}) {
      const run = await startShell({ app: app(), desktop: desktop(), dataDir, ...more });
      ends.push(run.quit);
      return run;
    },
    afterwards: (end) => {
      ends.push(end);
    },
  };
}
