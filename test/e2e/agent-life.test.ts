/** The agent host as a process: killed and started again, without its server, beside a second one, told to stop. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectLocal, type LocalClient } from '../../main/agent/commands/local-client.ts';
import type { UsageRecord } from '../../shared/rest.ts';
import { startHalfOpenProxy } from '../support/half-open-proxy.ts';
import {
  eventually,
  exitOf,
  FAST_TIMING,
  kill9,
  projectRoot,
  type RunningHost,
  type RunningServer,
  startHost,
  startServer,
  temporaryFolder,
} from '../support/house.ts';
import { makeExecutables } from '../support/house-accounts.ts';
import { Rest } from '../support/house-rest.ts';

const timing = { ...FAST_TIMING, reconnectShortestMs: 20, reconnectSpreadMs: 150, reconnectLongestMs: 300 };
/** Several tests run on this machine at the same time: only processes with its own mark are a test's person's. */
const MARK = 'USHER_E2E_PERSON';
const ACCOUNT = String(80_000 + (process.pid % 10_000));
function personEnv(name: string, account: string): Record<string, string> {
  const session = { account, accountName: name, osSession: name, accountVariable: MARK };
  return { USHER_TEST_SESSION: JSON.stringify(session) };
}
/** Nothing of the desktop of whoever runs the tests reaches the agents. */
const env = {
  DISPLAY: undefined,
  WAYLAND_DISPLAY: undefined,
  DBUS_SESSION_BUS_ADDRESS: undefined,
  ...personEnv('ana', ACCOUNT),
};
let folder: ReturnType<typeof temporaryFolder>;
let server: RunningServer;
let rest: Rest;
let program: string;
const children: ChildProcess[] = [];
const clients: LocalClient[] = [];

beforeEach(async () => {
  folder = temporaryFolder('agent-life');
  program = makeExecutables(folder.path, ['freecad']).get('freecad') ?? '';
  server = await startServer(join(folder.path, 'server-data'), { timing });
  rest = new Rest(server.url, server.adminToken ?? '');
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const child of children.splice(0)) await kill9(child);
  await server.stop();
  folder.remove();
});

const dataDir = () => join(folder.path, 'data');
async function host(
  over: { env?: Record<string, string>; url?: string; dir?: string } = {},
): Promise<RunningHost> {
  const access = { url: over.url ?? server.url, token: server.enrollmentToken };
  const running = await startHost(over.dir ?? dataDir(), access, { timing, env: { ...env, ...over.env } });
  children.push(running.child);
  return running;
}
async function attach({ socketPath }: RunningHost): Promise<LocalClient> {
  const client = await connectLocal(socketPath);
  if (!client.ok) throw new Error(client.message);
  clients.push(client.value);
  return client.value;
}
function start(account = ACCOUNT): ChildProcess {
  const child = spawn(program, ['3600'], { stdio: 'ignore', env: { ...process.env, [MARK]: account } });
  children.push(child);
  return child;
}
const usage = () => rest.all<UsageRecord>('/usage?productId=freecad');
const online = (client: LocalClient) =>
  eventually('the agent to be online with nothing waiting', () => {
    const { connection, outboxWaiting } = client.state();
    return connection.state === 'online' && outboxWaiting === 0;
  });
/** Sessions of an earlier run are shown before the first scan has seen them again. */
const hasScanned = (client: LocalClient) =>
  eventually('the first scan', () => client.state().sensors.processes.state === 'working');
const oneSession = (client: LocalClient) =>
  eventually('a session', () => (client.state().sessions.length === 1 ? client.state().sessions[0] : null));

describe('death and return', () => {
  it('[E19] [E30] goes on with the same session after kill -9, counted once by the server', async () => {
    const application = start();
    const first = await host();
    const before = await oneSession(await attach(first));

    for (let round = 0; round < 3; round++) {
      await kill9(children.filter((child) => child !== application).at(-1) ?? first.child);
      const again = await host();
      const client = await attach(again);
      await online(client);
      await hasScanned(client);
      expect((await oneSession(client)).sessionId).toBe(before.sessionId);
    }
    await kill9(application);

    const [record, ...others] = await eventually('the end', async () => {
      const records = await usage();
      return records.every(({ endedAtMs }) => endedAtMs !== null) ? records : null;
    });
    expect(others).toEqual([]);
    expect(record).toMatchObject({ sessionId: before.sessionId, endReason: 'exit' });
  });

  it('[E21] says that an application ended unseen when it was gone on return', async () => {
    const application = start();
    const first = await host();
    const client = await attach(first);
    await oneSession(client);
    await online(client);
    await kill9(first.child);
    const killedAtMs = Date.now();

    await kill9(application);
    await attach(await host());

    // The server ends it when the host comes back without it; the host's own word then corrects the time ([P13]).
    const record = await eventually('the end as the host saw it', async () => {
      const [first] = await usage();
      return first?.endedAtMs && first.endedAtMs <= killedAtMs ? first : null;
    });
    expect(record).toMatchObject({ endReason: 'unseen' });
  });

  it('[E29] delivers what happened while the server was away', async () => {
    const client = await attach(await host());
    await online(client);
    const port = new URL(server.url).port;
    await kill9(server.child);
    await eventually('offline', () => client.state().connection.state === 'offline');

    const application = start();
    await oneSession(client);
    await kill9(application);
    await eventually('no session', () => client.state().sessions.length === 0);
    expect(client.state().outboxWaiting).toBeGreaterThanOrEqual(4);
    server = await startServer(join(folder.path, 'server-data'), { timing, extraArgs: ['--port', port] });

    await online(client);
    expect(await usage()).toMatchObject([{ endReason: 'exit' }]);
  });

  it('[P28] notices a pulled cable and comes back by another way', async () => {
    await server.stop();
    server = await startServer(join(folder.path, 'server-data'), { timing: { ...timing, pingEveryMs: 200 } });
    rest = new Rest(server.url, server.adminToken ?? '');
    const proxy = await startHalfOpenProxy(Number(new URL(server.url).port));
    const client = await attach(await host({ url: `http://127.0.0.1:${proxy.port}` }));
    await online(client);

    proxy.stopForwarding();
    const connection = await eventually('offline', () => {
      const { connection: now } = client.state();
      return now.state === 'offline' ? now : null;
    });

    expect(connection.reason).toMatch(/stopped answering|cut|reached/);
    await proxy.close();
  });

  it('[E32] begins anew with an outbox that is damaged, keeps the damaged one, and counts no session twice', async () => {
    const application = start();
    const first = await host();
    const client = await attach(first);
    await oneSession(client);
    await online(client);
    await kill9(first.child);
    // The log beside it holds whole pages: with it alone nothing would be lost.
    for (const name of ['outbox.sqlite', 'outbox.sqlite-wal'])
      writeFileSync(join(dataDir(), 'agent', name), 'x'.repeat(9_000));

    const again = await attach(await host());
    await online(again);
    await oneSession(again);
    await kill9(application);

    const records = await eventually('the ends', async () => {
      const all = await usage();
      return all.length === 2 && all.every(({ endedAtMs }) => endedAtMs !== null) ? all : null;
    });
    expect(existsSync(join(dataDir(), 'agent', 'outbox.sqlite.damaged-1'))).toBe(true);
    expect(records.map(({ endReason }) => endReason).toSorted()).toEqual(['exit', 'unseen']);
    const [earlier, later] = records.toSorted((a, b) => Number(a.endedAtMs) - Number(b.endedAtMs));
    expect(Number(earlier?.actualMs) + Number(later?.actualMs)).toBeLessThanOrEqual(
      Date.now() - Number(earlier?.startedAtMs),
    );
  });
});

describe('one host for each folder', () => {
  it('refuses to run beside another one and says what to do', async () => {
    await host();

    const second = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        join(projectRoot, 'dist/agent/host.mjs'),
        '--data',
        dataDir(),
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, ...env },
      },
    );
    let said = '';
    second.stderr.on('data', (chunk) => {
      said += chunk;
    });
    await exitOf(second);

    expect(second.exitCode).toBe(3);
    expect(said).toContain('Another agent host uses this data folder');
  });

  it('[E3] keeps two people of one machine apart', async () => {
    const person = (name: string, account: string) => ({
      dir: join(folder.path, name),
      env: personEnv(name, account),
    });
    const [ana, bo] = [
      await attach(await host(person('ana', `${ACCOUNT}1`))),
      await attach(await host(person('bo', `${ACCOUNT}2`))),
    ];
    await online(ana);
    await online(bo);

    start(`${ACCOUNT}1`);
    const second = start(`${ACCOUNT}2`);
    const sessions = [await oneSession(ana), await oneSession(bo)];
    await kill9(second);
    await eventually('the end', () => bo.state().sessions.length === 0);

    expect(new Set(sessions.map(({ sessionId }) => sessionId)).size).toBe(2);
    expect(ana.state().sessions).toHaveLength(1);
    const records = await eventually('both records', async () => {
      const all = await usage();
      return all.some(({ endedAtMs }) => endedAtMs !== null) ? all : null;
    });
    expect(records.map(({ userName }) => userName).toSorted()).toEqual(['ana', 'bo']);
  });
});

describe('the end', () => {
  it.each([
    ['asked by its supervisor', (child: ChildProcess) => child.send({ type: 'stop' })],
    ['on SIGTERM', (child: ChildProcess) => child.kill('SIGTERM')],
    ['on SIGINT', (child: ChildProcess) => child.kill('SIGINT')],
    ['when its supervisor is gone', (child: ChildProcess) => child.disconnect()],
  ])('comes in less than a second and in order, %s', async (_, stop) => {
    start();
    const running = await host();
    const client = await attach(running);
    await oneSession(client);
    await online(client);

    const before = performance.now();
    stop(running.child);
    await exitOf(running.child);

    expect(performance.now() - before).toBeLessThan(1_000);
    expect(running.child.exitCode).toBe(0);
    expect(existsSync(running.socketPath)).toBe(false);
  });

  it('lives on without its starter when it is detached, until a face ends it', async () => {
    const child = fork(
      join(projectRoot, 'dist/agent/host.mjs'),
      ['--data', dataDir(), '--server', server.url, '--token', server.enrollmentToken, '--detached'],
      {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        env: { ...process.env, ...env },
      },
    );
    children.push(child);
    const { socketPath } = await new Promise<{ socketPath: string }>((resolve) =>
      child.once('message', (message) => resolve(message as { socketPath: string })),
    );

    child.disconnect();
    const client = await attach({ child, socketPath, stop: async () => {} });
    await online(client);
    await client.command('shutdown', null);
    await exitOf(child);

    expect(child.exitCode).toBe(0);
    expect(readFileSync(join(dataDir(), 'agent', 'agent.log'), 'utf8')).toContain('a face asked');
  });

  it('[E24] takes holds along: their end is told before the host is gone', async () => {
    const running = await host();
    const client = await attach(running);
    await online(client);
    const held = await client.command('hold', { productId: 'freecad', pid: process.pid });
    expect(held).toMatchObject({ ok: true });
    await online(client);

    await running.stop();

    expect(await usage()).toMatchObject([{ endReason: 'exit' }]);
  });
});

describe('processes below a hold', () => {
  it('[E25] are the hold’s session and none of their own', async () => {
    const client = await attach(await host());
    await online(client);
    // The command waits for a word, so that the hold is there before its process.
    const command = spawn('/bin/sh', ['-c', `read word; "${program}" 3600`], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, [MARK]: ACCOUNT },
      detached: true,
    });
    const { pid = 0 } = command;
    await client.command('hold', { productId: 'freecad', pid });

    command.stdin.write('go\n');
    await eventually('the process', () => client.state().sessions[0]?.processCount === 1);

    expect(client.state().sessions).toMatchObject([{ origin: 'hold' }]);
    process.kill(-pid, 'SIGKILL');
    await exitOf(command);
  });
});

describe('what a log may hold', () => {
  it('has no name, token or command line in it', async () => {
    const child = fork(
      join(projectRoot, 'dist/agent/host.mjs'),
      [
        '--data',
        dataDir(),
        '--server',
        server.url,
        '--token',
        server.enrollmentToken,
        '--detached',
        '--log-level',
        'debug',
      ],
      {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        env: { ...process.env, ...env, USHER_TEST_TIMING: JSON.stringify(timing) },
      },
    );
    children.push(child);
    const { socketPath } = await new Promise<{ socketPath: string }>((resolve) =>
      child.once('message', (message) => resolve(message as { socketPath: string })),
    );
    start();
    const client = await attach({ child, socketPath, stop: async () => {} });
    await oneSession(client);
    await online(client);
    const { credential } = JSON.parse(
      readFileSync(join(dataDir(), 'agent', 'identity.json'), 'utf8'),
    ).enrolled;

    const log = readFileSync(join(dataDir(), 'agent', 'agent.log'), 'utf8');

    expect(log).toContain('session started');
    for (const secret of [server.enrollmentToken, credential, '3600', program])
      expect(log).not.toContain(secret);
    client.command('shutdown', null).catch(() => {});
    await exitOf(child);
  });
});
