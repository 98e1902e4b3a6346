/** The port to the network: a socket of WHATWG shape, and the default one. Nothing else in the agent opens a WebSocket. */
import { MAXIMUM_MESSAGE_BYTES } from '../../../shared/protocol.ts';

export interface AgentSocket {
  readonly bufferedAmount: number;
  onopen: (() => void) | null;
  /** `data` is a string for text; anything else is not of this protocol. */
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  /** Once, also when the socket never opened. 1006: it ended without a word. */
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  /** Ends it without waiting for the other end, which may be gone. */
  terminate(): void;
}

/**
 * Opens a socket to the server's agent address with the device credential as bearer.
 * @param url http or https address of the server
 */
export type OpenSocket = (url: string, credential: string) => Promise<AgentSocket>;

const AGENT_PATH = '/api/v1/agent';
const HANDSHAKE_LIMIT_MS = 10_000;

/** The address at which agents connect, from the server's own address. */
export function agentSocketUrl(serverUrl: string): string {
  const url = new URL(serverUrl);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  url.pathname = `${url.pathname.replace(/\/$/, '')}${AGENT_PATH}`;
  return url.href;
}

/** The real one, by the `ws` package: it can send the header, and cut a socket whose other end is gone. */
export const openWebSocket: OpenSocket = async (url, credential) => {
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(agentSocketUrl(url), {
    headers: { authorization: `Bearer ${credential}` },
    perMessageDeflate: false,
    maxPayload: 4 * MAXIMUM_MESSAGE_BYTES,
    handshakeTimeout: HANDSHAKE_LIMIT_MS,
    followRedirects: false,
  });
  return socket as unknown as AgentSocket;
};
