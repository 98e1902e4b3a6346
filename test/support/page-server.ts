/**
 * Serves a built page as the loopback server and the console's server do: a fresh style nonce for each answer, the
 * strict policy, and (for the panel) a socket at /api. Loopback, port given by the system.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { WebSocketServer } from 'ws';
import type { FakeHost } from './fake-bridge.ts';

const rootDir = fileURLToPath(new URL('../..', import.meta.url));
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
    await build({ configFile: path.join(rootDir, `renderer/vite.${page}.config.ts`), logLevel: 'error' });
  }
  return pageDir;
}

/** The policy of docs/SECURITY for a page in a browser. */
export const pagePolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

async function servePage(pageDir: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://page');
  const name = pathname === '/' ? 'index.html' : pathname.slice(1);
  const filePath = path.join(pageDir, name);
  if (!filePath.startsWith(pageDir) || !existsSync(filePath)) {
    response.writeHead(404).end();
    return;
  }
  const nonce = randomBytes(16).toString('base64');
  const content = await readFile(filePath);
  response.setHeader('content-security-policy', pagePolicy(nonce));
  response.setHeader('content-type', TYPES[path.extname(name)] ?? 'application/octet-stream');
  response.end(name === 'index.html' ? content.toString().replace('__CSP_NONCE__', nonce) : content);
}

export interface PageServer {
  readonly url: string;
  /** Ends every open socket, as a host that stops does. */
  dropSockets(): void;
  stop(): Promise<void>;
}

/** @param handle answers what is not a file of the page (REST); returns false where it does not know the request */
export async function startPageServer(
  pageDir: string,
  options: {
    readonly host?: FakeHost;
    readonly socketPath?: string;
    readonly onSocket?: (send: (text: string) => void) => void;
    readonly handle?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  },
): Promise<PageServer> {
  const server = createServer(async (request, response) => {
    if (await options.handle?.(request, response)) return;
    await servePage(pageDir, request, response);
  });
  const sockets = new WebSocketServer({ server, path: options.socketPath ?? '/api' });
  sockets.on('connection', (socket) => {
    options.onSocket?.((text) => socket.send(text));
    const { host } = options;
    if (!host) return;
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
