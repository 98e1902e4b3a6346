/** The local socket: who may come in, and whom a face believes to be its host. Real sockets, real files. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectLocal } from '../../../main/agent/commands/local-client.ts';
import { prepareFolder } from '../../../main/agent/local/socket-place.ts';
import { LocalSocketDriver } from '../../support/a-local-socket.ts';

let driver: LocalSocketDriver;
beforeEach(async () => {
  driver = new LocalSocketDriver();
  await driver.core.start();
});
afterEach(() => driver.leave());

const isRoot = process.getuid?.() === 0;

describe('the place', () => {
  it('makes a folder and a socket that only their owner can open', async () => {
    await driver.listening();

    expect(statSync(join(driver.root, 'run')).mode & 0o777).toBe(0o700);
    expect(statSync(driver.socketPath).mode & 0o777).toBe(0o600);
  });

  it('refuses a folder that is open to other accounts', async () => {
    mkdirSync(join(driver.root, 'run'));
    chmodSync(join(driver.root, 'run'), 0o755);

    expect(await driver.listen()).toMatchObject({
      ok: false,
      code: 'FOLDER_OPEN',
      message: expect.stringContaining('chmod 700'),
    });
  });

  it('refuses a folder of another account', async () => {
    mkdirSync(join(driver.root, 'run'), { mode: 0o700 });
    if (isRoot) chownSync(join(driver.root, 'run'), 65_534, 65_534);

    // Without root nobody can make a foreign folder: then the agent is one with another uid.
    const result = prepareFolder(driver.socketPath, isRoot ? driver.uid : (driver.uid ?? 0) + 1);

    expect(result).toMatchObject({ ok: false, code: 'FOLDER_NOT_OURS' });
  });

  it('is out of reach for another account', async () => {
    await driver.listening();
    chmodSync(driver.root, 0o755);
    const script = `require('net').connect(${JSON.stringify(driver.socketPath)}).on('error', (e) => { console.log(e.code); process.exit(); }).on('connect', () => { console.log('IN'); process.exit(); })`;

    if (isRoot) {
      const result = spawnSync(process.execPath, ['-e', script], {
        uid: 65_534,
        gid: 65_534,
        encoding: 'utf8',
        cwd: '/',
      });
      expect(result.stdout.trim()).toBe('EACCES');
    } else expect(statSync(join(driver.root, 'run')).mode & 0o077).toBe(0);
  });

  it('takes the place of a socket that nobody listens at, and not of a live one', async () => {
    mkdirSync(join(driver.root, 'run'), { mode: 0o700 });
    // A process that is killed leaves its socket behind.
    const script = `require('net').createServer().listen(${JSON.stringify(driver.socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    expect(existsSync(driver.socketPath)).toBe(true);

    await driver.listening();

    expect(await driver.listen()).toMatchObject({ ok: false, code: 'IN_USE' });
  });

  it('leaves a file alone that is no socket', async () => {
    mkdirSync(join(driver.root, 'run'), { mode: 0o700 });
    writeFileSync(driver.socketPath, 'mine');

    expect(await driver.listen()).toMatchObject({ ok: false, code: 'NOT_A_SOCKET' });
    expect(existsSync(driver.socketPath)).toBe(true);
  });
});

describe('the client', () => {
  it('says that nobody listens', async () => {
    expect(await connectLocal(driver.socketPath)).toMatchObject({ ok: false, code: 'NOT_RUNNING' });
  });

  it('does not trust a host in a folder where others can write', async () => {
    await driver.listening();
    chmodSync(join(driver.root, 'run'), 0o777);

    expect(await driver.outcome('an answer', connectLocal(driver.socketPath))).toMatchObject({
      ok: false,
      code: 'NOT_TRUSTED',
    });
  });

  it('gives up on a listener that does not answer', async () => {
    mkdirSync(join(driver.root, 'run'), { mode: 0o700 });
    const mute = createServer((socket) => driver.sockets.push(socket));
    await new Promise<void>((resolve) => mute.listen(driver.socketPath, resolve));

    const result = await connectLocal(driver.socketPath, { limitMs: 50 });

    expect(result).toMatchObject({ ok: false, code: 'NO_ANSWER' });
    mute.close();
  });

  it('has a state at once, then every change, and hears of the end', async () => {
    const server = await driver.listening();
    const client = await driver.attached();
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

    driver.servers.splice(driver.servers.indexOf(server), 1);
    await server.stop();
    await driver.until('the end', () => isClosed);
    expect(await client.command('shutdown', null)).toMatchObject({ ok: false, code: 'HOST_GONE' });
  });
});
