/**
 * One run of `usher start`, `usher server` or `usher agent` that holds the lock of its data folder: supervises the
 * processes, shows what happens, opens the panel, and ends everything in order.
 */
import { join } from 'node:path';
import type { AgentState } from '../../../shared/agent-api.ts';
import type { Cancel } from '../../../shared/time.ts';
import { keepAdminToken } from '../admin/admin-token-file.ts';
import type { Context, Input } from '../context.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { thisPlatform } from '../system-places.ts';
import { lastComplaint } from './child-log.ts';
import type { ServerReady } from './children.ts';
import { downloadElectron } from './electron-runtime.ts';
import { type Follower, followHost } from './follow-host.ts';
import { createGreeting, type Greeting } from './greeting.ts';
import type { InstanceLock } from './instance-lock.ts';
import { launchChild } from './launch.ts';
import { readStartKey } from './process-identity.ts';
import { createProgress, type Progress } from './progress.ts';
import type { Screen } from './screen.ts';
import type { SessionPlan } from './session-plan.ts';
import { type ChildEvents, createSupervisor, type RunningChild, type Supervisor } from './supervisor.ts';
import { CHILD_NAMES, type ChildName, type Notice, type StopReason } from './supervisor-state.ts';
import { childTitle, noticeSentence } from './supervisor-words.ts';
import { startTicking } from './ticker.ts';

/** The first table shows seats, not questions, where the server answers within this time. */
const FIRST_TABLE_LIMIT_MS = 2_200;

/** The processes were read, and the server has said whose seats are whose. */
function isSettled({ connection, pools, sessions, sensors }: AgentState): boolean {
  const isRead = sensors.processes.source !== 'starting';
  return (
    isRead && connection.state === 'online' && pools !== null && sessions.every(({ seat }) => seat !== null)
  );
}

export interface SessionParts {
  readonly context: Context;
  readonly input: Input;
  readonly plan: SessionPlan;
  readonly lock: InstanceLock;
  readonly screen: Screen;
  /** Ends the run in order. */
  readonly stop: AbortSignal;
}

class Session {
  readonly #parts: SessionParts;
  readonly #supervisor: Supervisor;
  readonly #progress: Progress;
  readonly #greeting: Greeting;
  readonly #startedAtMs: number;
  #server: ServerReady | null = null;
  #shellPath: string | null = null;
  #follower: Follower | null = null;
  #hasTable = false;
  #isStopping = false;
  #cancelTicking: Cancel = () => {};

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { context, input, plan, screen } = parts;
    this.#startedAtMs = context.clock.monotonicMs();
    this.#progress = createProgress(context.clock, (text) => screen.progress(text));
    this.#greeting = createGreeting(context, input, screen, {
      opensPanel: plan.opensPanel,
      host: () => this.#follower?.host() ?? null,
      consoleUrl: () => this.#consoleUrl(),
      startShell: (path) => this.#startShell(path),
      download: () => downloadElectron(context.rootDir, context.clock),
    });
    this.#supervisor = createSupervisor(plan.wanted, {
      clock: context.clock,
      spawn: (child, events) => this.#spawn(child, events),
      onStarting: (child) => this.#progress.begin(`Starting the ${childTitle(child)}`),
      onReady: (child) => this.#onReady(child),
      onNotice: (notice) => this.#tell(notice),
    });
  }

  /** @returns when everything has ended */
  async run(): Promise<StopReason> {
    const { stop } = this.#parts;
    stop.addEventListener('abort', () => this.#stop());
    if (stop.aborted) this.#stop();
    else this.#supervisor.start();
    const because = await this.#supervisor.stopped;
    this.#isStopping = true;
    this.#cancelTicking();
    this.#greeting.cancel();
    this.#progress.end();
    this.#follower?.stop();
    await this.#follower?.ended;
    this.#parts.screen.finish();
    this.#parts.screen.say('Stopped.', 'muted', 'stopped');
    return because;
  }

  #stop(): void {
    if (!this.#isStopping) this.#parts.screen.say('Stopping.', 'muted', 'stopping');
    this.#isStopping = true;
    this.#progress.end();
    this.#supervisor.stop();
  }

  #consoleUrl(): string | null {
    return this.#server?.url ?? this.#parts.plan.consoleUrl;
  }

  #logPath(child: ChildName): string {
    return join(this.#parts.plan.places.dataDir, 'logs', `${child}.log`);
  }

  #spawn(child: ChildName, events: ChildEvents): RunningChild {
    const { context, plan, screen } = this.#parts;
    const facts = {
      context,
      plan,
      server: this.#server,
      shellPath: this.#shellPath,
      logPath: this.#logPath(child),
    };
    return launchChild(child, facts, events, {
      onServerReady: (ready) => this.#onServerReady(ready),
      onColleaguesReady: ({ colleagues, pools }) =>
        screen.say(
          `${colleagues} simulated colleagues work on ${pools} pools; all of it goes when you stop.`,
          'info',
          'demo',
        ),
    });
  }

  #onServerReady(ready: ServerReady): void {
    const { plan, screen } = this.#parts;
    const isFirst = ready.adminToken !== undefined;
    // A server that starts again has no new admin token; the first one still holds.
    this.#server = { ...this.#server, ...ready };
    if (!isFirst || ready.adminToken === undefined) return;
    keepAdminToken(plan.places, ready.adminToken);
    screen.adminToken(ready.adminToken);
  }

  #startShell(path: string): void {
    this.#shellPath = path;
    this.#supervisor.add('shell');
  }

  #onReady(child: ChildName): void {
    this.#publish();
    const { wanted } = this.#parts.plan;
    const isUp = wanted.every((name) => name === 'colleagues' || this.#supervisor.isReady(name));
    if (!isUp) return;
    this.#progress.end();
    if (child === 'agent' && !this.#follower) this.#follow();
    if (!wanted.includes('agent')) this.#greeting.greet();
  }

  /** Tells those who come later where the server is, and a later run what to wait for. */
  #publish(): void {
    const children = CHILD_NAMES.flatMap((child) => {
      const pid = this.#supervisor.pidOf(child);
      const startKey = pid === undefined ? null : readStartKey(pid, thisPlatform());
      return pid === undefined || startKey === null ? [] : [{ pid, startKey }];
    });
    this.#parts.lock.publish(this.#consoleUrl(), children);
  }

  #tell(notice: Notice): void {
    this.#progress.end();
    const path = this.#logPath(notice.child);
    const said = notice.kind === 'closed' ? '' : lastComplaint(path);
    const tone = notice.kind === 'closed' ? 'neutral' : 'warning';
    this.#parts.screen.say(noticeSentence(notice, said, path), tone, notice.kind);
    if (notice.kind === 'gave-up' && notice.child === 'shell') this.#greeting.openBrowser();
  }

  #follow(): void {
    const { context, input, screen } = this.#parts;
    this.#follower = followHost(context, input, {
      mayRetry: () => !this.#isStopping,
      onConnected: () => this.#greeting.greet(),
      onState: (state) => this.#show(state),
    });
    this.#follower.ended.catch((cause: unknown) =>
      screen.say(`The agent host cannot be watched: ${String(cause)}`, 'warning', 'note'),
    );
    this.#cancelTicking = startTicking(context.clock, () => {
      const state = this.#follower?.host()?.state();
      if (state && !this.#hasTable) this.#show(state);
      else screen.refresh();
    });
  }

  #show(state: AgentState): void {
    if (this.#isStopping) return;
    const { context, screen } = this.#parts;
    const leftMs = FIRST_TABLE_LIMIT_MS - (context.clock.monotonicMs() - this.#startedAtMs);
    if (!this.#hasTable && !isSettled(state) && leftMs > 0) return;
    this.#hasTable = true;
    screen.table(state);
  }
}

/** @returns the exit code */
export async function runSession(parts: SessionParts): Promise<number> {
  const because = await new Session(parts).run();
  return exitCodeOf(because.kind === 'asked' ? 'OK' : 'CRASHED');
}
