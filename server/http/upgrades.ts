/**
 * WebSocket upgrades: /api/v1/agent for agents, /api/v1/live for the console, the link of other servers. Checks Host, Origin and who asks; what
 * happens on an open socket is the business of agents/ and of the live feed.
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { listenToSocket, MAXIMUM_FRAME_BYTES, wrapSocket } from '../agents/agent-socket.ts';
import { CredentialDesk } from '../agents/credential-desk.ts';
import { bearerToken } from '../agents/secrets.ts';
import { LINK_PATH } from '../cluster/messages.ts';
import type { CredentialRow } from '../stores/records.ts';
import { isOriginAllowed } from './guard.ts';
import { REFUSAL_DETAILS, refuseByHeaders } from './hooks.ts';
import type { Http, HttpParts } from './http-parts.ts';
import { createLinkUpgrade } from './link-upgrade.ts';
import { endLiveFeed, serveLiveFeed } from './live-feed.ts';
import { makeProblem, type ProblemCode } from './problems.ts';
import { isSignedIn } from './sign-in.ts';

/** What a page may say on the live socket; it has nothing to say. */
const MAXIMUM_LIVE_FRAME_BYTES = 4_096;

export interface Upgrades {
  /** Says goodbye to the console's pages; agents are the hub's. */
  close(): void;
}

export function serveUpgrades(app: Http, parts: HttpParts): Upgrades {
  const options = { noServer: true, clientTracking: false, perMessageDeflate: false } as const;
  const agents = new WebSocketServer({ ...options, maxPayload: MAXIMUM_FRAME_BYTES });
  const pages = new WebSocketServer({ ...options, maxPayload: MAXIMUM_LIVE_FRAME_BYTES });
  const openPages = new Set<WebSocket>();
  const credentials = new CredentialDesk(parts.records);
  const serveLink = createLinkUpgrade(parts, refuseUpgrade);

  async function serveAgent(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const credential = await findCredential(request, credentials);
    // A crowd is let in a slice at a time: what those who are in say goes on in between.
    parts.hub.newcomers.enter(() => letIn(request, socket, head, credential));
  }

  function letIn(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    credential: CredentialRow | null,
  ): void {
    if (socket.destroyed) return;
    agents.handleUpgrade(request, socket, head, (opened) => {
      const wrapped = wrapSocket(opened, socket, parts.clock);
      if (credential === null) {
        opened.on('error', () => {});
        return wrapped.close('UNAUTHORIZED');
      }
      const session = parts.hub.admit(wrapped, credential);
      return listenToSocket(opened, {
        onText: (text) => session.receive(text),
        onUnreadable: (name) => session.close(name),
        onClosed: () => session.socketClosed(),
      });
    });
  }

  async function servePage(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const admin = await isSignedIn(request, parts);
    if (admin === null) return refuseUpgrade(socket, 'NOT_SIGNED_IN', 'Sign in first.');
    if (admin.kind === 'session' && request.headers.origin === undefined)
      return refuseUpgrade(socket, 'ORIGIN_NOT_ALLOWED', REFUSAL_DETAILS.ORIGIN_NOT_ALLOWED ?? '');
    if (socket.destroyed) return undefined;
    return pages.handleUpgrade(request, socket, head, (opened) => {
      openPages.add(opened);
      opened.on('close', () => openPages.delete(opened));
      serveLiveFeed(opened, parts, async () => (await isSignedIn(request, parts)) !== null);
    });
  }

  const served = new Map([
    ['/api/v1/agent', serveAgent],
    ['/api/v1/live', servePage],
  ]);
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {});
    const path = (request.url ?? '').split('?', 1)[0];
    const isLink = path === LINK_PATH;
    const refusal = isLink ? null : refuseUpgradeByHeaders(request, parts);
    if (refusal !== null) return refuseUpgrade(socket, refusal, REFUSAL_DETAILS[refusal] ?? '');
    const serve = isLink ? serveLink : served.get(path ?? '');
    if (serve === undefined)
      return refuseUpgrade(socket, 'NOT_FOUND', 'No socket is served at this address.');
    return serve(request, socket, head).catch((error: unknown) => {
      parts.log.error({ err: error }, 'an upgrade failed');
      refuseUpgrade(socket, 'INTERNAL', 'The server failed. Try again.');
    });
  });

  return {
    close() {
      for (const page of openPages) endLiveFeed(page);
    },
  };
}

/** Unlike for plain requests, a page of another origin may not even read by a socket. */
function refuseUpgradeByHeaders(
  { headers, url }: IncomingMessage,
  { config }: HttpParts,
): ProblemCode | null {
  const refusal = refuseByHeaders({ method: 'GET', path: url ?? '', headers }, config.publicNames);
  if (refusal !== null) return refusal;
  return isOriginAllowed(headers.origin, headers.host) ? null : 'ORIGIN_NOT_ALLOWED';
}

async function findCredential(request: IncomingMessage, credentials: CredentialDesk) {
  const secret = bearerToken(request.headers.authorization);
  return secret === null ? null : credentials.find(secret);
}

function refuseUpgrade(socket: Duplex, code: ProblemCode, detail: string): void {
  if (socket.destroyed) return;
  const problem = makeProblem(code, detail);
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
