/** The local socket: who may come in, what a face may ask, and what ends with it. Real sockets, real files. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectLocal, type LocalClient } from '../../../main/agent/commands/local-client.ts';
import { prepareFolder } from '../../../main/agent/local/socket-place.ts';
import { type LocalServer, listenLocally } from '../../../main/agent/local/socket-server.ts';
import { SILENT_LOG } from '../../../main/agent/log.ts';
import { DeskDriver } from '../../support/a-desk.ts';

const uid = process.getuid?.();
const isRoot = uid === 0;
let root: string;
let socketPath: string;
let driver: DeskDriver;
const servers: LocalServer[] = [];
const sockets: (Socket | LocalClient)[] = [];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'usher-local-'));
  socketPath = join(root, 'run', 'agent.sock');
  driver = new DeskDriver();
  await driver.core.start();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) 'destroy' in socket ? socket.destroy() : socket.close();
  for (const server of servers.splice(0)) await server.stop();
  driver.stop();
  rmSync(root, { recursive: true, force: true });
});

const listen = () => listenLocally({ socketPath, uid, desk: driver.desk, log: SILENT_LOG });
async function listening(): Promise<LocalServer> {
  const result = await listen();
  if (!result.ok) throw new Error(result.message);
  servers.push(result.value);
  return result.value;
}
async function attached(): Promise<LocalClient> {
  const result = await driver.outcome('to connect', connectLocal(socketPath));
  if (!result.ok) throw new Error(result.message);
  sockets.push(result.value);
  return result.value;
}
/** A face that says whatever a test wants. */
async function raw(): Promise<{ socket: Socket; lines: unknown[]; isClosed: () => boolean }> {
  const socket = connect(socketPath);
  sockets.push(socket);
  const lines: unknown[] = [];
  let text = '';
  let closed = false;
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const parts = text.split('\n');
    text = parts.pop() ?? '';
    for (const part of parts) lines.push(JSON.parse(part));
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, lines, isClosed: () => closed };
}

describe('the place', () => {
  it('makes a folder and a socket that only their owner can open', async () => {
    await listening();

    expect(statSync(join(root, 'run')).mode & 0o777).toBe(0o700);
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  });

  it('refuses a folder that is open to other accounts', async () => {
    mkdirSync(join(root, 'run'));
    chmodSync(join(root, 'run'), 0o755);

    expect(await listen()).toMatchObject({
      ok: false,
      code: 'FOLDER_OPEN',
      message: expect.stringContaining('chmod 700'),
    });
  });

  it('refuses a folder of another account', async () => {
    mkdirSync(join(root, 'run'), { mode: 0o700 });
    if (isRoot) chownSync(join(root, 'run'), 65_534, 65_534);

    // Without root nobody can make a foreign folder: then the agent is one with another uid.
    const result = prepareFolder(socketPath, isRoot ? uid : (uid ?? 0) + 1);

    expect(result).toMatchObject({ ok: false, code: 'FOLDER_NOT_OURS' });
  });

  it('is out of reach for another account', async () => {
    await listening();
    chmodSync(root, 0o755);
    const script = `require('net').connect(${JSON.stringify(socketPath)}).on('error', (e) => { console.log(e.code); process.exit(); }).on('connect', () => { console.log('IN'); process.exit(); })`;

    if (isRoot) {
      const result = spawnSync(process.execPath, ['-e', script], {
        uid: 65_534,
        gid: 65_534,
        encoding: 'utf8',
        cwd: '/',
      });
      expect(result.stdout.trim()).toBe('EACCES');
    } else expect(statSync(join(root, 'run')).mode & 0o077).toBe(0);
  });

  it('takes the place of a socket that nobody listens at, and not of a live one', async () => {
    mkdirSync(join(root, 'run'), { mode: 0o700 });
    // A process that is killed leaves its socket behind.
    const script = `require('net').createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    expect(existsSync(socketPath)).toBe(true);

    await listening();

    expect(await listen()).toMatchObject({ ok: false, code: 'IN_USE' });
  });

  it('leaves a file alone that is no socket', async () => {
    mkdirSync(join(root, 'run'), { mode: 0o700 });
    writeFileSync(socketPath, 'mine');

    expect(await listen()).toMatchObject({ ok: false, code: 'NOT_A_SOCKET' });
    expect(existsSync(socketPath)).toBe(true);
  });
});

describe('the client', () => {
  it('says that nobody listens', async () => {
    expect(await connectLocal(socketPath)).toMatchObject({ ok: false, code: 'NOT_RUNNING' });
  });

  it('does not trust a host in a folder where others can write', async () => {
    await listening();
    chmodSync(join(root, 'run'), 0o777);

    expect(await driver.outcome('an answer', connectLocal(socketPath))).toMatchObject({
      ok: false,
      code: 'NOT_TRUSTED',
    });
  });

  it('gives up on a listener that does not answer', async () => {
    mkdirSync(join(root, 'run'), { mode: 0o700 });
    const mute = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => mute.listen(socketPath, resolve));

    const result = await connectLocal(socketPath, { limitMs: 50 });

    expect(result).toMatchObject({ ok: false, code: 'NO_ANSWER' });
    mute.close();
  });

  it('has a state at once, then every change, and hears of the end', async () => {
    const server = await listening();
    const client = await attached();
    const seen: number[] = [];
    client.onState((state) => seen.push(state.sessions.length));
    let isClosed = false;
    client.onClose(() => {
      isClosed = true;
    });

    driver.core.appear(1);
    driver.store.touch();
    await driver.until('the new session', () => seen.includes(1));
    expect(client.state().sessions).toHaveLength(1);

    servers.splice(servers.indexOf(server), 1);
    await server.stop();
    await driver.until('the end', () => isClosed);
    expect(await client.command('shutdown', null)).toMatchObject({ ok: false, code: 'HOST_GONE' });
  });
});

describe('requests', () => {
  it('passes wishes to the server and its answer back', async () => {
    await listening();
    const client = await attached();

    const answer = await driver.outcome('the answer', client.command('queue', { productId: 'freecad' }));

    expect(answer).toEqual({ ok: true, value: { ticketId: 'ticket-1', offerId: null } });
  });

  it('answers nothing, one tick after another, while nothing changes', async () => {
    await listening();
    const { socket, lines } = await raw();
    socket.write('{"id":1,"name":"state","input":null}\n');
    await driver.until('the first state', () => lines.length > 0);

    for (let tick = 0; tick < 50; tick++) driver.store.touch();
    await driver.core.clock.advanceAsync(10_000);
    await driver.until('a later answer', () => {
      socket.write('{"id":2,"name":"panelAddress","input":null}\n');
      return lines.length > 1;
    });

    expect(lines.filter((line) => typeof line === 'object' && line !== null && 'push' in line)).toEqual([]);
  });

  it('says nothing to a face that did not ask for the state', async () => {
    await listening();
    const { lines } = await raw();

    driver.core.appear(1);
    driver.store.touch();
    await driver.core.clock.advanceAsync(1_000);

    expect(lines).toEqual([]);
    expect(driver.watched).toEqual([]);
  });

  it.each([
    ['not JSON', 'hello'],
    ['an unknown name', '{"id":1,"name":"format-disk","input":null}'],
    ['no id', '{"name":"state","input":null}'],
    ['an extra field', '{"id":1,"name":"state","input":null,"as":"root"}'],
  ])('refuses %s and ends the connection', async (_, text) => {
    await listening();
    const { socket, lines, isClosed } = await raw();

    socket.write(`${text}\n`);
    await driver.until('the end', isClosed);

    expect(lines).toMatchObject([{ id: 0, ok: false, code: 'BAD_FRAME' }]);
  });

  it('refuses an input that does not fit and goes on', async () => {
    await listening();
    const { socket, lines } = await raw();

    socket.write(
      '{"id":7,"name":"queue","input":{"productId":5}}\n{"id":8,"name":"panelAddress","input":null}\n',
    );
    await driver.until('both answers', () => lines.length === 2);

    expect(lines).toMatchObject([
      { id: 7, ok: false, code: 'BAD_INPUT' },
      { id: 8, ok: true },
    ]);
  });

  it('ends a connection whose request is too long', async () => {
    await listening();
    const { socket, lines, isClosed } = await raw();

    socket.write('x'.repeat(70_000));
    await driver.until('the end', isClosed);

    expect(lines).toMatchObject([{ code: 'FRAME_TOO_LARGE' }]);
  });

  it('cuts off a face that asks and asks and does not read', async () => {
    await listening();
    const { socket, isClosed } = await raw();
    socket.pause();

    const question = '{"id":1,"name":"queue","input":{"productId":"freecad"}}\n';
    driver.server.answers = false;
    socket.write(question.repeat(100));
    await driver.core.clock.advanceAsync(1);
    socket.resume();
    await driver.until('the end', isClosed);
  });

  it('ends the host when a face asks for it', async () => {
    await listening();
    const client = await attached();

    expect(await driver.outcome('the answer', client.command('shutdown', null))).toEqual({
      ok: true,
      value: null,
    });
    expect(driver.shutdowns).toBe(1);
  });
});

describe('watching', () => {
  it('watches the pools while a face is there, and a little longer', async () => {
    await listening();
    const client = await attached();
    expect(driver.watched).toEqual([true]);

    client.close();
    await driver.until('the end', () => servers[0]?.connectionCount === 0);
    await driver.core.clock.advanceAsync(4_000);
    const again = await attached();
    await driver.core.clock.advanceAsync(60_000);
    expect(driver.watched).toEqual([true]);

    again.close();
    await driver.until('the end', () => servers[0]?.connectionCount === 0);
    await driver.core.clock.advanceAsync(6_000);
    expect(driver.watched).toEqual([true, false]);
  });
});

describe('holds', () => {
  it('[E24] end with the connection of their caller', async () => {
    await listening();
    const client = await attached();
    const held = await driver.outcome(
      'the hold',
      client.command('hold', { productId: 'freecad', pid: 4_242 }),
    );
    expect(held).toMatchObject({ ok: true });
    expect(driver.core.keeper.sessions).toMatchObject([{ origin: { kind: 'hold', pid: 4_242 } }]);

    client.close();
    await driver.until('the hold to end', () => driver.core.keeper.sessions.length === 0);
    await driver.core.settle();

    expect(driver.server.facts.at(-1)).toMatchObject({ kind: 'session-ended', reason: 'exit' });
  });

  it('[E24] end when their caller says so, and only theirs', async () => {
    await listening();
    const client = await attached();
    const other = await attached();
    const held = await driver.outcome(
      'the hold',
      client.command('hold', { productId: 'freecad', pid: 4_242 }),
    );
    if (!held.ok) throw new Error(held.message);

    const foreign = await driver.outcome('a refusal', other.command('endHold', held.value));
    const own = await driver.outcome('the end', client.command('endHold', held.value));

    expect([foreign, own]).toMatchObject([{ ok: false, code: 'NOT_FOUND' }, { ok: true }]);
    expect(driver.core.keeper.sessions).toEqual([]);
  });

  it('are refused for a product that nobody knows', async () => {
    await listening();
    const client = await attached();

    const held = await driver.outcome('a refusal', client.command('hold', { productId: 'no-such', pid: 1 }));

    expect(held).toMatchObject({ ok: false, code: 'NOT_FOUND' });
  });
});

describe('notices', () => {
  it('are gone for every face once they are dismissed', async () => {
    const notice = {
      noticeId: 'n-1',
      productId: 'freecad',
      productName: 'FreeCAD',
      atMs: 1,
      kind: 'offer-missed',
    } as const;
    driver.store.take({
      type: 'mine',
      mine: { seats: [], tickets: [], offers: [], denials: [], notices: [notice] },
    });
    await listening();
    const client = await attached();
    expect(client.state().mine.notices).toHaveLength(1);

    expect(
      await driver.outcome('the answer', client.command('dismissNotice', { noticeId: 'n-1' })),
    ).toMatchObject({ ok: true });
    await driver.until('the change', () => client.state().mine.notices.length === 0);

    expect(driver.saved).toEqual([['n-1']]);
    expect(
      await driver.outcome('a refusal', client.command('dismissNotice', { noticeId: 'n-2' })),
    ).toMatchObject({ code: 'NOT_FOUND' });
  });
});
