/**
 * The panel in a browser: loopback HTTP for its files and a WebSocket for its frames. Started only when somebody asks
 * for an address. Who may come in is page-guard.ts's part, what a request means face.ts's.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { MAXIMUM_FRAME_BYTES } from '../../../shared/agent-api-codec.ts';
import type { Clock } from '../../../shared/time.ts';
import { errorText, type Log } from '../log.ts';
import { Face } from './face.ts';
import type { FaceDesk } from './face-desk.ts';
import { pagePolicy, readPageFile } from './page-files.ts';
import { PageGuard } from './page-guard.ts';

export interface PageServer {
  /** A fresh address that works once. */
  makeAddress(): string;
  stop(): Promise<void>;
}

export interface PageServerOptions {
  readonly panelDir: string;
  readonly desk: FaceDesk;
  readonly clock: Clock;
  readonly log: Log;
  /** Where `/link/NAME` leads; null: nowhere now. */
  readonly linkTarget: (name: string) => string | null;
}

const SOCKET_PATH = '/api';
const MAXIMUM_REQUEST_BYTES = 64 * 1024;
const MAXIMUM_SOCKETS = 32;

export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const guard = new PageGuard(options.clock);
  const server = createServer((request, response) => {
    answer(request, response, guard, options).catch((error: unknown) => {
      options.log.error('a page could not be answered', { error: errorText(error) });
      if (!response.headersSent) refuse(response, 500, 'Usher failed at this. Its log says why.');
      else response.destroy();
    });
  });
  server.headersTimeout = 10_000;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAXIMUM_REQUEST_BYTES,
    perMessageDeflate: false,
  });
  server.on('upgrade', (request, stream, head) =>
    upgrade(request, stream, head, { guard, sockets, options }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  guard.listensAt((server.address() as AddressInfo).port);
  return {
    makeAddress: () => guard.makeAddress(),
    stop: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    .end(`${sentence}\n`);
}

const STALE_ADDRESS = 'This address was used before, or is too old. Ask Usher for a fresh one.';

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  guard: PageGuard,
  { panelDir, linkTarget }: PageServerOptions,
): Promise<void> {
  if (!guard.isOurHost(request)) return refuse(response, 421, 'Usher is not known by this name.');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(response, 405, 'Only GET is answered.');
  const url = new URL(request.url ?? '/', guard.origin);
  if (url.pathname === '/enter') {
    const cookie = guard.enter(url.searchParams.get('token') ?? '');
    if (cookie === null) return refuse(response, 403, STALE_ADDRESS);
    response.writeHead(303, {
      location: '/',
      'set-cookie': cookie,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    response.end();
    return;
  }
  if (!guard.isKnownBrowser(request)) return refuse(response, 403, STALE_ADDRESS);
  if (url.pathname.startsWith('/link/')) {
    const target = linkTarget(url.pathname.slice('/link/'.length));
    if (target === null) return refuse(response, 404, 'There is no such place now.');
    response
      .writeHead(302, { location: target, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
      .end();
    return;
  }
  const nonce = randomBytes(16).toString('base64');
  const file = await readPageFile(panelDir, url.pathname, nonce);
  if (!file) return refuse(response, 404, 'There is nothing here.');
  response.writeHead(200, {
    'content-type': file.type,
    'content-security-policy': pagePolicy(nonce),
    'cache-control': file.isImmutable ? 'private, max-age=31536000, immutable' : 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
  response.end(request.method === 'HEAD' ? undefined : file.body);
}

interface Upgrade {
  readonly guard: PageGuard;
  readonly sockets: WebSocketServer;
  readonly options: PageServerOptions;
}

function upgrade(
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
  { guard, sockets, options }: Upgrade,
): void {
  stream.on('error', (error) => options.log.debug('a page connection failed', { error: errorText(error) }));
  const isAllowed =
    guard.isOurHost(request) &&
    guard.isOurOrigin(request) &&
    guard.isKnownBrowser(request) &&
    request.url === SOCKET_PATH &&
    sockets.clients.size < MAXIMUM_SOCKETS;
  if (!isAllowed) {
    stream.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(request, stream, head, (socket) => attach(socket, options));
}

function attach(socket: WebSocket, { desk, log }: PageServerOptions): void {
  const carrier = {
    send(frame: string): boolean {
      if (socket.bufferedAmount > 2 * MAXIMUM_FRAME_BYTES) {
        // It asks and does not read: nothing is owed to it any more.
        socket.terminate();
        return false;
      }
      socket.send(frame, () => {
        if (socket.bufferedAmount === 0) face.drained();
      });
      return socket.bufferedAmount === 0;
    },
    close: () => socket.close(1008, ''),
  };
  const face: Face = new Face(carrier, desk, 'page', log);
  socket.on('message', (data, isBinary) => {
    if (isBinary) socket.close(1003, '');
    else face.receive(data.toString());
  });
  socket.on('error', (error) => log.debug('a page socket failed', { error: errorText(error) }));
  socket.on('close', () => face.gone());
}
