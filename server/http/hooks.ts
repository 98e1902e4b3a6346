/** What every request passes before its handler: Host, Origin, sign-in; and what becomes of errors on the way back. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { NotDurableError } from '../ledger/commit-queue.ts';
import { storageFaultOf } from '../stores/storage-fault.ts';
import { ArchiveGoneError } from '../stores/store.ts';
import { changesState, isHostAllowed, isOriginAllowed } from './guard.ts';
import type { Http, HttpParts } from './http-parts.ts';
import { type ProblemCode, sendProblem } from './problems.ts';
import { isSignedIn, type SignInLimits } from './sign-in.ts';

/** Asked by watchdogs and load balancers under whatever address they know; they tell nothing worth rebinding for. */
const ANY_HOST_PATHS = new Set(['/healthz', '/readyz']);

/** @returns the code of the refusal, or null */
export function refuseByHeaders(
  request: { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders },
  publicNames: readonly string[],
): ProblemCode | null {
  const { host, origin } = request.headers;
  if (!ANY_HOST_PATHS.has(request.path) && !isHostAllowed(host, publicNames)) return 'HOST_NOT_ALLOWED';
  if (changesState(request.method) && !isOriginAllowed(origin, host)) return 'ORIGIN_NOT_ALLOWED';
  return null;
}

export const REFUSAL_DETAILS: Partial<Record<ProblemCode, string>> = {
  HOST_NOT_ALLOWED: 'Ask for this server by a name it has: localhost, or one given with --public-name.',
  ORIGIN_NOT_ALLOWED: 'A page of another origin may not do this. Open the console of this server itself.',
};

export function guardRequests(app: Http, { config }: HttpParts): void {
  app.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const refusal = refuseByHeaders(
      { method: request.method, path, headers: request.headers },
      config.publicNames,
    );
    if (refusal !== null) return sendProblem(reply, refusal, REFUSAL_DETAILS[refusal] ?? '');
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    if (path.startsWith('/api/')) reply.header('cache-control', 'no-store');
    return undefined;
  });
}

/** For the routes of the admin. A browser's cookie counts for changes only together with an Origin that is ours. */
export function requireAdmin(app: Http, parts: HttpParts, limits: SignInLimits): void {
  app.addHook('onRoute', ({ schema }) => {
    if (schema) schema.security = [{ adminToken: [] }, { adminSession: [] }];
  });
  app.addHook('onRequest', async (request, reply) => {
    request.admin = await isSignedIn(request, parts);
    if (request.admin === null) {
      const detail = 'Sign in with the admin token first.';
      if (request.headers.authorization === undefined) return sendProblem(reply, 'NOT_SIGNED_IN', detail);
      return limits.refuseWrong(request, reply, 'NOT_SIGNED_IN', detail);
    }
    if (
      request.admin.kind === 'session' &&
      changesState(request.method) &&
      request.headers.origin === undefined
    )
      return sendProblem(
        reply,
        'ORIGIN_NOT_ALLOWED',
        'A change by a browser must say which page it comes from.',
      );
    return undefined;
  });
}

const FASTIFY_CODES: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'NOT_JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'BAD_REQUEST',
  FST_ERR_CTP_INVALID_JSON_BODY: 'BAD_REQUEST',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BAD_REQUEST',
};

/** What a person can do with an error that no handler expected; faults of our own are logged and not told. */
export function handleErrors(app: Http, { log }: HttpParts): void {
  app.setErrorHandler((error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    if (hasZodFastifySchemaValidationErrors(error)) {
      const [issue] = error.validation;
      const where = `${error.validationContext ?? 'request'}${issue?.instancePath ?? ''}`;
      return sendProblem(
        reply,
        'BAD_REQUEST',
        `It does not fit at ${where}: ${issue?.message ?? 'unknown'}.`,
      );
    }
    const code = FASTIFY_CODES[error.code];
    if (code !== undefined) return sendProblem(reply, code, error.message);
    const fault = storageFaultOf(error);
    if (fault !== null || error instanceof NotDurableError) {
      log.error({ err: error, route: request.routeOptions.url }, 'a request could not be kept');
      return sendProblem(reply, 'NOT_READY', fault?.sentence ?? error.message);
    }
    if (error instanceof ArchiveGoneError) return sendProblem(reply, 'ARCHIVE_GONE', error.message);
    if (error.statusCode !== undefined && error.statusCode < 500)
      return sendProblem(reply, 'BAD_REQUEST', error.message);
    log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'a request failed');
    return sendProblem(
      reply,
      'INTERNAL',
      'The server failed; its log says more. Try again, and tell the admin if it stays.',
    );
  });
}
