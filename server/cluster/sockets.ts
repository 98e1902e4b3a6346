/** The real sockets of links: `ws` in both directions. Knows the secret's header and no message. */
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import WebSocket from 'ws';
import { type Clock, SECOND } from '../../shared/time.ts';
import { LINK_CLOSE, type LinkEvents, type LinkSocket, type OpenLink } from './link.ts';
import { LINK_PATH, MAXIMUM_LINK_MESSAGE_BYTES } from './messages.ts';

/** After a close the other end has this long to answer, then the connection is cut. */
const CLOSE_PATIENCE_MS = SECOND;
const OPEN_PATIENCE_MS = 2 * SECOND;

/** Connects an open or opening socket to one end of a link. */
export function wrapLinkSocket(socket: WebSocket, clock: Clock, events: () => LinkEvents): LinkSocket {
  let isClosing = false;
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    // Binary frames are nothing that the decoder knows: it refuses the text.
    events().onText(isBinary ? '' : data.toString('utf8'));
  });
  socket.on('close', () => events().onClosed());
  // `close` follows; why it could not be opened is told by who opened it.
  socket.on('error', () => {});
  return {
    send(text) {
      if (socket.readyState === socket.OPEN) socket.send(text);
    },
    unreadBytes: () => socket.bufferedAmount,
    close(why) {
      if (isClosing) return;
      isClosing = true;
      socket.close(LINK_CLOSE[why], why);
      const cancel = clock.setTimer(() => socket.terminate(), CLOSE_PATIENCE_MS);
      socket.once('close', cancel);
    },
  };
}

/**
 * Links to other instances. With TLS the other end's certificate must be good: signed by an authority that this
 * machine knows, or the same one that this instance shows.
 */
export function createOpenLink(clock: Clock, ownCertificatePath: string | null): OpenLink {
  const tls =
    ownCertificatePath === null
      ? {}
      : { ca: [...rootCertificates, readFileSync(ownCertificatePath, 'utf8')] };
  return (url, secret, events) => {
    const socket = new WebSocket(new URL(LINK_PATH, url.replace(/^http/, 'ws')), {
      ...tls,
      headers: { authorization: `Bearer ${secret}` },
      perMessageDeflate: false,
      maxPayload: MAXIMUM_LINK_MESSAGE_BYTES,
      handshakeTimeout: OPEN_PATIENCE_MS,
      followRedirects: false,
    });
    socket.once('open', () => events.onOpen());
    socket.once('error', (error) => events.onFailed(error));
    return wrapLinkSocket(socket, clock, () => events);
  };
}
