/** Real processes of the whole house for end-to-end tests and benchmarks: server and agent hosts out of dist/. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Fast clocks for tests: nothing here changes an order of events, only how long one waits for it. */
export const FAST_TIMING = {
  scanEveryMs: 200,
  renewEveryMs: 1_000,
  leaseTtlMs: 6_000,
  leaseGraceMs: 4_000,
  usageIdleAfterMs: 300_000,
};

export interface RunningServer {
  readonly child: ChildProcess;
  readonly url: string;
  readonly adminToken: string | undefined;
  readonly enrollmentToken: string;
  stop(): Promise<void>;
}

export interface RunningHost {
  readonly child: ChildProcess;
  readonly socketPath: string;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly timing?: object;
  readonly env?: Record<string, string | undefined>;
  readonly extraArgs?: readonly string[];
  /** The whole environment is `env`; otherwise it comes on top of this process's own. */
  readonly isEnvWhole?: boolean;
  /** Run as this account (root only). */
  readonly uid?: number;
  readonly gid?: number;
  /** Takes what the process writes to stderr (its log), piece by piece. */
  readonly onLog?: (text: string) => void;
}

export function temporaryFolder(name: string): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `usher-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export async function startServer(dataDir: string, options: StartOptions = {}): Promise<RunningServer> {
  const child = forkOf(
    'dist/server/main.mjs',
    ['--data', dataDir, ...(options.extraArgs ?? ['--port', '0'])],
    options,
  );
  const ready = await readyOf<{ url: string; adminToken?: string; enrollmentToken: string }>(child, 'server');
  return {
    child,
    url: ready.url,
    adminToken: ready.adminToken,
    enrollmentToken: ready.enrollmentToken,
    stop: () => stopOf(child),
  };
}

export async function startHost(
  dataDir: string,
  server: { url: string; token: string } | null,
  options: StartOptions = {},
): Promise<RunningHost> {
  const join = server ? ['--server', server.url, '--token', server.token] : [];
  const child = forkOf(
    'dist/agent/host.mjs',
    ['--data', dataDir, ...join, ...(options.extraArgs ?? [])],
    options,
  );
  const ready = await readyOf<{ socketPath: string }>(child, 'agent host');
  return { child, socketPath: ready.socketPath, stop: () => stopOf(child) };
}

function forkOf(file: string, args: string[], options: StartOptions): ChildProcess {
  const path = join(projectRoot, file);
  if (!existsSync(path)) throw new Error(`${file} is not built: node scripts/build.mjs`);
  const child = fork(path, args, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...(options.isEnvWhole ? {} : process.env),
      ...options.env,
      ...(options.timing ? { USHER_TEST_TIMING: JSON.stringify(options.timing) } : {}),
    },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid ?? options.uid }),
  });
  const { onLog } = options;
  if (onLog) child.stderr?.setEncoding('utf8').on('data', (text) => onLog(String(text)));
  return child;
}

function readyOf<T>(child: ChildProcess, name: string): Promise<T> {
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said = (said + chunk).slice(-4_000);
  });
  child.stdout?.resume();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} was not ready in 20 s: ${said}`)), 20_000);
    child.on('message', (message: { type?: string }) => {
      if (message.type !== 'ready') return;
      clearTimeout(timer);
      resolve(message as T);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`${name} ended with ${code ?? signal}: ${said}`));
    });
  });
}

export function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function stopOf(child: ChildProcess): Promise<void> {
  if (child.connected) child.send({ type: 'stop' });
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exitOf(child);
  clearTimeout(timer);
}

/** `kill -9`, and wait until it is gone. */
export async function kill9(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await exitOf(child);
}

/** A process whose executable is a copy of `sleep` under another name: for timing, where no real application is needed. */
export function startNamed(executable: string, options: { uid?: number; gid?: number } = {}): ChildProcess {
  return spawn(executable, ['3600'], { stdio: 'ignore', ...options });
}

/** Waits until `check` gives something; polls, since the parts are processes of their own. */
export async function eventually<T>(
  what: string,
  check: () => T | Promise<T>,
  withinMs = 15_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await check();
      if (value !== undefined && value !== null && value !== false)
        return value as NonNullable<Exclude<T, false>>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline)
      throw new Error(`not within ${withinMs} ms: ${what} (last: ${String(last)})`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
