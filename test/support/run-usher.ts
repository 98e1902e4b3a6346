/** The real `usher` out of dist/ for end-to-end tests: one command that ends, or one that runs until it is told. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { eventually, exitOf, projectRoot } from './house.ts';
import { bareEnvironment } from './house-accounts.ts';

const launcher = join(projectRoot, 'resources', 'bin', 'usher.mjs');

export interface UsherOptions {
  /** On top of an environment without a desktop. */
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  /** Another Node than the one that runs the tests. */
  readonly nodePath?: string;
}

export interface UsherEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningUsher {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until everything said so far on both streams fits. */
  says(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>;
  readonly ended: Promise<UsherEnd>;
  /** Sends the signal and waits for the end. @returns how long that took */
  stop(signal?: NodeJS.Signals): Promise<{ readonly end: UsherEnd; readonly tookMs: number }>;
}

export function startUsher(args: readonly string[], options: UsherOptions = {}): RunningUsher {
  if (!existsSync(join(projectRoot, 'dist', 'cli', 'usher.mjs')))
    throw new Error('dist/ is not built: node scripts/build.mjs');
  const child = spawn(options.nodePath ?? process.execPath, [launcher, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...bareEnvironment(), ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid ?? options.uid }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const ended = new Promise<UsherEnd>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    says: (pattern, withinMs = 20_000) =>
      eventually(
        `usher ${args[0]} says ${pattern}; it said ${stdout}${stderr}`,
        () => pattern.exec(stdout) ?? pattern.exec(stderr),
        withinMs,
      ).catch((cause: unknown) => {
        throw new Error(`usher ${args[0]} did not say ${pattern}. It said:\n${stdout}${stderr}`, { cause });
      }),
    ended,
    async stop(signal = 'SIGINT') {
      const startedAt = performance.now();
      child.kill(signal);
      const end = await ended;
      return { end, tookMs: performance.now() - startedAt };
    },
  };
}

export async function runUsher(args: readonly string[], options: UsherOptions = {}): Promise<UsherEnd> {
  return startUsher(args, options).ended;
}

/** What the smallest command takes on two quiet cores is well below this. */
const QUIET_MS = 300;

/**
 * How much slower this machine is now than a quiet one, 1 or more: suites share its cores. Limits of time are
 * multiplied by it; on a quiet machine they are what was promised.
 */
export async function slowness(options: UsherOptions = {}): Promise<number> {
  const startedAt = performance.now();
  await runUsher(['version'], options);
  return Math.max(1, (performance.now() - startedAt) / QUIET_MS);
}

/** `usher … --json`: what it answered, and its exit code. */
export async function askUsher(args: readonly string[], options: UsherOptions = {}) {
  const { code, stdout, stderr } = await runUsher([...args, '--json'], options);
  try {
    return { code, json: JSON.parse(stdout) };
  } catch (cause) {
    throw new Error(`usher ${args.join(' ')} gave no JSON: ${stdout}${stderr}`, { cause });
  }
}

const lockSchema = z.object({
  pid: z.number(),
  serverUrl: z.string().nullable(),
  children: z.array(z.object({ pid: z.number() })),
});

/** Who holds the data folder, and the processes below it. */
export function readLock(dataDir: string): z.infer<typeof lockSchema> {
  return lockSchema.parse(JSON.parse(readFileSync(join(dataDir, 'run', 'start.lock'), 'utf8')));
}

/** A zombie has ended: only its parent has not asked yet. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

/** Ends what a failed test left: the command by force, and its children notice by themselves. */
export async function clearAway(...running: readonly (RunningUsher | undefined)[]): Promise<void> {
  for (const one of running) {
    if (!one || one.child.exitCode !== null || one.child.signalCode !== null) continue;
    one.child.kill('SIGTERM');
    const timer = setTimeout(() => one.child.kill('SIGKILL'), 4_000);
    await exitOf(one.child);
    clearTimeout(timer);
  }
}
