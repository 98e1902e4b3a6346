/** Who asks: an admin by cookie (a browser) or by bearer token (the command), or nobody. And how often one may fail. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bearerToken } from '../agents/secrets.ts';
import { type Admin, type AdminTokenParts, findAdmin } from './admin-tokens.ts';
import { readSessionCookie } from './cookie.ts';
import { type ProblemCode, sendProblem } from './problems.ts';
import { createTryLimit } from './try-limit.ts';

/** @returns null: nobody we know. A bearer token wins over a cookie. */
export async function isSignedIn(
  request: { readonly headers: IncomingHttpHeaders },
  parts: AdminTokenParts,
): Promise<Admin | null> {
  const token = bearerToken(request.headers.authorization);
  if (token !== null) return findAdmin(token, 'token', parts);
  const session = readSessionCookie(request.headers.cookie);
  return session === null ? null : findAdmin(session, 'session', parts);
}

export interface SignInLimits {
  /**
   * Answers a wrong token: with the given problem, and with TOO_MANY_TRIES from the eleventh within a minute on. Who
   * shows a right token is never held back: on loopback everybody shares one address.
   */
  refuseWrong(request: FastifyRequest, reply: FastifyReply, code: ProblemCode, detail: string): FastifyReply;
}

export function createSignInLimits(monotonicMs: () => number): SignInLimits {
  const limit = createTryLimit(monotonicMs);
  return {
    refuseWrong(request, reply, code, detail) {
      const waitMs = limit.waitMs(request.ip);
      if (waitMs === 0) {
        limit.failed(request.ip);
        return sendProblem(reply, code, detail);
      }
      const seconds = Math.ceil(waitMs / 1000);
      reply.header('retry-after', String(seconds));
      return sendProblem(reply, 'TOO_MANY_TRIES', `Too many wrong tokens. Try again in ${seconds} s.`);
    },
  };
}
