/** The agent's enrollment against the real server: tokens, kept credentials, lost servers, the door of a machine. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anEnroller } from '../support/an-enroller.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let dir: string;
let server: TestServer;
const uid = process.getuid?.() ?? 0;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'usher-enroll-'));
  server = await startTestServer();
});
afterEach(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});
const withToken = () => ({ serverUrl: server.url, token: server.server.enrollmentToken });

describe('with a token', () => {
  it('[P37] gets a credential once and keeps it', async () => {
    const { enroller } = anEnroller(dir, withToken());

    const first = await enroller.obtain();
    const second = await anEnroller(dir, { serverUrl: server.url }).enroller.obtain();

    expect(first).toMatchObject({ ok: true, isNew: true });
    expect(second).toMatchObject({ ok: true, isNew: false });
    expect(second.ok && first.ok && second.value).toEqual(first.ok && first.value);
    expect((await server.ask('GET', 'workstations')).body.items).toHaveLength(1);
  });

  it('[P37] is refused for good with a token that the server does not know', async () => {
    const { enroller } = anEnroller(dir, { serverUrl: server.url, token: 'wrong' });

    expect(await enroller.obtain()).toMatchObject({
      ok: false,
      isFinal: true,
      code: 'ENROLLMENT_TOKEN_UNKNOWN',
    });
  });

  it('[P39] joins its workstation again after its credential became void', async () => {
    const { enroller } = anEnroller(dir, withToken());
    const first = await enroller.obtain();
    expect(await enroller.refused(false)).toBe(true);

    const second = await enroller.obtain();

    expect(first.ok && second.ok && second.value.workstationId).toBe(first.ok && first.value.workstationId);
    expect(first.ok && second.ok && second.value.credential).not.toBe(first.ok && first.value.credential);
  });

  it('[P38] is a new workstation to a server that lost its data', async () => {
    const { enroller } = anEnroller(dir, withToken());
    await enroller.obtain();
    await server.stop();
    server = await startTestServer();

    const again = await anEnroller(dir, withToken()).enroller.obtain();

    expect(again).toMatchObject({ ok: true, isNew: true });
  });

  it('keeps no credential of one server for another one', async () => {
    await anEnroller(dir, withToken()).enroller.obtain();

    const elsewhere = await anEnroller(dir, { serverUrl: 'https://other.example' }).enroller.obtain();

    expect(elsewhere).toMatchObject({ ok: false, isFinal: true, code: 'NOT_ENROLLED' });
  });
});

describe('without what it needs', () => {
  it('says which command to run when no server is known', async () => {
    const obtained = await anEnroller(dir, {}).enroller.obtain();

    expect(obtained).toMatchObject({
      ok: false,
      isFinal: true,
      code: 'NO_SERVER',
      message: expect.stringContaining('usher agent --server'),
    });
  });

  it('tries later when the server cannot be reached, or is no Usher server', async () => {
    const { url } = server;
    await server.stop();
    const unreachable = await anEnroller(dir, { serverUrl: url, token: 't' }).enroller.obtain();
    const other = createServer((_, response) => response.end('<html>welcome</html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;

    const strange = await anEnroller(dir, {
      serverUrl: `http://127.0.0.1:${port}`,
      token: 't',
    }).enroller.obtain();

    expect([unreachable, strange]).toMatchObject([
      { code: 'TRY_LATER', isFinal: false },
      { code: 'TRY_LATER', isFinal: false },
    ]);
    other.closeAllConnections();
    other.close();
    server = await startTestServer();
  });
});

describe.runIf(process.platform === 'linux')('through the door', () => {
  it('[P40] enrolls as the account that the kernel asserts', async () => {
    const doorDir = join(dir, `usher-server-${uid}`);
    await server.stop();
    server = await startTestServer({ argv: ['--door', doorDir] });

    const obtained = await anEnroller(join(dir, 'agent'), { doorDir }, { id: String(uid) }).enroller.obtain();
    const liar = await anEnroller(join(dir, 'liar'), { doorDir }, { id: String(uid + 1) }).enroller.obtain();

    expect(obtained).toMatchObject({ ok: true, value: { serverUrl: server.url } });
    expect(liar).toMatchObject({ ok: false, isFinal: true, code: 'ACCOUNT_MISMATCH' });
  });

  it.each([
    ['whose name says another account', `usher-server-${uid + 1}`, 0o755],
    ['in which others can write', `usher-server-${uid}`, 0o777],
  ])('does not take a folder for a door %s', async (_, name, mode) => {
    const doorDir = mkdtempSync(join(dir, 'x-'));
    const named = join(doorDir, name);
    mkdirSync(named);
    chmodSync(named, mode);
    writeFileSync(join(named, 'server.json'), JSON.stringify({ url: 'http://127.0.0.1:1', pid: 1 }));

    expect(await anEnroller(dir, { doorDir: named }).enroller.obtain()).toMatchObject({
      ok: false,
      isFinal: true,
      code: 'BAD_DOOR',
    });
  });

  it('tries later while no server stands behind the door', async () => {
    const doorDir = join(dir, `usher-server-${uid}`);

    expect(await anEnroller(dir, { doorDir }).enroller.obtain()).toMatchObject({
      ok: false,
      isFinal: false,
      code: 'TRY_LATER',
    });
  });
});
