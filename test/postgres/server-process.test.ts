/** The server as the process it is, on a PostgreSQL that speaks TLS only: killed, started again, asked for a report. */
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '../../shared/time.ts';
import { makeCertificate } from '../bench/self-signed.ts';
import { type PostgresCluster, startPostgres } from '../support/a-postgres.ts';
import { ended, factsFrom, started } from '../support/facts.ts';
import { type RunningServer, startServer } from '../support/house.ts';
import { RawAgent } from '../support/raw-agent.ts';
import { anEnrollment } from '../support/test-server.ts';

let dir: string;
let certPath: string;
let cluster: PostgresCluster;
let server: RunningServer | null = null;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'usher-tls-'));
  const certificate = makeCertificate(dir);
  certPath = certificate.certPath;
  cluster = await startPostgres();
  // PostgreSQL reads a key only of its own account.
  const { uid, gid } = statSync(join(cluster.dir, 'data'));
  if (process.getuid?.() === 0)
    for (const path of [dir, certPath, certificate.keyPath]) chownSync(path, uid, gid);
  await cluster.halt();
  await cluster.start({ ssl: 'on', ssl_cert_file: certPath, ssl_key_file: certificate.keyPath });
});
afterAll(async () => {
  await server?.stop();
  await cluster.stop();
  rmSync(dir, { recursive: true });
});

async function ask(token: string | undefined, method: string, path: string, body?: unknown) {
  const response = await fetch(new URL(`/api/v1/${path}`, server?.url), {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  return { status: response.status, body: (await response.json()) as any };
}

describe('a server on PostgreSQL over TLS', () => {
  it('[L84] holds a seat over kill -9, and tells what was used', async () => {
    const url = new URL(await cluster.createDatabase());
    url.searchParams.set('sslmode', 'verify-full');
    url.searchParams.set('sslrootcert', certPath);
    const urlPath = join(dir, 'database-url');
    writeFileSync(urlPath, `${url.href}\n`, { mode: 0o600 });
    const dataDir = join(dir, 'data');
    const start = () => startServer(dataDir, { extraArgs: ['--database-file', urlPath] });
    server = await start();
    const { adminToken } = server;
    const pool = { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] };
    expect((await ask(adminToken, 'POST', 'pools', pool)).status).toBeLessThan(300);
    const { body } = await ask(server.enrollmentToken, 'POST', 'enroll', anEnrollment());
    const agent = new RawAgent(server.url, body.credential);
    await agent.greet();
    agent.send(factsFrom(1, started('k1')));
    await agent.take('ack');

    server.child.kill('SIGKILL');
    await once(server.child, 'exit');
    server = await start();

    const pools = await ask(adminToken, 'GET', 'pools');
    expect(pools.body.items[0].view).toMatchObject({
      seats: { inUse: 1 },
      holders: [{ sessionId: 'k1', seat: 'held', userName: 'ana' }],
    });
    const again = new RawAgent(server.url, body.credential);
    expect(await again.greet({ openSessionIds: ['k1'] })).toMatchObject({ acknowledgedSeq: 1 });
    again.send(factsFrom(2, ended('k1')));
    await again.take('ack');
    const dayMs = Math.floor(Date.now() / DAY) * DAY;
    const query = `reports/usage?productId=freecad&by=user&fromMs=${dayMs - DAY}&toMs=${dayMs + 2 * DAY}`;
    const report = await ask(adminToken, 'GET', query);
    expect(report).toMatchObject({ status: 200, body: { users: [{ userName: 'ana' }] } });
    expect(report.body.total.grantedMs).toBeGreaterThan(0);
    const uneven = await ask(adminToken, 'GET', query.replace('fromMs=', 'fromMs=1'));
    expect(uneven).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
    const numbers = await (await fetch(new URL('/metrics', server.url))).text();
    expect(numbers).toMatch(/^usher_store_commit_seconds_count [1-9]/m);
    expect(numbers).toMatch(/^usher_store_failures_total 0$/m);
    again.close();
    agent.close();
  });
});
