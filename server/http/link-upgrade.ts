/**
 * [L113] The upgrade of another instance's link: a path of its own and a secret of its own. A page has no business here,
 * whatever it sends along; the Host may be any, because instances reach each other by addresses that nobody else uses.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { bearerToken } from '../agents/secrets.ts';
import type { LinkEvents } from '../cluster/link.ts';
import { MAXIMUM_LINK_MESSAGE_BYTES } from '../cluster/messages.ts';
import { wrapLinkSocket } from '../cluster/sockets.ts';
import type { HttpParts } from './http-parts.ts';
import type { ProblemCode } from './problems.ts';

type Refuse = (socket: Duplex, code: ProblemCode, detail: string) => void;

export function createLinkUpgrade(
  { instance, clock }: Pick<HttpParts, 'instance' | 'clock'>,
  refuse: Refuse,
) {
  const sockets = new WebSocketServer({
    ...{ noServer: true, clientTracking: false, perMessageDeflate: false },
    maxPayload: MAXIMUM_LINK_MESSAGE_BYTES,
  });
  return async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    if (instance === null || request.headers.origin !== undefined) {
      refuse(socket, 'NOT_FOUND', 'No socket is served at this address.');
      return;
    }
    const secret = bearerToken(request.headers.authorization);
    if (secret === null || !(await instance.isSecret(secret))) {
      refuse(socket, 'NOT_SIGNED_IN', 'This is for the servers of this database only.');
      return;
    }
    if (socket.destroyed) return;
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const events: LinkEvents = instance.accept(wrapLinkSocket(opened, clock, () => events));
    });
  };
}
