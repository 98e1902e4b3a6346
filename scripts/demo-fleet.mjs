// Forty simulated colleagues for servers that run: `node scripts/demo-fleet.mjs --token ADMIN-TOKEN URL...`. With more
// than one address a small balancer in front hands connections out in turn and passes over servers that are not there.
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({ options: { token: { type: 'string' } }, allowPositionals: true });
const targets = positionals.filter((text) => URL.canParse(text)).map((text) => new URL(text));
if (!values.token || targets.length === 0 || targets.length < positionals.length) {
  console.error('usage: node scripts/demo-fleet.mjs --token ADMIN-TOKEN http://127.0.0.1:PORT...');
  process.exit(2);
}

let turn = 0;
/** Tries each server once, beginning with the next in turn. */
function reach(client, tries) {
  if (tries === 0 || client.destroyed) return client.destroy();
  const { hostname, port } = targets[turn++ % targets.length];
  const server = connect(Number(port), hostname);
  server.once('connect', () => {
    client.pipe(server).pipe(client);
    server.on('close', () => client.destroy());
  });
  server.on('error', () => {
    if (server.connecting || server.bytesWritten === 0) reach(client, tries - 1);
    else client.destroy();
  });
  client.on('close', () => server.destroy());
  return undefined;
}
const balancer = createServer((client) => {
  client.on('error', () => client.destroy());
  reach(client, targets.length);
});
await new Promise((resolve) => balancer.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${balancer.address().port}`;

const answer = await fetch(`${url}/api/v1/enrollment-tokens`, {
  method: 'POST',
  headers: { authorization: `Bearer ${values.token}`, 'content-type': 'application/json' },
  body: JSON.stringify({ label: 'demo fleet', validForMs: 86_400_000 }),
});
if (!answer.ok) {
  console.error(`No enrollment token: ${answer.status} ${await answer.text()}`);
  process.exit(1);
}
const { token: enrollmentToken } = await answer.json();

const dataDir = mkdtempSync(join(tmpdir(), 'usher-demo-fleet-'));
// The Node of the installation: the one that runs this file may be older.
const pinned = join(root, 'node_modules/.bin/node');
const child = fork(join(root, 'dist/cli/usher.mjs'), ['demo-colleagues', '--data', dataDir], {
  stdio: 'inherit',
  ...(existsSync(pinned) ? { execPath: pinned } : {}),
});
child.send({ url, adminToken: values.token, enrollmentToken });
child.on('message', ({ type, colleagues, pools }) => {
  if (type === 'ready') console.log(`${colleagues} colleagues work on ${pools} pools, by way of ${url}`);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.connected && child.disconnect());
child.on('exit', (code) => {
  rmSync(dataDir, { recursive: true, force: true });
  process.exit(code ?? 1);
});
