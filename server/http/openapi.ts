/** The OpenAPI 3.1 document, made from the same schemas that check the requests. */
import swagger from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { invariant } from '../../shared/outcome.ts';
import { SERVER_VERSION } from '../version.ts';
import type { Http } from './http-parts.ts';
import { problemResponses } from './problems.ts';

/** Must be registered before the routes it describes. */
export async function describeRoutes(app: Http): Promise<void> {
  app.addHook('onRoute', ({ method, url, schema }) => {
    const isDescribed = schema?.hide === true || (schema?.summary && schema.tags && schema.response);
    invariant(isDescribed, `${method} ${url} has a summary, a tag and schemas of its answers`);
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Usher',
        version: SERVER_VERSION,
        description:
          'Who holds which seat, who waits, and what was used. Errors are problem+json with stable codes.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          adminToken: { type: 'http', scheme: 'bearer', description: "The admin's token." },
          adminSession: { type: 'apiKey', in: 'cookie', name: 'usher_session' },
          deviceCredential: { type: 'http', scheme: 'bearer', description: "An agent's credential." },
          enrollmentToken: { type: 'http', scheme: 'bearer', description: 'Lets an agent enroll.' },
        },
      },
    },
    transform: jsonSchemaTransform,
  });
}

export function serveOpenApi(app: Http): void {
  app.get(
    '/openapi.json',
    {
      schema: {
        tags: ['about'],
        summary: 'This document',
        response: { 200: z.record(z.string(), z.unknown()), ...problemResponses },
      },
    },
    async () => ({ ...app.swagger() }),
  );
}
