/** The server as the process it is: out of dist/, with SQLite on a disk, stopped and killed. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { renewAdminToken } from '../../server/commands/admin-token.ts';
import { active, factsFrom, interval, started } from '../support/facts.ts';
import { projectRoot, type RunningServer, startServer, temporaryFolder } from '../support/house.ts';
import { RawAgent } from '../support/raw-agent.ts';
import { anEnrollment } from '../support/test-server.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
function dataFolder(): string {
  const folder = temporaryFolder('server-e2e');
  cleanups.push(folder.remove);
  return folder.path;
}
async function start(dataDir: string, ...extraArgs: string[]): Promise<RunningServer> {
  const server = await startServer(dataDir, { extraArgs });
  cleanups.push(() => server.stop());
  return server;
}
async function ask(url: string, token: string | undefined, method: string, path: string, body?: unknown) {
  const response = await fetch(new URL(`/api/v1/${path}`, url), {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  return { status: response.status, body: (await response.json()) as any };
}
async function enrolled({ url, enrollmentToken }: RunningServer, name = 'ana'): Promise<string> {
  const { body } = await ask(url, enrollmentToken, 'POST', 'enroll', anEnrollment({ account: { name } }));
  return body.credential;
}
async function connect(url: string, credential: string): Promise<RawAgent> {
  const agent = new RawAgent(url, credential);
  cleanups.push(() => agent.close());
  return agent.opened();
}
async function kill(server: RunningServer): Promise<void> {
  server.child.kill('SIGKILL');
  await once(server.child, 'exit');
}

describe('the server process', () => {
  it('shows its admin token at the first start only, and keeps what it owns to its owner', async () => {
    const dataDir = dataFolder();
    const first = await start(dataDir, '--port', '0');
    expect(first.adminToken).toMatch(/^usha_/);
    await first.stop();

    const second = await start(dataDir, '--port', '0');

    expect(second.adminToken).toBeUndefined();
    expect((await ask(second.url, first.adminToken, 'GET', 'pools')).status).toBe(200);
    expect(statSync(join(dataDir, 'server')).mode & 0o077).toBe(0);
    expect(statSync(join(dataDir, 'server', 'usher.db')).mode & 0o077).toBe(0);
  });

  it('listens on the port it had before, and takes another one when that is taken', async () => {
    const dataDir = dataFolder();
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const takenPort = (blocker.address() as AddressInfo).port;
    mkdirSync(join(dataDir, 'server'), { recursive: true });
    await (await import('node:fs/promises')).writeFile(
      join(dataDir, 'server', 'port.json'),
      JSON.stringify({ port: takenPort }),
    );

    const first = await start(dataDir);
    expect(new URL(first.url).port).not.toBe(String(takenPort));
    await first.stop();
    const second = await start(dataDir);

    expect(second.url).toBe(first.url);
    blocker.close();
  });

  it('[P18] keeps everything it acknowledged over kill -9, and goes on where it was', async () => {
    const dataDir = dataFolder();
    let server = await start(dataDir);
    const { adminToken } = server;
    await ask(server.url, adminToken, 'POST', 'pools', {
      settings: { name: 'FreeCAD', capacity: 1 },
      productIds: ['freecad'],
    });
    const credential = await enrolled(server);
    let agent = await connect(server.url, credential);
    await agent.greet();
    let acknowledged = 0;

    for (let round = 0; round < 5; round++) {
      // One message is acknowledged, a second one may or may not be when the process dies.
      agent.send(
        factsFrom(
          acknowledged + 1,
          started(`k${round}`),
          interval(`k${round}`, { intervalId: `i${round}`, activity: active(1) }),
        ),
      );
      await agent.take('ack');
      acknowledged += 2;
      agent.send(factsFrom(acknowledged + 1, started(`k${round}-unsure`)));
      await kill(server);
      server = await start(dataDir);
      agent = await connect(server.url, credential);
      const open = Array.from({ length: round + 1 }, (_, index) => [`k${index}`, `k${index}-unsure`]).flat();
      const welcome = await agent.greet({ openSessionIds: open });
      expect([acknowledged, acknowledged + 1]).toContain(welcome.acknowledgedSeq);
      agent.send(factsFrom(acknowledged + 1, started(`k${round}-unsure`)));
      expect(await agent.take('ack')).toMatchObject({ throughSeq: acknowledged + 1 });
      acknowledged += 1;
    }

    const { items } = (await ask(server.url, adminToken, 'GET', 'usage')).body;
    expect(items.map(({ sessionId }: { sessionId: string }) => sessionId).sort()).toEqual(
      Array.from({ length: 5 }, (_, round) => [`k${round}`, `k${round}-unsure`])
        .flat()
        .sort(),
    );
    expect((await ask(server.url, adminToken, 'GET', 'leases')).body.items).toHaveLength(1);
  });

  it('[P35] says goodbye and stops within a second, asked by message, by signal, or by the end of whoever started it', async () => {
    for (const end of ['stop', 'SIGTERM', 'SIGINT', 'disconnect'] as const) {
      const server = await start(dataFolder(), '--port', '0');
      const agent = await connect(server.url, await enrolled(server));
      await agent.greet();
      const askedAt = performance.now();

      if (end === 'stop') server.child.send({ type: 'stop' });
      else if (end === 'disconnect') server.child.disconnect();
      else server.child.kill(end);
      const [code] = await once(server.child, 'exit');

      expect([end, code]).toEqual([end, 0]);
      expect(performance.now() - askedAt).toBeLessThan(2_000);
      expect((await agent.closed()).reason).toBe('SHUTTING_DOWN');
    }
  });

  it('refuses to serve other machines in clear text, and a folder that another server uses, with a sentence', async () => {
    const dataDir = dataFolder();
    const open = spawnSync(
      process.execPath,
      [join(projectRoot, 'dist/server/main.mjs'), '--data', dataDir, '--host', '0.0.0.0'],
      { encoding: 'utf8' },
    );
    expect(open.status).toBe(2);
    expect(open.stderr).toContain('--tls-cert');
    expect(existsSync(join(dataDir, 'server'))).toBe(false);

    await start(dataDir, '--port', '0');
    const second = spawnSync(
      process.execPath,
      [join(projectRoot, 'dist/server/main.mjs'), '--data', dataDir, '--port', '0'],
      { encoding: 'utf8' },
    );
    expect(second.status).toBe(1);
    expect(second.stderr).toMatch(/could not start/);
  });

  it('takes a token that was renewed while it runs', async () => {
    const dataDir = dataFolder();
    const server = await start(dataDir, '--port', '0');

    const renewed = await renewAdminToken({ serverDir: join(dataDir, 'server'), nowMs: Date.now() });

    if (!renewed.ok) throw new Error(renewed.message);
    expect((await ask(server.url, renewed.value.token, 'GET', 'pools')).status).toBe(200);
    expect((await ask(server.url, server.adminToken, 'GET', 'pools')).status).toBe(401);
  });

  it('writes no name, token or product of anybody into its log', async () => {
    const server = await startServer(dataFolder(), { extraArgs: ['--port', '0', '--log-level', 'trace'] });
    cleanups.push(() => server.stop());
    let log = '';
    server.child.stderr?.on('data', (chunk) => (log += chunk));
    const credential = await enrolled(server, 'zoe-quine');
    const agent = await connect(server.url, credential);
    await agent.greet({ workstation: { name: 'secret-lab', platform: 'linux', osVersion: '12' } });
    agent.send(
      factsFrom(1, started('log', { productName: 'HushHush CAD' }), {
        kind: 'session-ended',
        sessionId: 'nobody',
        endedAtMs: 1,
        reason: 'exit',
      }),
    );
    await agent.take('ack');
    await server.stop();

    expect(log).toContain('agent connected');
    for (const secret of [
      'zoe-quine',
      'secret-lab',
      'HushHush',
      credential,
      server.enrollmentToken,
      server.adminToken ?? 'none',
    ])
      expect(log).not.toContain(secret);
  });

  it('serves TLS on any address, to browsers and agents alike', async () => {
    const dataDir = dataFolder();
    const [key, cert] = [join(dataDir, 'key.pem'), join(dataDir, 'cert.pem')];
    const made = spawnSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=DNS:localhost,IP:127.0.0.1',
      ],
      { encoding: 'utf8' },
    );
    expect(made.status, made.stderr).toBe(0);
    const server = await start(
      dataDir,
      '--port',
      '0',
      '--host',
      '0.0.0.0',
      '--tls-cert',
      cert,
      '--tls-key',
      key,
    );
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:/);

    const about = await new Promise<string>((resolve, reject) => {
      get(`${server.url}/api/v1/about`, { agent: new Agent({ ca: readFileSync(cert) }) }, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });
    const agent = new RawAgent(server.url, 'ushd_nobody', { rejectUnauthorized: false });

    expect(JSON.parse(about)).toMatchObject({ name: 'usher' });
    expect((await agent.closed()).reason).toBe('UNAUTHORIZED');
  });

  it('tells a person on the screen where it is when nobody else started it', async () => {
    const child = spawn(
      process.execPath,
      [join(projectRoot, 'dist/server/main.mjs'), '--data', dataFolder(), '--port', '0'],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    cleanups.push(() => {
      child.kill('SIGKILL');
    });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));

    await expect
      .poll(() => text, { timeout: 10_000 })
      .toMatch(/Usher server: http:\/\/127\.0\.0\.1:\d+\nAdmin token \(shown only now\): usha_/);
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
});
