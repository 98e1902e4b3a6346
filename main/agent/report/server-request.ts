/** One HTTP request of the agent to its server, over the network or through a local door. Bounded in time and size. */
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';

const LIMIT_MS = 10_000;
const LARGEST_ANSWER_BYTES = 64 * 1024;

export interface ServerRequest {
  readonly serverUrl: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below the server's address, as /api/v1/enroll. */
  readonly path: string;
  /** Shown as bearer token; undefined: through the door, where the kernel says who asks. */
  readonly token?: string | undefined;
  /** The door's socket; undefined: over the network. */
  readonly socketPath?: string | undefined;
  readonly body?: unknown;
}

export interface ServerAnswer {
  readonly status: number;
  readonly text: string;
  /** The text as JSON; null: it is none, so not our server or a proxy before it. */
  readonly value: unknown;
}

/** Rejects when there is no whole answer in time. */
export async function askServer(request: ServerRequest): Promise<ServerAnswer> {
  const url = new URL(request.serverUrl);
  const isPlain = request.socketPath !== undefined || url.protocol === 'http:';
  const http = isPlain ? await import('node:http') : await import('node:https');
  const { status, text } = await send(http.request(optionsOf(request, url)), request.body);
  return { status, text, value: parseJson(text) };
}

function optionsOf({ method, path, token, socketPath, body }: ServerRequest, url: URL): RequestOptions {
  return {
    method,
    path: socketPath === undefined ? `${url.pathname.replace(/\/$/, '')}${path}` : path,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(socketPath !== undefined && { host: 'localhost' }),
    },
    timeout: LIMIT_MS,
    agent: false,
    ...(socketPath === undefined
      ? { hostname: url.hostname.replace(/^\[|\]$/g, ''), port: url.port }
      : { socketPath }),
  };
}

function send(request: ClientRequest, body: unknown): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', reject);
    request.on('response', (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > LARGEST_ANSWER_BYTES) response.destroy(new Error('the answer is too long'));
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the status alone decides then
  }
}

/** What a thrown request says in a word: the system's code, where it has one. */
export const requestErrorWord = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
