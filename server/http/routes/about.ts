/** What everybody may ask: what this is, whether it lives, whether it can work, and its numbers. */
import { z } from 'zod';
import { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from '../../../shared/protocol.ts';
import { aboutSchema } from '../../../shared/rest.ts';
import { isLoopback } from '../../config.ts';
import { SERVER_VERSION } from '../../version.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import type { Metrics } from '../metrics.ts';
import { problemResponses, sendProblem } from '../problems.ts';
import { isSignedIn } from '../sign-in.ts';

const statusSchema = z.object({ status: z.literal('ok') });
const readinessSchema = statusSchema.extend({
  /** Among several servers on one database: who decides. */
  role: z.enum(['owner', 'follower']).optional(),
});

export function aboutRoutes(app: Http, { config }: HttpParts): void {
  app.get(
    '/about',
    {
      schema: {
        tags: ['about'],
        summary: 'What this server is and which agents it understands',
        response: { 200: aboutSchema, ...problemResponses },
      },
    },
    async () => ({
      name: 'usher' as const,
      version: SERVER_VERSION,
      protocol: { newest: PROTOCOL_VERSION, oldest: OLDEST_PROTOCOL_VERSION },
      demo: config.isDemo,
    }),
  );
}

/** For watchdogs and monitoring; outside /api. */
export function healthRoutes(app: Http, parts: HttpParts, metrics: Metrics): void {
  const { config, whyNotReady, instance } = parts;

  app.get(
    '/healthz',
    {
      schema: {
        tags: ['about'],
        summary: 'The process lives',
        response: { 200: statusSchema, ...problemResponses },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        tags: ['about'],
        summary:
          'The ledger is open and the store takes writes; among several servers, who decides is in reach',
        response: { 200: readinessSchema, ...problemResponses },
      },
    },
    async (_request, reply) => {
      const why = await whyNotReady();
      if (why !== null) return sendProblem(reply, 'NOT_READY', why);
      const role = instance?.status().role;
      return { status: 'ok' as const, ...(role === 'owner' || role === 'follower' ? { role } : {}) };
    },
  );

  app.get(
    '/metrics',
    {
      schema: {
        tags: ['about'],
        summary: 'Numbers for Prometheus; from other machines with the admin token',
        response: {
          200: { description: 'Prometheus text', content: { 'text/plain': { schema: z.string() } } },
          ...problemResponses,
        },
      },
      // Text, not JSON: the schema above only describes it. Problems are JSON here too.
      serializerCompiler: () => (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body)),
    },
    async (request, reply) => {
      const isNear = !config.isBehindProxy && isLoopback(request.ip.replace(/^::ffff:/, ''));
      if (!isNear && (await isSignedIn(request, parts)) === null)
        return sendProblem(reply, 'NOT_SIGNED_IN', 'From another machine the numbers need the admin token.');
      return reply.type(metrics.contentType).send(await metrics.text());
    },
  );
}
