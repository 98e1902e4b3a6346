/** The processes of `usher start`: how each is started, how it says that it is ready, how it is asked to stop. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { z } from 'zod';
import { startsOwnGroup, thisPlatform } from '../system-places.ts';
import { openChildLog } from './child-log.ts';
import type { ChildEvents, RunningChild } from './supervisor.ts';

/** What the server says when it listens. The admin token comes only when it was just made. */
const serverReadySchema = z.object({
  type: z.literal('ready'),
  url: z.url(),
  adminToken: z.string().optional(),
  enrollmentToken: z.string(),
});
export type ServerReady = z.infer<typeof serverReadySchema>;

const shellReadySchema = z.object({ type: z.literal('ready') });

const agentReadySchema = z.object({ type: z.literal('ready'), socketPath: z.string() });

/** What the process of the simulated colleagues says when they are at work. */
const colleaguesReadySchema = z.object({
  type: z.literal('ready'),
  colleagues: z.number(),
  pools: z.number(),
});
export type ColleaguesReady = z.infer<typeof colleaguesReadySchema>;

export const READY_SCHEMAS = {
  server: serverReadySchema,
  agent: agentReadySchema,
  colleagues: colleaguesReadySchema,
} as const;

export interface NodeChild<T> {
  readonly scriptPath: string;
  readonly args: readonly string[];
  /** Both streams of the process go here; it has no terminal. */
  readonly logPath: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Sent over IPC as soon as the process runs: for secrets, which must not stand on a command line. */
  readonly firstMessage?: object;
  readonly readySchema: z.ZodType<T>;
  onReady(message: T): void;
}

/** node:sqlite announces itself as experimental; the person can do nothing about it. */
const QUIET = ['--disable-warning=ExperimentalWarning'];

function watch(child: ChildProcess, events: ChildEvents): void {
  let isOver = false;
  const end = (code: number | null, signal: string | null) => {
    if (isOver) return;
    isOver = true;
    events.onExit({ code, signal });
  };
  child.once('exit', end);
  // It could not be started at all; then there is no exit.
  child.once('error', () => {
    if (child.pid === undefined) end(127, null);
  });
}

/** Starts a bundle of ours on the same Node, with an IPC channel; when we die the channel closes and it stops by itself. */
export function startNodeChild<T>(spec: NodeChild<T>, events: ChildEvents): RunningChild {
  const log = openChildLog(spec.logPath);
  const child = fork(spec.scriptPath, [...spec.args], {
    stdio: ['ignore', log, log, 'ipc'],
    detached: startsOwnGroup(thisPlatform()),
    execArgv: QUIET,
    ...(spec.env ? { env: spec.env } : {}),
  });
  closeSync(log);
  let isReady = false;
  child.on('message', (message) => {
    const result = spec.readySchema.safeParse(message);
    if (!result.success) return;
    isReady = true;
    spec.onReady(result.data);
    events.onReady();
  });
  watch(child, events);
  const send = (message: object) => {
    // A child that is ending has closed its channel; the callback takes the error.
    if (child.connected) child.send(message, () => {});
  };
  if (spec.firstMessage) send(spec.firstMessage);
  return {
    pid: child.pid,
    askStop() {
      send({ type: 'stop' });
      // Who is still starting may not listen yet.
      if (!isReady) child.kill('SIGTERM');
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

export interface ShellChild {
  readonly electronPath: string;
  readonly args: readonly string[];
  readonly logPath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Starts the shell, with a channel: it says that it is ready, is asked to stop, and ends by itself when we die.
 * Electron's process cannot be forked (its runAsNode fuse is off), but it takes Node's channel like any child.
 */
export function startShell(spec: ShellChild, events: ChildEvents): RunningChild {
  const log = openChildLog(spec.logPath);
  const child = spawn(spec.electronPath, [...spec.args], {
    stdio: ['ignore', log, log, 'ipc'],
    detached: startsOwnGroup(thisPlatform()),
    env: spec.env,
  });
  closeSync(log);
  let isReady = false;
  child.on('message', (message) => {
    if (!shellReadySchema.safeParse(message).success) return;
    isReady = true;
    events.onReady();
  });
  watch(child, events);
  return {
    pid: child.pid,
    askStop() {
      if (child.connected) child.send({ type: 'stop' }, () => {});
      if (!isReady) child.kill('SIGTERM');
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
