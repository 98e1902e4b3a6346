/** How agents get in, by token and through the door. Against a real server; the door's other end is a real account. */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { emptyDisk } from '../../server/stores/memory/memory-store.ts';
import { anEnrollment, type EnrollOver, startTestServer, type TestServer } from '../support/test-server.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
async function start(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> {
  const house = await startTestServer(options);
  cleanups.push(() => house.stop());
  return house;
}
const enrollWith = (house: TestServer, token: string, over: EnrollOver = {}) =>
  house.ask('POST', 'enroll', anEnrollment(over), { authorization: `Bearer ${token}` });

describe('enrollment tokens', () => {
  it('[P37] are shown once, can be used again, and count their uses', async () => {
    const house = await start();
    const made = await house.ask('POST', 'enrollment-tokens', { label: 'Room 2' });

    const answers = [];
    for (const name of ['ana', 'ben'])
      answers.push(await enrollWith(house, made.body.token, { account: { name } }));

    expect(made.body).toMatchObject({
      label: 'Room 2',
      revoked: false,
      uses: 0,
      token: expect.stringMatching(/^ushe_/),
    });
    for (const { body } of answers) expect(body.credential).toMatch(/^ushd_[A-Za-z0-9_-]{43}$/);
    const [shown] = (await house.ask('GET', 'enrollment-tokens')).body.items;
    expect(shown).toMatchObject({ tokenId: made.body.tokenId, uses: 2 });
    expect(JSON.stringify(shown)).not.toContain(made.body.token);
  });

  it('[P37] end by revocation and by time, and who enrolled stays enrolled', async () => {
    const house = await start();
    const revoked = (await house.ask('POST', 'enrollment-tokens', { label: 'a' })).body;
    const { body: identity } = await enrollWith(house, revoked.token);
    const short = (await house.ask('POST', 'enrollment-tokens', { label: 'b', validForMs: 0 })).body;
    await house.ask('DELETE', `enrollment-tokens/${revoked.tokenId}`);

    const codes = [];
    for (const token of [revoked.token, short.token, 'ushe_guess', ''])
      codes.push((await enrollWith(house, token)).body.code);

    expect(codes).toEqual([
      'ENROLLMENT_TOKEN_REVOKED',
      'ENROLLMENT_TOKEN_EXPIRED',
      'ENROLLMENT_TOKEN_UNKNOWN',
      'ENROLLMENT_TOKEN_UNKNOWN',
    ]);
    await house.connect(identity.credential).greet();
  });

  it('[P37] do nothing else, and nothing else enrolls', async () => {
    const house = await start();
    const { token } = (await house.ask('POST', 'enrollment-tokens', { label: 'a' })).body;
    const { credential } = await house.enroll();

    expect((await house.ask('GET', 'pools', undefined, { authorization: `Bearer ${token}` })).status).toBe(
      401,
    );
    for (const other of [credential, house.server.adminToken ?? ''])
      expect((await enrollWith(house, other)).body.code).toBe('ENROLLMENT_TOKEN_UNKNOWN');
  });

  it('[P37] of the server itself are worth nothing after its process', async () => {
    const disk = emptyDisk();
    const first = await startTestServer({ disk });
    const { credential } = await first.enroll();
    await first.stop();

    const second = await start({ disk });

    expect(second.server.adminToken).toBeNull();
    expect((await enrollWith(second, first.server.enrollmentToken)).body.code).toBe(
      'ENROLLMENT_TOKEN_UNKNOWN',
    );
    await second.connect(credential).greet();
  });
});

describe('who is who', () => {
  it('[P38] makes a workstation of its own for each enrollment, whatever its name, and joins one that is named', async () => {
    const house = await start();
    const first = await house.enroll();
    const clone = await house.enroll({ account: { name: 'ben' } });
    const joined = await house.enroll({
      account: { name: 'cleo' },
      workstation: { workstationId: first.workstationId },
    });

    expect(clone.workstationId).not.toBe(first.workstationId);
    expect(joined.workstationId).toBe(first.workstationId);
    const wrong = await enrollWith(house, house.server.enrollmentToken, {
      workstation: { workstationId: 'nowhere' },
    });
    expect([wrong.status, wrong.body.code]).toEqual([404, 'WORKSTATION_UNKNOWN']);
  });

  it('[P38] knows one person by authority and name without regard to case, also when two enroll at once', async () => {
    const house = await start();
    const [a, b] = await Promise.all([
      house.enroll({ account: { name: 'Ana' } }),
      house.enroll({ account: { name: 'aNA', id: '2000' } }),
    ]);
    const other = await house.enroll({ account: { name: 'ana', authority: 'windows' } });

    expect(a?.userId).toBe(b?.userId);
    expect(other.userId).not.toBe(a?.userId);
    expect((await house.ask('GET', 'people')).body.items).toHaveLength(2);
  });

  it('[P39] gives the account under which it runs the workstation on which it runs, unless its agent runs already', async () => {
    const house = await start();
    const own = { authority: 'unix' as const, id: String(process.getuid?.()), name: 'me' };
    const first = await house.enroll({ account: own });
    const again = await house.enroll({ account: own, instanceId: 'instance-2' });
    expect(again.workstationId).toBe(first.workstationId);
    await house.connect(again.credential).greet({ instanceId: 'instance-2' });

    const beside = await house.enroll({ account: own, instanceId: 'instance-3' });
    const other = await house.enroll({ account: { ...own, id: '99999', name: 'other' } });

    expect(beside.workstationId).not.toBe(first.workstationId);
    expect(other.workstationId).not.toBe(first.workstationId);
    expect((await house.connect(first.credential).closed()).reason).toBe('UNAUTHORIZED');
  });
});

describe('copies', () => {
  it('[P16, P39] a copy that enrolls again for the same workstation gets one of its own while the original is there', async () => {
    const house = await start();
    const original = await house.agent();
    const { workstationId } = original.identity;

    const copy = await house.enroll({ instanceId: 'instance-of-a-clone', workstation: { workstationId } });

    expect(copy.workstationId).not.toBe(workstationId);
    original.agent.send({ type: 'ping', nonce: 1 });
    await original.agent.take('pong');
    await house.connect(copy.credential).greet({ instanceId: 'instance-of-a-clone' });
  });
});

describe.runIf(process.platform === 'linux')('the door', () => {
  function knock(
    socketPath: string,
    body: unknown,
    path = '/api/v1/enroll',
  ): Promise<{ status: number; body: Record<string, string> }> {
    return new Promise((resolve, reject) => {
      const asked = request(
        { socketPath, path, method: 'POST', headers: { 'content-type': 'application/json' } },
        (response) => {
          let text = '';
          response.on('data', (chunk) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
        },
      );
      asked.on('error', reject);
      asked.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  }
  async function startWithDoor() {
    const dir = join(mkdtempSync(join(tmpdir(), 'usher-door-')), 'door');
    cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
    return { dir, door: join(dir, 'door.sock'), house: await start({ argv: ['--door', dir] }) };
  }
  const me = (over: object = {}) =>
    anEnrollment({
      account: { authority: 'unix', id: String(process.getuid?.()), name: 'somebody-else', ...over },
    });

  it('[P40] is open to every account of the machine, and says where the server is', async () => {
    const { dir, door, house } = await startWithDoor();

    expect(statSync(dir).mode & 0o777).toBe(0o755);
    expect(statSync(door).mode & 0o777).toBe(0o666);
    expect(JSON.parse(await readFile(join(dir, 'server.json'), 'utf8'))).toEqual({
      url: house.url,
      pid: process.pid,
    });
  });

  it('[P40] enrolls whoever the kernel says it is, under the login name the system has, for this workstation', async () => {
    const { door, house } = await startWithDoor();

    const first = await knock(door, me());
    const own = await house.enroll({
      account: { authority: 'unix', id: String(process.getuid?.()), name: first.body.name ?? 'x' },
      instanceId: 'i-2',
    });

    expect(first.status).toBe(200);
    expect(own.workstationId).toBe(first.body.workstationId);
    const [person] = (await house.ask('GET', 'people')).body.items;
    expect(person.name).not.toBe('somebody-else');
    const agent = house.connect(first.body.credential ?? '');
    await agent.greet();
  });

  it('[P40] refuses who says to be another account, and everything but enrolling', async () => {
    const { door } = await startWithDoor();

    expect((await knock(door, me({ id: '1' }))).body.code).toBe('ACCOUNT_MISMATCH');
    expect((await knock(door, me({ authority: 'simulated' }))).body.code).toBe('ACCOUNT_MISMATCH');
    expect((await knock(door, '{')).body.code).toBe('BAD_REQUEST');
    expect((await knock(door, 'x'.repeat(70_000))).body.code).toBe('BODY_TOO_LARGE');
    expect((await knock(door, me(), '/api/v1/pools')).body.code).toBe('NOT_FOUND');
  });

  it('[P40] is gone when the server stops, and not made in a folder of somebody else', async () => {
    const { dir, house } = await startWithDoor();
    await house.server.close();
    expect(() => statSync(join(dir, 'server.json'))).toThrow();

    mkdirSync(dir, { recursive: true });
    if (process.getuid?.() === 0) {
      const { chownSync } = await import('node:fs');
      chownSync(dir, 65_534, 65_534);
      await expect(startTestServer({ argv: ['--door', dir] })).rejects.toThrow(/belongs to somebody else/);
    }
  });
});
