/**
 * Serves a built page as the loopback server and the console's server do: a fresh style nonce for each answer, the
 * strict policy, and (for the panel) a socket at /api. Loopback, port given by the system.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { WebSocketServer } from 'ws';
import type { FakeHost } from './fake-bridge.ts';

const rootDir = fileURLToPath(new URL('../..', import.meta.url));
const buildPath = path.join(rootDir, 'scripts/build.mjs');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function newestChangeMs(dir: string): number {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true });
  return Math.max(
    ...files.filter((f) => f.isFile()).map((f) => statSync(path.join(f.parentPath, f.name)).mtimeMs),
  );
}

/** Folder of the built page; builds it where the sources are newer. */
export async function builtPage(page: 'panel' | 'console'): Promise<string> {
  const pageDir = path.join(rootDir, 'dist', page);
  const indexPath = path.join(pageDir, 'index.html');
  const sources = Math.max(
    newestChangeMs(path.join(rootDir, 'renderer')),
    newestChangeMs(path.join(rootDir, 'shared')),
  );
  if (!existsSync(indexPath) || statSync(indexPath).mtimeMs < sources) {
    // As people get it: a page built under the tests' own NODE_ENV would carry React's development parts.
    const env = { ...process.env, NODE_ENV: 'production' };
    await promisify(execFile)(process.execPath, [buildPath, page], { cwd: rootDir, env });
  }
  return pageDir;
}

/** The policy of docs/SECURITY for a page in a browser. */
export const pagePolicy = (nonce: string, connectSource: "'self'" | "'none'"): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "font-src 'self'",
    `connect-src ${connectSource}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

async function servePage(
  pageDir: string,
  connectSource: "'self'" | "'none'",
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://page');
  const name = pathname === '/' ? 'index.html' : pathname.slice(1);
  const filePath = path.join(pageDir, name);
  if (!filePath.startsWith(pageDir) || !existsSync(filePath)) {
    response.writeHead(404).end();
    return;
  }
  const nonce = randomBytes(16).toString('base64');
  const content = await readFile(filePath);
  response.setHeader('content-security-policy', pagePolicy(nonce, connectSource));
  response.setHeader('content-type', TYPES[path.extname(name)] ?? 'application/octet-stream');
  response.end(name === 'index.html' ? content.toString().replace('__CSP_NONCE__', nonce) : content);
}

export interface PageServer {
  readonly url: string;
  /** Ends every open socket, as a host that stops does. */
  dropSockets(): void;
  stop(): Promise<void>;
}

/** @param options without a host the page may connect to nothing, as in the shell's window */
export async function startPageServer(
  pageDir: string,
  options: { readonly host?: FakeHost },
): Promise<PageServer> {
  const { host } = options;
  const server = createServer((request, response) =>
    servePage(pageDir, host ? "'self'" : "'none'", request, response),
  );
  const sockets = new WebSocketServer({ server, path: '/api' });
  sockets.on('connection', (socket) => {
    if (!host) return socket.terminate();
    const stop = host.onState((state) => socket.send(JSON.stringify({ push: 'state', value: state })));
    socket.on('close', stop);
    socket.on('message', async (data) => socket.send(await host.receive(String(data))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const dropSockets = () => {
    for (const socket of sockets.clients) socket.terminate();
  };
  return {
    url: `http://127.0.0.1:${port}/`,
    dropSockets,
    async stop() {
      dropSockets();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
