/** Signing in and out: the admin's token against a cookie that scripts cannot read. */
import { z } from 'zod';
import { sessionStateSchema, signInAnswerSchema, signInRequestSchema } from '../../../shared/rest.ts';
import { signIn, signOut } from '../admin-tokens.ts';
import { endedCookie, sessionCookie } from '../cookie.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { problemResponses } from '../problems.ts';
import { isSignedIn, type SignInLimits } from '../sign-in.ts';

/** Everybody may ask these; the limits hold back who guesses. */
export function sessionRoutes(app: Http, parts: HttpParts, limits: SignInLimits): void {
  const { config } = parts;
  const isSecure = config.tls !== null || config.isBehindProxy;

  app.post(
    '/session',
    {
      schema: {
        tags: ['session'],
        summary: "Sign in with the admin's token",
        body: signInRequestSchema,
        response: { 200: signInAnswerSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const signedIn = await signIn(request.body.token, config.timing.adminSessionMs, parts);
      if (!signedIn.ok) return limits.refuseWrong(request, reply, signedIn.code, signedIn.message);
      const { session, expiresAtMs } = signedIn.value;
      reply.header('set-cookie', sessionCookie(session, config.timing.adminSessionMs, isSecure));
      return { expiresAtMs };
    },
  );

  app.get(
    '/session',
    {
      schema: {
        tags: ['session'],
        summary: 'Whether this browser is signed in',
        response: { 200: sessionStateSchema, ...problemResponses },
      },
    },
    async (request) => {
      const admin = await isSignedIn(request, parts);
      return { signedIn: admin !== null, expiresAtMs: admin?.expiresAtMs ?? null };
    },
  );

  app.delete(
    '/session',
    {
      schema: {
        tags: ['session'],
        summary: 'Sign out',
        response: { 204: z.null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const admin = await isSignedIn(request, parts);
      if (admin?.kind === 'session') await signOut(admin.tokenId, parts);
      reply.header('set-cookie', endedCookie(isSecure));
      return reply.code(204).send(null);
    },
  );
}
