import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../main/cli/clock.ts';
import { makeDemoFolder, removeOldDemos } from '../../../main/cli/start/demo-folder.ts';
import { findOpenDoors } from '../../../main/cli/start/doors.ts';
import { acquireLock, readHolder } from '../../../main/cli/start/instance-lock.ts';
import { waitForLeftovers } from '../../../main/cli/start/leftovers.ts';
import {
  isSameProcessAlive,
  type ProcessIdentity,
  readStartKey,
} from '../../../main/cli/start/process-identity.ts';
import { FakeClock } from '../../support/fake-clock.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'usher-unit-cli-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const ME: ProcessIdentity = { pid: 11, startKey: 'a' };
const OTHER: ProcessIdentity = { pid: 22, startKey: 'b' };
const alive = (...some: ProcessIdentity[]) => ({
  isAlive: ({ pid, startKey }: ProcessIdentity) =>
    some.some((one) => one.pid === pid && one.startKey === startKey),
});

describe('the lock of a data folder', () => {
  it('belongs to one run at a time, and names it', () => {
    const first = acquireLock(dir, 'start', { own: ME, ...alive(ME, OTHER) });
    const second = acquireLock(dir, 'start', { own: OTHER, ...alive(ME, OTHER) });

    expect(first).toMatchObject({ kind: 'held', lock: { leftBehind: null } });
    expect(second).toMatchObject({ kind: 'taken', by: { pid: 11, role: 'start', serverUrl: null } });
  });

  it('is taken over from a holder that is gone, with the children it left behind', () => {
    const first = acquireLock(dir, 'start', { own: ME, ...alive(ME) });
    if (first.kind === 'held') first.lock.publish('http://127.0.0.1:4780', [{ pid: 33, startKey: 'c' }]);

    const second = acquireLock(dir, 'start', { own: OTHER, ...alive(OTHER) });

    expect(second).toMatchObject({ kind: 'held', lock: { leftBehind: [{ pid: 33, startKey: 'c' }] } });
    expect(readHolder(dir, alive(OTHER).isAlive)).toMatchObject({ pid: 22 });
  });

  it('is taken over when its pid belongs to a younger process', () => {
    acquireLock(dir, 'start', { own: ME, ...alive(ME) });

    const second = acquireLock(dir, 'start', {
      own: OTHER,
      ...alive({ pid: 11, startKey: 'younger' }, OTHER),
    });

    expect(second.kind).toBe('held');
  });

  it('is taken over when its file is torn, and when a take-over died half-way', () => {
    writeFileSync(join(dir, 'start.lock'), '{"pid": 11, "start');
    writeFileSync(
      join(dir, 'start.lock.takeover'),
      JSON.stringify({ ...ME, role: 'start', serverUrl: null, children: [] }),
    );

    const attempt = acquireLock(dir, 'start', { own: OTHER, ...alive(OTHER) });

    expect(attempt).toMatchObject({ kind: 'held', lock: { leftBehind: [] } });
    expect(readdirSync(dir)).toEqual(['start.lock']);
  });

  it('tells where the server is while it is held, and nothing after its release', () => {
    const attempt = acquireLock(dir, 'server', { own: ME, ...alive(ME) });
    if (attempt.kind !== 'held') throw new Error('not held');

    attempt.lock.publish('http://127.0.0.1:4780', []);
    expect(readHolder(dir, alive(ME).isAlive)).toMatchObject({
      serverUrl: 'http://127.0.0.1:4780',
      role: 'server',
    });
    attempt.lock.release();

    expect(readHolder(dir, alive(ME).isAlive)).toBeNull();
    attempt.lock.publish('http://127.0.0.1:1', []);
    expect(existsSync(join(dir, 'start.lock'))).toBe(false);
  });

  it('is not released by a run that lost it', () => {
    const first = acquireLock(dir, 'start', { own: ME, ...alive(ME) });
    acquireLock(dir, 'start', { own: OTHER, ...alive(OTHER) });

    if (first.kind === 'held') first.lock.release();

    expect(readHolder(dir, alive(OTHER).isAlive)).toMatchObject({ pid: 22 });
  });
});

describe('the identity of a process', () => {
  it.runIf(process.platform === 'linux')(
    'is alive while the process is, and not for a later one of the same pid',
    async () => {
      const child = spawn('sleep', ['60']);
      const pid = child.pid ?? 0;
      const startKey = readStartKey(pid, 'linux') ?? '';

      expect(isSameProcessAlive({ pid, startKey }, 'linux')).toBe(true);
      expect(isSameProcessAlive({ pid, startKey: `${startKey}1` }, 'linux')).toBe(false);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;

      expect(isSameProcessAlive({ pid, startKey }, 'linux')).toBe(false);
    },
  );
});

describe('what a killed run left behind', () => {
  it('is waited for', async () => {
    const clock = new FakeClock();
    let isThere = true;
    const killed: number[] = [];
    const waiting = waitForLeftovers([ME], {
      clock,
      isAlive: () => isThere,
      kill: (pid) => killed.push(pid),
    });

    await clock.advanceAsync(500);
    isThere = false;
    await clock.advanceAsync(100);

    expect(await waiting).toBe(0);
    expect(killed).toEqual([]);
  });

  it('is ended by force when it stays', async () => {
    const clock = new FakeClock();
    const killed: number[] = [];
    const waiting = waitForLeftovers([ME, OTHER], {
      clock,
      isAlive: ({ pid }) => pid === 22,
      kill: (pid) => killed.push(pid),
    });

    await clock.advanceAsync(5_000);

    expect(await waiting).toBe(1);
    expect(killed).toEqual([22]);
  });
});

describe('folders of demos', () => {
  const hourAgo = new Date(Date.now() - 3_600_000);

  it('of killed demos are removed; those of running ones, of others and of another kind stay', () => {
    const killed = makeDemoFolder(dir);
    const running = makeDemoFolder(dir);
    const starting = makeDemoFolder(dir);
    const stranger = join(dir, 'usher-something');
    mkdirSync(stranger);
    acquireLock(join(killed, 'run'), 'start', { own: ME, ...alive(ME) });
    acquireLock(join(running, 'run'), 'start', { own: OTHER, ...alive(OTHER) });
    for (const path of [killed, running, stranger]) utimesSync(path, hourAgo, hourAgo);

    const removed = removeOldDemos(dir, Date.now(), alive(OTHER).isAlive);

    expect(removed).toBe(1);
    expect(readdirSync(dir).toSorted()).toEqual(
      [running, starting, stranger].map((path) => path.slice(dir.length + 1)).toSorted(),
    );
  });

  it('are never followed through a link', () => {
    const precious = join(dir, 'precious');
    mkdirSync(precious);
    writeFileSync(join(precious, 'file'), '');
    const made = makeDemoFolder(dir);
    rmSync(made, { recursive: true });
    symlinkSync(precious, made);

    removeOldDemos(dir, Date.now() + 3_600_000, () => false);

    expect(existsSync(join(precious, 'file'))).toBe(true);
  });
});

describe.runIf(process.platform === 'linux')('doors of other accounts', () => {
  const uid = process.getuid?.() ?? 0;
  const search = () => findOpenDoors({ dir, prefix: 'usher-server-', ownUid: '999999', clock: systemClock });

  async function aDoor(over: { readonly url?: string; readonly mode?: number; readonly name?: string } = {}) {
    const path = join(dir, over.name ?? `usher-server-${uid}`);
    mkdirSync(path, { mode: 0o755 });
    writeFileSync(
      join(path, 'server.json'),
      JSON.stringify({ url: over.url ?? 'http://127.0.0.1:4780', pid: 1 }),
    );
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(join(path, 'door.sock'), resolve));
    chmodSync(path, over.mode ?? 0o755);
    return { path, close: () => new Promise((resolve) => server.close(resolve)) };
  }

  it('are found while somebody listens behind them', async () => {
    const door = await aDoor();

    expect(await search()).toEqual([{ dir: door.path, ownerUid: uid, url: 'http://127.0.0.1:4780' }]);
    await door.close();
    writeFileSync(join(door.path, 'door.sock'), '');
    expect(await search()).toEqual([]);
  });

  it('are no doors when others may write there, when the name has another owner, or when they lead elsewhere', async () => {
    const writable = await aDoor({ mode: 0o777 });
    const foreign = await aDoor({ name: `usher-server-${uid + 1}` });
    expect(await search()).toEqual([]);
    await writable.close();
    await foreign.close();

    rmSync(writable.path, { recursive: true });
    const away = await aDoor({ url: 'http://evil.example:80' });
    expect(await search()).toEqual([]);
    await away.close();
  });

  it('are not found where the folder is the account’s own', async () => {
    const door = await aDoor();

    expect(
      await findOpenDoors({ dir, prefix: 'usher-server-', ownUid: String(uid), clock: systemClock }),
    ).toEqual([]);
    await door.close();
  });
});
