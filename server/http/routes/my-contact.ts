/** What a person says of themselves, through their own agent: how they can be reached, and who may see it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EMPTY_CONTACT, ownContactSchema } from '../../../shared/contact.ts';
import { bearerToken, hashSecret } from '../../agents/secrets.ts';
import { contactChange } from '../../people/people-desk.ts';
import { announcePerson } from '../announce-person.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { problemResponses } from '../problems.ts';
import type { SignInLimits } from '../sign-in.ts';

/** For whoever holds a device credential; it names the person, nothing in the request does. */
export function myContactRoutes(app: Http, parts: HttpParts, limits: SignInLimits): void {
  const { directory, records } = parts;
  const security = [{ deviceCredential: [] }];

  async function whoAsks(request: FastifyRequest): Promise<string | null> {
    const secret = bearerToken(request.headers.authorization);
    if (secret === null) return null;
    const [row] = await records.credentials.byHashes([hashSecret(secret)]);
    const isValid = row !== undefined && row.revokedAtMs === null && directory.person(row.userId) !== null;
    return isValid ? row.userId : null;
  }
  const refuse = (request: FastifyRequest, reply: FastifyReply) =>
    limits.refuseWrong(
      request,
      reply,
      'BAD_CREDENTIAL',
      'This workstation must enroll again before it can do this.',
    );
  function contactOf(userId: string) {
    const row = directory.contact(userId);
    if (row === null) return EMPTY_CONTACT;
    const { mail, phone, chatUrl, isVisible } = row;
    return { mail, phone, chatUrl, isVisible };
  }

  app.get(
    '/me/contact',
    {
      schema: {
        tags: ['people'],
        summary: 'How the person of this device credential can be reached; empty where nobody wrote it down',
        security,
        response: { 200: ownContactSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const userId = await whoAsks(request);
      return userId === null ? refuse(request, reply) : contactOf(userId);
    },
  );

  app.put(
    '/me/contact',
    {
      schema: {
        tags: ['people'],
        summary: 'Write down how one can be reached oneself; imports leave it alone from then on',
        security,
        body: ownContactSchema,
        response: { 200: ownContactSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const userId = await whoAsks(request);
      if (userId === null) return refuse(request, reply);
      await directory.write([contactChange(userId, request.body, 'self', parts)]);
      announcePerson(userId, parts);
      return contactOf(userId);
    },
  );
}
