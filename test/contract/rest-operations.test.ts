/** What an administrator's tools and browser ask for: health, numbers, and the console's pages. Against a real server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let house: TestServer;
beforeAll(async () => {
  house = await startTestServer();
  // So that there is a request to count.
  await house.ask('GET', 'pools');
});
afterAll(() => house.stop());

describe('health, numbers and the console', () => {
  it('is ready only while the store takes writes', async () => {
    const { openMemoryStore } = await import('../../server/stores/memory/memory-store.ts');
    const store = openMemoryStore();
    let isFull = false;
    const write: typeof store.records.write = async (changes) => {
      if (isFull) throw new Error('disk full');
      return store.records.write(changes);
    };
    const own = await startTestServer({ store: { ...store, records: { ...store.records, write } } });
    isFull = true;

    const reply = await own.ask('GET', '/readyz', undefined, {});

    expect([reply.status, reply.body.code]).toEqual([503, 'NOT_READY']);
    expect((await own.ask('GET', '/healthz', undefined, {})).body).toEqual({ status: 'ok' });
    isFull = false;
    await own.stop();
  });

  it('tells numbers and no names', async () => {
    await house.agent({ account: { name: 'nameless-in-metrics', id: '9' } });

    const { body, headers } = await house.ask('GET', '/metrics', undefined, {});

    expect(headers.get('content-type')).toContain('text/plain');
    expect(body).toMatch(/^usher_agents_connected [1-9]/m);
    expect(body).toMatch(/^usher_ledger_event_number \d+/m);
    expect(body).toMatch(/usher_http_request_seconds_count\{route="\/api\/v1\/pools/);
    expect(body).not.toContain('nameless');
  });

  it('serves the console with a fresh nonce and a strict policy in every answer', async () => {
    const consoleDir = mkdtempSync(join(tmpdir(), 'usher-console-'));
    writeFileSync(join(consoleDir, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__">');
    writeFileSync(join(consoleDir, 'app.js'), 'console.log(1)');
    const own = await startTestServer({ consoleDir });
    const page = (path: string) => own.ask('GET', path, undefined, { accept: 'text/html' });

    const [first, second, deep] = [await page('/'), await page('/'), await page('/pools/free-cad')];
    const nonceOf = (body: string) => /content="([^"]+)"/.exec(body)?.[1];
    const script = await own.ask('GET', '/app.js', undefined, {});
    const missing = await own.ask('GET', '/missing.js', undefined, { accept: '*/*' });

    const policy = first.headers.get('content-security-policy') ?? '';
    expect(policy).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonceOf(first.body)}'; img-src 'self' data:; ` +
        "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(nonceOf(first.body)).not.toBe(nonceOf(second.body));
    expect(first.headers.get('x-content-type-options')).toBe('nosniff');
    expect(first.headers.get('referrer-policy')).toBe('no-referrer');
    expect(deep.status).toBe(200);
    expect(script.body).toBe('console.log(1)');
    expect(missing.status).toBe(404);
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2f..%2fetc/passwd'])
      expect((await own.ask('GET', path, undefined, {})).status).toBeGreaterThanOrEqual(400);
    await own.stop();
    rmSync(consoleDir, { recursive: true });
  });
});
