/**
 * Disks that fail under a running server, at the level of system calls: after each fault it says what to do, grants
 * nothing, goes on reading, is not ready, and recovers by itself with nothing lost. docs/TORTURE.md.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { examine } from '../../server/commands/doctor.ts';
import { factsFrom, started, wish } from '../support/facts.ts';
import { FaultControl, faultEnvironment, missingForFaults } from '../support/fault-disk.ts';
import { eventually, kill9, type RunningServer, startServer, temporaryFolder } from '../support/house.ts';
import { RawAgent } from '../support/raw-agent.ts';
import { anEnrollment } from '../support/test-server.ts';

const missing = missingForFaults();
const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Troubled {
  readonly dataDir: string;
  readonly server: RunningServer;
  readonly adminToken: string;
  readonly disk: FaultControl;
  readonly credential: string;
  readonly agent: RawAgent;
}

async function ask(url: string, token: string, method: string, path: string, body?: unknown) {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  return { status: response.status, body: (await response.json()) as any };
}

/** A server on a disk that can fail, with one seat that an agent holds and one person who waits. */
async function aTroubledServer(dataDir = aFolder()): Promise<Troubled> {
  const control = new FaultControl(join(aFolder(), 'control'));
  cleanups.push(() => control.close());
  const env = faultEnvironment({ dir: dataDir, controlPath: control.path });
  const server = await startServer(dataDir, { env, extraArgs: ['--port', '0', '--log-level', 'silent'] });
  cleanups.push(() => kill9(server.child));
  const adminToken = server.adminToken ?? '';
  const pool = { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] };
  expect((await ask(server.url, adminToken, 'POST', '/api/v1/pools', pool)).status).toBe(201);
  const enrolled = await ask(server.url, server.enrollmentToken, 'POST', '/api/v1/enroll', anEnrollment());
  const { credential } = enrolled.body;
  const agent = await connect(server.url, credential);
  await agent.greet();
  agent.send(factsFrom(1, started('first'), started('second', { processKey: 'other' })));
  await agent.take('ack');
  return { dataDir, server, adminToken, disk: control, credential, agent };
}

function aFolder(): string {
  const folder = temporaryFolder('faults');
  cleanups.push(folder.remove);
  return folder.path;
}

async function connect(url: string, credential: string): Promise<RawAgent> {
  const agent = new RawAgent(url, credential);
  cleanups.push(() => agent.close());
  return agent.opened();
}

const status = async (url: string, path: string) => (await fetch(new URL(path, url))).status;

const aPool = (poolId: string) => ({ poolId, settings: { name: poolId, capacity: 1 }, productIds: [] });

/** While the fault lasts: refused with a sentence, nothing granted, reading goes on, not ready. */
async function expectTrouble({ server, adminToken, agent }: Troubled, sentence: RegExp): Promise<void> {
  const refused = await ask(server.url, adminToken, 'POST', '/api/v1/pools', aPool('in-trouble'));
  expect([refused.status, refused.body.code]).toEqual([503, 'NOT_READY']);
  expect(refused.body.detail).toMatch(sentence);
  agent.send(factsFrom(3, wish('wish-1', { type: 'queue', productId: 'freecad' })));
  expect((await agent.closed()).reason).toBe('INTERNAL');
  const ready = await eventually('it is not ready', async () => {
    const found = await ask(server.url, adminToken, 'GET', '/readyz');
    return found.status === 503 && found;
  });
  expect(ready.body.detail).toMatch(sentence);
  const { body } = await ask(server.url, adminToken, 'GET', '/api/v1/pools');
  expect(body.items.map(({ view }: { view: { poolId: string } }) => view.poolId)).toEqual(['freecad']);
  expect((await ask(server.url, adminToken, 'GET', '/api/v1/events')).body.items.length).toBeGreaterThan(5);
  expect((await ask(server.url, adminToken, 'GET', '/api/v1/tickets')).body.items).toEqual([]);
}

/** When the fault is over: it goes on by itself, the repeat of what was refused has one effect, nothing is lost. */
async function expectRecovery({ server, adminToken, credential, dataDir }: Troubled): Promise<void> {
  await eventually('it is ready again', async () => (await status(server.url, '/readyz')) === 200);
  const agent = await connect(server.url, credential);
  const welcome = await agent.greet({ openSessionIds: ['first', 'second'] });
  expect(welcome.acknowledgedSeq).toBe(2);
  agent.send(factsFrom(3, wish('wish-1', { type: 'queue', productId: 'freecad' })));
  expect(await agent.take('ack')).toMatchObject({ throughSeq: 3 });
  const made = await ask(server.url, adminToken, 'POST', '/api/v1/pools', aPool('after-trouble'));
  expect(made.status).toBe(201);
  await kill9(server.child);
  const report = await examine({ dataDir, serverDir: join(dataDir, 'server'), nowMs: Date.now() });
  if (!report.ok) throw new Error(report.message);
  expect(report.value.findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
  expect(report.value.facts).toMatchObject({ leases: 1, sessions: 2 });
}

describe.skipIf(missing !== null)('a disk that fails', () => {
  it.each([
    ['is full', 'ENOSPC', /disk .* is full.*Free some space/],
    ['is read-only', 'EROFS', /cannot be written|reports errors/],
    ['reports errors', 'EIO', /reports errors.*check the disk/],
  ] as const)('[L83] [L172] and %s: said, refused, read on, recovered', async (_name, code, sentence) => {
    const troubled = await aTroubledServer();
    troubled.disk.tear(true);
    troubled.disk.fail('write', code);

    await expectTrouble(troubled, sentence);
    troubled.disk.heal();

    await expectRecovery(troubled);
  });

  it('[L83] [L172] and cannot flush: said, refused, read on, recovered', async () => {
    const troubled = await aTroubledServer();
    troubled.disk.fail('sync', 'EIO');

    await expectTrouble(troubled, /reports errors/);
    troubled.disk.heal();

    await expectRecovery(troubled);
  });

  it('[L83] and fails to flush once: that decision is refused, and its repeat is kept', async () => {
    const { server, adminToken, disk, agent } = await aTroubledServer();
    disk.fail('sync', 'EIO', 1);

    agent.send(factsFrom(3, wish('wish-1', { type: 'queue', productId: 'freecad' })));
    expect((await agent.closed()).reason).toBe('INTERNAL');
    expect(disk.get('faults')).toBe(1);

    const made = await ask(server.url, adminToken, 'POST', '/api/v1/pools', aPool('next'));
    expect(made.status).toBe(201);
    expect((await ask(server.url, adminToken, 'GET', '/api/v1/leases')).body.items).toHaveLength(1);
  });

  it('[L88] [L172] and flushes in 600 ms stops no socket and no read', async () => {
    const { server, adminToken, disk, agent } = await aTroubledServer();
    disk.slowSyncs(600);
    const sentAt = performance.now();
    agent.send(factsFrom(3, wish('wish-1', { type: 'queue', productId: 'freecad' })));
    agent.send({ type: 'ping', nonce: 7 });

    await agent.take('pong');
    const readFrom = performance.now();
    for (let count = 0; count < 10; count++) await ask(server.url, adminToken, 'GET', '/api/v1/pools');
    const readMs = (performance.now() - readFrom) / 10;

    await agent.take('ack');
    expect(performance.now() - sentAt).toBeGreaterThan(600);
    expect(readMs).toBeLessThan(300);
    expect(await status(server.url, '/readyz')).toBe(200);
  });

  it('[L172] and flushes in 5 s: it says so, reads go on, and what was asked is done when the disk is', async () => {
    const { server, adminToken, disk, agent } = await aTroubledServer();
    disk.slowSyncs(5_000);
    agent.send(factsFrom(3, wish('wish-1', { type: 'queue', productId: 'freecad' })));

    const ready = await ask(server.url, adminToken, 'GET', '/readyz');
    expect([ready.status, ready.body.detail]).toEqual([
      503,
      expect.stringMatching(/has not answered for a while/),
    ]);
    expect((await ask(server.url, adminToken, 'GET', '/api/v1/leases')).body.items).toHaveLength(1);
    expect((await ask(server.url, adminToken, 'GET', '/api/v1/tickets')).body.items).toEqual([]);
    disk.heal();

    expect(await agent.take('ack')).toMatchObject({ throughSeq: 3 });
    await eventually('it is ready again', async () => (await status(server.url, '/readyz')) === 200);
    expect((await ask(server.url, adminToken, 'GET', '/api/v1/tickets')).body.items).toHaveLength(0 + 1);
  });

  it('[L172] cannot be read at the start: the server does not start, and says what to do', async () => {
    const { dataDir, server } = await aTroubledServer();
    await kill9(server.child);
    const control = new FaultControl(join(aFolder(), 'control'));
    cleanups.push(() => control.close());
    control.fail('read', 'EIO');
    const env = faultEnvironment({ dir: dataDir, controlPath: control.path });

    const starting = startServer(dataDir, { env, extraArgs: ['--port', '0', '--log-level', 'silent'] });

    await expect(starting).rejects.toThrow(/could not start: .*check the disk/s);
    const again = await startServer(dataDir, { extraArgs: ['--port', '0', '--log-level', 'silent'] });
    cleanups.push(() => again.stop());
  });

  it('[L172] is read-only at the start: the server does not start, and says what to do', async () => {
    const { dataDir, server } = await aTroubledServer();
    await kill9(server.child);
    const control = new FaultControl(join(aFolder(), 'control'));
    cleanups.push(() => control.close());
    control.fail('open', 'EROFS');
    const env = faultEnvironment({ dir: dataDir, controlPath: control.path });

    const starting = startServer(dataDir, { env, extraArgs: ['--port', '0', '--log-level', 'silent'] });

    await expect(starting).rejects.toThrow(/could not start: .*writable again/s);
  });
});

describe.skipIf(missing !== null)('a data folder', () => {
  it('[L173] that vanishes takes no decision with it, and goes on when it is back', async () => {
    const troubled = await aTroubledServer();
    const [here, away] = [join(troubled.dataDir, 'server'), join(troubled.dataDir, 'away')];
    renameSync(here, away);

    await expectTrouble(troubled, /is not where it was.*Put it back/);
    renameSync(away, here);

    await expectRecovery(troubled);
  });

  it('[L173] that is replaced under the server is not written to', async () => {
    const troubled = await aTroubledServer();
    const [here, away] = [join(troubled.dataDir, 'server'), join(troubled.dataDir, 'away')];
    renameSync(here, away);
    cpSync(away, here, { recursive: true });

    await expectTrouble(troubled, /start the server again/);
    await kill9(troubled.server.child);
    const again = await startServer(troubled.dataDir, {
      extraArgs: ['--port', '0', '--log-level', 'silent'],
    });
    cleanups.push(() => again.stop());

    const leases = await ask(again.url, troubled.adminToken, 'GET', '/api/v1/leases');
    expect(leases.body.items).toHaveLength(1);
  });
});

/** A file system of 3 MiB of its own. null: this account may not mount one. */
function aTinyDisk(): string | null {
  const dir = join(aFolder(), 'tiny');
  mkdirSync(dir);
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=0700', 'tmpfs', dir], {
    encoding: 'utf8',
  });
  if (made.status !== 0) return null;
  cleanups.push(() => {
    spawnSync('umount', ['-l', dir]);
  });
  return dir;
}

describe.skipIf(missing !== null)('a real disk of 3 MiB', () => {
  it('[L83] [L172] that fills up: said, refused, read on, recovered', async (context) => {
    const dir = aTinyDisk();
    if (dir === null) return context.skip('mounting a small file system needs root');
    const troubled = await aTroubledServer(dir);
    const ballast = join(dir, 'ballast');
    const { bavail, bsize } = statfsSync(dir);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));

    await expectTrouble(troubled, /disk .* is full.*Free some space/);
    rmSync(ballast);

    await expectRecovery(troubled);
  });
});
