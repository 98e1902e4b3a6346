/** Serves the built console: one page with a fresh nonce and a strict policy in each answer, and its files. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Http } from './http-parts.ts';
import { sendProblem } from './problems.ts';

const NONCE_PLACEHOLDER = '__CSP_NONCE__';

/** Nothing but our own files, no frames, no forms, and styles only where the nonce vouches for them. */
export const contentSecurityPolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const wantsPage = ({ method, headers }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html');

/** @param consoleDir null: this build has no console; the address then says so */
export async function serveConsole(app: Http, consoleDir: string | null): Promise<void> {
  const html = consoleDir === null ? null : await readFile(join(consoleDir, 'index.html'), 'utf8');

  function sendPage(reply: FastifyReply): FastifyReply {
    if (html === null)
      return sendProblem(reply, 'NOT_FOUND', 'This build has no console. Run `npm run build`.');
    const nonce = randomBytes(16).toString('base64');
    return reply
      .header('content-security-policy', contentSecurityPolicy(nonce))
      .header('cross-origin-opener-policy', 'same-origin')
      .header('cross-origin-resource-policy', 'same-origin')
      .header('x-frame-options', 'DENY')
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(html.replaceAll(NONCE_PLACEHOLDER, nonce));
  }

  app.get('/', { schema: { hide: true } }, (_request, reply) => sendPage(reply));
  app.get('/index.html', { schema: { hide: true } }, (_request, reply) => sendPage(reply));
  if (consoleDir !== null)
    await app.register(fastifyStatic, {
      root: consoleDir,
      index: false,
      wildcard: false,
      globIgnore: ['index.html'],
      cacheControl: false,
      schemaHide: true,
      setHeaders: (reply) => {
        reply.header('content-security-policy', contentSecurityPolicy('none'));
        reply.header('cache-control', 'no-cache');
      },
    });
  // The console's own addresses (/pools/x) are pages of the same file; everything else that is not there is not there.
  app.setNotFoundHandler((request, reply) => {
    const isPage = html !== null && wantsPage(request) && !request.url.startsWith('/api/');
    return isPage ? sendPage(reply) : sendProblem(reply, 'NOT_FOUND', 'Nothing is served at this address.');
  });
}
