/** The loopback page server: one-time addresses, foreign names, foreign pages, paths that lead elsewhere. Real HTTP. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type PageServer, startPageServer } from '../../../main/agent/local/page-server.ts';
import { SILENT_LOG } from '../../../main/agent/log.ts';
import { DeskDriver } from '../../support/a-desk.ts';

let dir: string;
let driver: DeskDriver;
let server: PageServer;
let port: number;
const sockets: WebSocket[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'usher-page-'));
  mkdirSync(join(dir, 'panel', 'assets'), { recursive: true });
  writeFileSync(join(dir, 'panel', 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__">the panel');
  writeFileSync(join(dir, 'panel', 'assets', 'app-1a2b.js'), 'export {}');
  writeFileSync(join(dir, 'secret.html'), 'not yours');
  driver = new DeskDriver();
  await driver.core.start();
  server = await startPageServer({
    panelDir: join(dir, 'panel'),
    desk: driver.desk,
    clock: driver.core.clock,
    log: SILENT_LOG,
    linkTarget: (name) => (name === 'console' ? 'https://usher.example.com/' : null),
  });
  port = Number(new URL(server.makeAddress()).port);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await server.stop();
  driver.stop();
  rmSync(dir, { recursive: true, force: true });
});

interface Reply {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}
/** Plain HTTP, so that paths and headers go out exactly as they are written here. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on('error', reject).end();
  });
}
async function enter(): Promise<{ cookie: string }> {
  const address = new URL(server.makeAddress());
  const reply = await ask(`${address.pathname}${address.search}`);
  return { cookie: String(reply.headers['set-cookie']?.[0]).split(';')[0] ?? '' };
}
function openSocket(headers: Record<string, string>, path = '/api'): Promise<'open' | number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  sockets.push(socket);
  return new Promise((resolve) => {
    socket.on('open', () => resolve('open'));
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => {});
  });
}

describe('addresses', () => {
  it('let one browser in, once, and lead to the panel with a cookie that scripts cannot read', async () => {
    const address = new URL(server.makeAddress());

    const first = await ask(`${address.pathname}${address.search}`);
    const second = await ask(`${address.pathname}${address.search}`);

    expect(first).toMatchObject({ status: 303, headers: { location: '/' } });
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^usher_panel_\d+=[\w-]{32}; HttpOnly; SameSite=Strict; Path=\/$/,
    );
    expect(second).toMatchObject({ status: 403, body: expect.stringContaining('fresh one') });
    expect(second.headers['set-cookie']).toBeUndefined();
  });

  it.each(['/enter', '/enter?token=', '/enter?token=wrong', `/enter?token=${'a'.repeat(32)}`])(
    'are not guessed: %s',
    async (path) => {
      expect((await ask(path)).status).toBe(403);
    },
  );

  it('go stale after half a day', async () => {
    const address = new URL(server.makeAddress());
    driver.core.clock.advance(12 * 3_600_000);

    expect((await ask(`${address.pathname}${address.search}`)).status).toBe(403);
  });

  it('push out the oldest of a hundred that nobody opened', async () => {
    const oldest = new URL(server.makeAddress());
    for (let count = 0; count < 100; count++) server.makeAddress();

    expect((await ask(`${oldest.pathname}${oldest.search}`)).status).toBe(403);
  });
});

describe('pages', () => {
  it('are given to the browser that came in, with a strict policy and a nonce of their own', async () => {
    const headers = await enter();

    const [first, second] = [await ask('/', headers), await ask('/', headers)];

    const nonce = /content="([^"]+)"/.exec(first.body)?.[1] ?? '';
    expect(first.status).toBe(200);
    expect(first.body).not.toContain('__CSP_NONCE__');
    expect(first.headers['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(second.body).not.toContain(nonce);
    expect((await ask('/assets/app-1a2b.js', headers)).headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
  });

  it('are refused without a cookie, and with one that was made up', async () => {
    expect((await ask('/')).status).toBe(403);
    expect((await ask('/', { cookie: `usher_panel_${port}=${'a'.repeat(32)}` })).status).toBe(403);
    expect((await ask('/', { cookie: `usher_panel_${port}=` })).status).toBe(403);
  });

  it.each(['usher.example.com', 'evil.test:80', '127.0.0.1', '127.0.0.1.evil.test'])(
    'are refused under the foreign name "%s"',
    async (host) => {
      const headers = await enter();

      expect((await ask('/', { ...headers, host })).status).toBe(421);
    },
  );

  it.each([
    '/../secret.html',
    '/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '/assets/../../secret.html',
    '/assets/%2e%2e%5c%2e%2e%5csecret.html',
    '//etc/passwd',
    '/assets//app-1a2b.js',
    '/%00index.html',
    '/index.html%00.js',
    '/.hidden.js',
    '/C:/secret.html',
    '/assets',
    '/assets/',
    '/%E0%A4%A',
    '/nothing.js',
    '/index.html.map',
  ])('never come from elsewhere: %s', async (path) => {
    const headers = await enter();

    const reply = await ask(path, headers);

    expect(reply.status).toBe(404);
    expect(reply.body).not.toContain('not yours');
  });

  it('answer GET and HEAD only', async () => {
    const headers = await enter();

    expect(await ask('/', headers, 'HEAD')).toMatchObject({ status: 200, body: '' });
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await ask('/', headers, method)).status).toBe(405);
  });

  it('lead to the console and to nowhere else', async () => {
    const headers = await enter();

    expect(await ask('/link/console', headers)).toMatchObject({
      status: 302,
      headers: { location: 'https://usher.example.com/' },
    });
    expect((await ask('/link/help', headers)).status).toBe(404);
    expect((await ask('/link/console')).status).toBe(403);
  });
});

describe('the socket of a page', () => {
  const origin = () => `http://127.0.0.1:${port}`;

  it('opens for our own page in a browser that came in', async () => {
    expect(await openSocket({ ...(await enter()), origin: origin() })).toBe('open');
  });

  it.each([
    ['another page', { origin: 'https://evil.test' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
    ['no page at all', {}],
    ['a sandboxed page', { origin: 'null' }],
  ])('is refused to %s, cookie or not', async (_, headers) => {
    expect(await openSocket({ ...(await enter()), ...headers })).toBe(403);
  });

  it('is refused without a cookie, under a foreign name, and elsewhere', async () => {
    const cookie = await enter();

    expect(await openSocket({ origin: origin() })).toBe(403);
    expect(await openSocket({ ...cookie, origin: origin(), host: 'evil.test' })).toBe(403);
    expect(await openSocket({ ...cookie, origin: origin() }, '/api/v1')).toBe(403);
  });

  it('answers what a page may ask, pushes states, and refuses to steer the host', async () => {
    await openSocket({ ...(await enter()), origin: origin() });
    const frames: Record<string, unknown>[] = [];
    sockets[0]?.on('message', (data) => frames.push(JSON.parse(data.toString())));

    for (const [index, name] of ['state', 'panelAddress', 'hold', 'endHold', 'shutdown'].entries())
      sockets[0]?.send(JSON.stringify({ id: index + 1, name, input: null }));
    sockets[0]?.send(JSON.stringify({ id: 6, name: 'queue', input: { productId: 'freecad' } }));
    await driver.until('all answers', () => frames.some(({ id }) => id === 6));
    driver.core.appear(1);
    driver.store.touch();
    await driver.until('a push', () => frames.some(({ push }) => push === 'state'));

    expect(frames.find(({ id }) => id === 1)).toMatchObject({ ok: true, output: { userName: 'ana' } });
    for (const id of [2, 3, 4, 5])
      expect(frames.find((frame) => frame.id === id)).toMatchObject({ ok: false, code: 'NOT_ALLOWED' });
    expect(frames.find(({ id }) => id === 6)).toMatchObject({ ok: true, output: { ok: true } });
    expect(driver.shutdowns).toBe(0);
  });

  it.each([
    ['text that is no request', 'hello', 1008],
    ['bytes', Buffer.from([1, 2, 3]), 1003],
    ['too much', 'x'.repeat(70_000), 1009],
  ])('is closed after %s', async (_, data, code) => {
    await openSocket({ ...(await enter()), origin: origin() });
    const closed = new Promise<number>((resolve) => sockets[0]?.on('close', resolve));

    sockets[0]?.send(data);

    expect(await closed).toBe(code);
  });
});
