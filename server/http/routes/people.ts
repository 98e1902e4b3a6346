/** People: list, one, create, edit, contact, erase. Import and export are in people-csv.ts. */
import { z } from 'zod';
import { idSchema } from '../../../shared/domain-schemas.ts';
import {
  contactResourceSchema,
  createPersonSchema,
  editContactSchema,
  editPersonSchema,
  type PersonResource,
  pageOf,
  pageQuerySchema,
  personResourceSchema,
} from '../../../shared/rest.ts';
import { endEverythingOf } from '../../people/end-everything.ts';
import {
  contactChange,
  contactResource,
  createPerson,
  editPerson,
  eraseRecords,
  peopleResources,
  tracesOf,
} from '../../people/people-desk.ts';
import type { PersonRow } from '../../stores/records.ts';
import { announcePerson } from '../announce-person.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { membershipFor } from '../membership-for.ts';
import { pageOfList, pageRequest } from '../paging.ts';
import { problemResponses, sendProblem } from '../problems.ts';
import { adminSubmitter } from '../submit.ts';

const personParams = z.object({ userId: idSchema });
const peopleQuery = pageQuerySchema.extend({
  /** In names, without regard to case. */
  search: z.string().max(200).optional(),
  groupId: idSchema.optional(),
});
const NOBODY = 'No person has this id.';

export function peopleRoutes(app: Http, parts: HttpParts): void {
  const { directory } = parts;
  const { membership } = parts;

  async function resourceOf(row: PersonRow): Promise<PersonResource> {
    const [resource] = await peopleResources([row], { ...parts, membership });
    if (resource === undefined) throw new Error('invariant broken: one row makes one resource');
    return resource;
  }

  app.get(
    '/people',
    {
      schema: {
        tags: ['people'],
        summary: 'People by name, with accounts, contact and groups',
        querystring: peopleQuery,
        response: { 200: pageOf(personResourceSchema), ...problemResponses },
      },
    },
    async ({ query }) => {
      const { search, groupId } = query;
      const words = (search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
      const found = [...directory.people()].filter(
        ({ name, userId }) =>
          words.every((word) => name.toLowerCase().includes(word)) &&
          (groupId === undefined || membership.groupIdsOf(userId).includes(groupId)),
      );
      const keyOf = ({ name, userId }: PersonRow) => `${name.toLowerCase()}\u0000${userId}`;
      const { items, cursor } = pageOfList(found, keyOf, pageRequest(query));
      return { items: await peopleResources(items, { ...parts, membership }), cursor };
    },
  );

  app.post(
    '/people',
    {
      schema: {
        tags: ['people'],
        summary: 'Add a person before their first agent enrolls',
        body: createPersonSchema,
        response: { 201: personResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const created = await parts.enrollment.whileNobodyEnrolls(() => createPerson(request.body, parts));
      if (!created.ok) return sendProblem(reply, created.code, created.message);
      reply.header('location', `/api/v1/people/${created.value.userId}`);
      return reply.code(201).send(await resourceOf(created.value));
    },
  );

  app.get(
    '/people/:userId',
    {
      schema: {
        tags: ['people'],
        summary: 'One person',
        params: personParams,
        response: { 200: personResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const row = directory.person(request.params.userId);
      return row === null ? sendProblem(reply, 'PERSON_UNKNOWN', NOBODY) : resourceOf(row);
    },
  );

  app.patch(
    '/people/:userId',
    {
      schema: {
        tags: ['people'],
        summary: 'Change the name or the accounts of a person',
        params: personParams,
        body: editPersonSchema,
        response: { 200: personResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const row = directory.person(request.params.userId);
      if (row === null) return sendProblem(reply, 'PERSON_UNKNOWN', NOBODY);
      const edited = await parts.enrollment.whileNobodyEnrolls(() => editPerson(row, request.body, parts));
      if (!edited.ok) return sendProblem(reply, edited.code, edited.message);
      announcePerson(row.userId, parts);
      return resourceOf(directory.person(row.userId) ?? row);
    },
  );

  app.delete(
    '/people/:userId',
    {
      schema: {
        tags: ['people'],
        summary:
          'Erase a person: name, accounts, contact and credentials go, seats and places end, the audit keeps an id that tells nothing',
        params: personParams,
        response: { 204: z.null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { userId } = request.params;
      if (directory.person(userId) === null) return sendProblem(reply, 'PERSON_UNKNOWN', NOBODY);
      const traces = await tracesOf(userId, parts);
      // Records first: from then on nobody can come back as this person.
      await eraseRecords(traces, parts);
      parts.hub.drop(traces.credentials);
      const submit = adminSubmitter(parts, request);
      await endEverythingOf(userId, parts.ledger.state(), membershipFor(parts, submit), submit);
      parts.announcer.announce({ isEverything: true });
      return reply.code(204).send(null);
    },
  );
}

export function contactRoutes(app: Http, parts: HttpParts): void {
  const { directory } = parts;

  app.get(
    '/people/:userId/contact',
    {
      schema: {
        tags: ['people'],
        summary: 'How a person can be reached',
        params: personParams,
        response: { 200: contactResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { userId } = request.params;
      if (directory.person(userId) === null) return sendProblem(reply, 'PERSON_UNKNOWN', NOBODY);
      const contact = contactResource(directory.contact(userId));
      return contact ?? sendProblem(reply, 'NOT_FOUND', 'Nobody wrote down how to reach this person.');
    },
  );

  app.put(
    '/people/:userId/contact',
    {
      schema: {
        tags: ['people'],
        summary: 'Write down how a person can be reached, over what they wrote themselves too',
        params: personParams,
        body: editContactSchema,
        response: { 200: contactResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { userId } = request.params;
      if (directory.person(userId) === null) return sendProblem(reply, 'PERSON_UNKNOWN', NOBODY);
      await directory.write([contactChange(userId, request.body, 'admin', parts)]);
      announcePerson(userId, parts);
      const contact = contactResource(directory.contact(userId));
      return contact ?? sendProblem(reply, 'PERSON_UNKNOWN', 'The person was erased at the same time.');
    },
  );

  app.delete(
    '/people/:userId/contact',
    {
      schema: {
        tags: ['people'],
        summary: 'Forget how a person can be reached',
        params: personParams,
        response: { 204: z.null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { userId } = request.params;
      if (directory.person(userId) === null) return sendProblem(reply, 'PERSON_UNKNOWN', NOBODY);
      await directory.write([{ record: 'contact', op: 'delete', key: { userId } }]);
      announcePerson(userId, parts);
      return reply.code(204).send(null);
    },
  );
}
