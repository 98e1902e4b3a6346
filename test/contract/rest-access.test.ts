/** Who may ask the REST interface and the live socket: Host, Origin, sign-in, limits. Against a real server. */

import { mkdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { renewAdminToken } from '../../server/commands/admin-token.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let house: TestServer;
beforeAll(async () => {
  house = await startTestServer();
});
afterAll(() => house.stop());

/** Sends bytes as they are, since no client lets one lie about Host. */
function raw(port: number, lines: readonly string[], body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  });
}
const request = (path: string, host: string | null, ...headers: string[]) =>
  raw(house.port, [
    `GET ${path} HTTP/1.1`,
    ...(host === null ? [] : [`Host: ${host}`]),
    'Connection: close',
    ...headers,
  ]);
const upgrade = (path: string, ...headers: string[]) =>
  raw(house.port, [
    `GET ${path} HTTP/1.1`,
    `Host: localhost:${house.port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  ]);
const admin = () => ({ authorization: `Bearer ${house.server.adminToken}` });
async function signIn(on = house): Promise<string> {
  const reply = await on.ask('POST', 'session', { token: on.server.adminToken }, { origin: on.url });
  expect(reply.status).toBe(200);
  return reply.headers.get('set-cookie')?.split(';')[0] ?? '';
}

describe('Host', () => {
  it.each(['localhost', '127.0.0.1:80', '[::1]'])('answers to %s', async (host) => {
    expect(await request('/api/v1/about', host)).toMatch(/^HTTP\/1.1 200/);
  });

  it.each(['evil.example', 'localhost.evil.example', '10.0.0.1'])(
    'refuses %s, pages and API alike',
    async (host) => {
      for (const path of ['/api/v1/about', '/', '/metrics']) {
        const answer = await request(path, host);
        expect(answer).toMatch(/^HTTP\/1.1 421/);
        expect(answer).toContain('HOST_NOT_ALLOWED');
      }
    },
  );

  it('lets watchdogs ask for health under any name', async () => {
    expect(await request('/healthz', '10.1.2.3:4780')).toMatch(/^HTTP\/1.1 200/);
    expect(await request('/readyz', 'balancer')).toMatch(/^HTTP\/1.1 200/);
  });

  it('refuses sockets under a foreign name', async () => {
    const answer = await raw(house.port, [
      'GET /api/v1/agent HTTP/1.1',
      'Host: evil.example',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ]);
    expect(answer).toMatch(/^HTTP\/1.1 421/);
  });

  it('answers to a configured public name', async () => {
    const named = await startTestServer({ argv: ['--public-name', 'usher.example'] });

    const answer = await raw(named.port, [
      'GET /api/v1/about HTTP/1.1',
      'Host: usher.example',
      'Connection: close',
    ]);

    expect(answer).toMatch(/^HTTP\/1.1 200/);
    await named.stop();
  });
});

describe('Origin', () => {
  it('refuses a change that a page of another origin asks for, whoever is signed in', async () => {
    for (const origin of ['http://evil.example', 'null', `http://localhost:${house.port + 1}`]) {
      const reply = await house.ask('POST', 'enrollment-tokens', { label: 'x' }, { ...admin(), origin });
      expect([reply.status, reply.body.code]).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
    }
  });

  it('demands an Origin from a browser session that changes something', async () => {
    const cookie = await signIn();

    const without = await house.ask('POST', 'enrollment-tokens', { label: 'x' }, { cookie });
    const with_ = await house.ask('POST', 'enrollment-tokens', { label: 'x' }, { cookie, origin: house.url });

    expect([without.status, without.body.code]).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
    expect(with_.status).toBe(201);
  });

  it('refuses sockets that a page of another origin opens', async () => {
    for (const path of ['/api/v1/agent', '/api/v1/live']) {
      const answer = await upgrade(
        path,
        'Origin: http://evil.example',
        `Authorization: Bearer ${house.server.adminToken}`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 403/);
      expect(answer).toContain('ORIGIN_NOT_ALLOWED');
    }
  });
});

describe('sign-in', () => {
  it.each([
    'pools',
    'products',
    'leases',
    'tickets',
    'offers',
    'denials',
    'workstations',
    'people',
    'usage',
    'events',
    'enrollment-tokens',
  ])('is needed for %s', async (path) => {
    const nobody = await house.ask('GET', path, undefined, {});
    expect([nobody.status, nobody.body.code]).toEqual([401, 'NOT_SIGNED_IN']);
    expect((await house.ask('GET', path)).status).toBe(200);
  });

  it('gives a cookie that scripts cannot read and that signs in until it is ended', async () => {
    const reply = await house.ask('POST', 'session', { token: house.server.adminToken }, {});
    const header = reply.headers.get('set-cookie') ?? '';
    const cookie = header.split(';')[0] ?? '';

    expect(header).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(reply.body.expiresAtMs).toBeGreaterThan(Date.now());
    expect((await house.ask('GET', 'session', undefined, { cookie })).body).toMatchObject({ signedIn: true });
    expect((await house.ask('GET', 'pools', undefined, { cookie })).status).toBe(200);
    expect((await house.ask('DELETE', 'session', undefined, { cookie, origin: house.url })).status).toBe(204);
    expect((await house.ask('GET', 'pools', undefined, { cookie })).status).toBe(401);
    expect((await house.ask('GET', 'session', undefined, { cookie })).body).toEqual({
      signedIn: false,
      expiresAtMs: null,
    });
  });

  it('ends by itself', async () => {
    const short = await startTestServer({ timing: { adminSessionMs: 1 } });
    const cookie = await signIn(short);

    await expect
      .poll(async () => (await short.ask('GET', 'pools', undefined, { cookie })).status, { timeout: 5_000 })
      .toBe(401);
    await short.stop();
  });

  it('does not take a device credential, an enrollment token or a cookie value as the admin’s token', async () => {
    const { credential } = await house.enroll();
    const session = (await signIn()).split('=')[1];
    for (const secret of [credential, house.server.enrollmentToken, session]) {
      const reply = await house.ask('GET', 'pools', undefined, { authorization: `Bearer ${secret}` });
      expect(reply.status).toBe(401);
    }
  });

  it('lets who guesses wait, and who knows the token not', async () => {
    const guessed = await startTestServer();
    const codes = [];
    for (let tries = 0; tries < 12; tries++)
      codes.push((await guessed.ask('POST', 'session', { token: `wrong-${tries}` }, {})).body.code);

    expect(codes).toEqual([...Array(10).fill('BAD_TOKEN'), 'TOO_MANY_TRIES', 'TOO_MANY_TRIES']);
    const held = await guessed.ask('POST', 'session', { token: 'wrong' }, {});
    expect(Number(held.headers.get('retry-after'))).toBeGreaterThan(0);
    await signIn(guessed);
    await guessed.stop();
  });

  it('takes a token that was renewed on the server’s machine at once, and ends what was signed in before', async () => {
    const renewed = await startTestServer();
    const cookie = await signIn(renewed);
    mkdirSync(renewed.config.serverDir, { recursive: true });

    const made = await renewAdminToken({ serverDir: renewed.config.serverDir, nowMs: Date.now() });

    if (!made.ok) throw new Error(made.message);
    const status = async (headers: Record<string, string>) =>
      (await renewed.ask('GET', 'pools', undefined, headers)).status;
    expect(await status({ authorization: `Bearer ${made.value.token}` })).toBe(200);
    expect(await status({ authorization: `Bearer ${renewed.server.adminToken}` })).toBe(401);
    expect(await status({ cookie })).toBe(401);
    await renewed.stop();
  });

  it('cannot renew the token where no server ever ran', async () => {
    expect(await renewAdminToken({ serverDir: '/nonexistent/server', nowMs: 0 })).toMatchObject({
      ok: false,
      code: 'NO_SERVER_DATA',
    });
  });
});

describe('the console’s live socket', () => {
  const sockets: WebSocket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.terminate();
  });
  function live(headers: Record<string, string>): {
    socket: WebSocket;
    messages: { type: string; full?: boolean; pools?: { view: { poolId: string } }[] }[];
  } {
    const socket = new WebSocket(`${house.url.replace('http', 'ws')}/api/v1/live`, { headers });
    const messages: { type: string }[] = [];
    socket.on('message', (data) => messages.push(JSON.parse(String(data))));
    socket.on('error', () => {});
    sockets.push(socket);
    return { socket, messages };
  }

  it('is not for who is not signed in', async () => {
    expect(await upgrade('/api/v1/live', `Origin: http://localhost:${house.port}`)).toMatch(/^HTTP\/1.1 401/);
    const cookie = await signIn();
    expect(await upgrade('/api/v1/live', `Cookie: ${cookie}`)).toMatch(/^HTTP\/1.1 403/);
  });

  it('sends everything once and then what changes', async () => {
    const cookie = await signIn();
    const { messages } = live({ cookie, origin: house.url });
    await expect.poll(() => messages.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(2);
    expect(messages[0]).toMatchObject({ type: 'pools', full: true });
    expect(messages[1]).toMatchObject({ type: 'workstations' });

    await house.ask('POST', 'pools', { settings: { name: 'Live', capacity: 1 } });
    await expect
      .poll(() => messages.some(({ full, pools }) => full === false && pools?.[0]?.view.poolId === 'live'), {
        timeout: 5_000,
      })
      .toBe(true);

    const before = messages.length;
    const { agent } = await house.agent({ account: { name: 'live-person', id: '77' } });
    await expect
      .poll(() => messages.slice(before).some(({ type }) => type === 'workstations'), { timeout: 5_000 })
      .toBe(true);
    agent.close();
  });

  it('sends a page away whose admin has signed out', async () => {
    const own = await startTestServer({ timing: { pingEveryMs: 250 } });
    const cookie = await signIn(own);
    const socket = new WebSocket(`${own.url.replace('http', 'ws')}/api/v1/live`, {
      headers: { cookie, origin: own.url },
    });
    sockets.push(socket);
    const pings: string[] = [];
    let reason = '';
    socket.on('message', (data) => String(data).includes('"ping"') && pings.push(String(data)));
    socket.on('close', (_code, text) => {
      reason = String(text);
    });
    await expect.poll(() => pings.length, { timeout: 5_000 }).toBeGreaterThan(1);
    expect(reason).toBe('');

    await own.ask('DELETE', 'session', undefined, { cookie, origin: own.url });

    await expect.poll(() => reason, { timeout: 5_000 }).toBe('UNAUTHORIZED');
    await own.stop();
  });

  it('serves no socket anywhere else', async () => {
    expect(await upgrade('/api/v1/pools')).toMatch(/^HTTP\/1.1 404/);
  });
});
