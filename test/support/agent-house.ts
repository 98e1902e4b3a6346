/** A real server, agent hosts as processes with faces attached, and applications of people who exist by a mark only. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { join } from 'node:path';
import { connectLocal, type LocalClient } from '../../main/agent/commands/local-client.ts';
import type { UsageRecord } from '../../shared/rest.ts';
import {
  eventually,
  FAST_TIMING,
  kill9,
  projectRoot,
  type RunningHost,
  type RunningServer,
  startHost,
  startServer,
  temporaryFolder,
} from './house.ts';
import { makeExecutables } from './house-accounts.ts';
import { Rest } from './house-rest.ts';

export const AGENT_TIMING = {
  ...FAST_TIMING,
  reconnectShortestMs: 20,
  reconnectSpreadMs: 150,
  reconnectLongestMs: 300,
};
/** Several tests run on this machine at the same time: only processes with its own mark are a test's person's. */
export const MARK = 'USHER_E2E_PERSON';
export const ACCOUNT = String(80_000 + (process.pid % 10_000));
/** What makes an agent host take itself for this person's. */
export function personEnv(name: string, account: string): Record<string, string> {
  const session = { account, accountName: name, osSession: name, accountVariable: MARK };
  return { USHER_TEST_SESSION: JSON.stringify(session) };
}
/** Nothing of the desktop of whoever runs the tests reaches the agents. */
export const AGENT_ENV = {
  DISPLAY: undefined,
  WAYLAND_DISPLAY: undefined,
  DBUS_SESSION_BUS_ADDRESS: undefined,
  ...personEnv('ana', ACCOUNT),
};

export class AgentHouse {
  readonly folder = temporaryFolder('agent-life');
  readonly dataDir = join(this.folder.path, 'data');
  readonly program = makeExecutables(this.folder.path, ['freecad']).get('freecad') ?? '';
  /** Killed at the end. */
  readonly children: ChildProcess[] = [];
  #clients: LocalClient[] = [];
  #server: RunningServer | undefined;

  get server(): RunningServer {
    if (!this.#server) throw new Error('startServer first');
    return this.#server;
  }

  /** The server begins, or begins again on the same data. */
  async startServer(options: { timing?: object; extraArgs?: readonly string[] } = {}): Promise<void> {
    const adminToken = this.#server?.adminToken;
    const started = await startServer(join(this.folder.path, 'server-data'), {
      timing: AGENT_TIMING,
      ...options,
    });
    this.#server = { ...started, adminToken: started.adminToken ?? adminToken };
  }

  async host(over: { env?: Record<string, string>; url?: string; dir?: string } = {}): Promise<RunningHost> {
    const access = { url: over.url ?? this.server.url, token: this.server.enrollmentToken };
    const env = { ...AGENT_ENV, ...over.env };
    const running = await startHost(over.dir ?? this.dataDir, access, { timing: AGENT_TIMING, env });
    this.children.push(running.child);
    return running;
  }

  /** A host that does not need whoever started it. */
  async detachedHost(...args: string[]): Promise<RunningHost> {
    const { url, enrollmentToken } = this.server;
    const child = fork(
      join(projectRoot, 'dist/agent/host.mjs'),
      ['--data', this.dataDir, '--server', url, '--token', enrollmentToken, '--detached', ...args],
      {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        env: { ...process.env, ...AGENT_ENV, USHER_TEST_TIMING: JSON.stringify(AGENT_TIMING) },
      },
    );
    this.children.push(child);
    const { socketPath } = await new Promise<{ socketPath: string }>((resolve) =>
      child.once('message', (message) => resolve(message as { socketPath: string })),
    );
    return { child, socketPath, stop: async () => {} };
  }

  async attach({ socketPath }: RunningHost): Promise<LocalClient> {
    const client = await connectLocal(socketPath);
    if (!client.ok) throw new Error(client.message);
    this.#clients.push(client.value);
    return client.value;
  }

  /** A person's application starts. */
  startApplication(account = ACCOUNT): ChildProcess {
    const env = { ...process.env, [MARK]: account };
    const child = spawn(this.program, ['3600'], { stdio: 'ignore', env });
    this.children.push(child);
    return child;
  }

  usage(): Promise<UsageRecord[]> {
    return new Rest(this.server.url, this.server.adminToken ?? '').all('/usage?productId=freecad');
  }

  async leave(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close();
    for (const child of this.children.splice(0)) await kill9(child);
    await this.#server?.stop();
    this.folder.remove();
  }
}

/** Waits until the host is online with nothing left to tell. */
export const online = (client: LocalClient) =>
  eventually('the agent to be online with nothing waiting', () => {
    const { connection, outboxWaiting } = client.state();
    return connection.state === 'online' && outboxWaiting === 0;
  });

/** Sessions of an earlier run are shown before the first scan has seen them again. */
export const hasScanned = (client: LocalClient) =>
  eventually('the first scan', () => client.state().sensors.processes.state === 'working');

export const oneSession = (client: LocalClient) =>
  eventually('a session', () => (client.state().sessions.length === 1 ? client.state().sessions[0] : null));
