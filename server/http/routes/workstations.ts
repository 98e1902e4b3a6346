/** Workstations with their agents, and people. */
import { z } from 'zod';
import { idSchema } from '../../../shared/domain-schemas.ts';
import {
  type PersonResource,
  pageOf,
  pageQuerySchema,
  personResourceSchema,
  workstationResourceSchema,
} from '../../../shared/rest.ts';
import { erasePerson } from '../../stores/records.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { pageRequest } from '../paging.ts';
import { problemResponses, sendProblem } from '../problems.ts';
import { workstationResource } from '../workstation-resource.ts';

export function workstationRoutes(app: Http, parts: HttpParts): void {
  const { records } = parts;

  app.get(
    '/workstations',
    {
      schema: {
        tags: ['workstations'],
        summary: 'Workstations with their agents: version, sensors, last contact',
        querystring: pageQuerySchema,
        response: { 200: pageOf(workstationResourceSchema), ...problemResponses },
      },
    },
    async (request) => {
      const { items, cursor } = await records.workstations.page(pageRequest(request.query));
      return { items: items.map((row) => workstationResource(row, parts)), cursor };
    },
  );

  app.get(
    '/workstations/:workstationId',
    {
      schema: {
        tags: ['workstations'],
        summary: 'One workstation',
        params: z.object({ workstationId: idSchema }),
        response: { 200: workstationResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const row = await records.workstations.get(request.params.workstationId);
      if (row === null) return sendProblem(reply, 'WORKSTATION_UNKNOWN', 'No workstation has this id.');
      return workstationResource(row, parts);
    },
  );
}

export function peopleRoutes(app: Http, parts: HttpParts): void {
  const { records, directory, hub } = parts;

  app.get(
    '/people',
    {
      schema: {
        tags: ['people'],
        summary: 'People by their opaque ids',
        querystring: pageQuerySchema,
        response: { 200: pageOf(personResourceSchema), ...problemResponses },
      },
    },
    async (request) => {
      const { items, cursor } = await records.people.page(pageRequest(request.query));
      const people = items.map(
        ({ userId, name, simulated }): PersonResource => ({ userId, name, simulated }),
      );
      return { items: people, cursor };
    },
  );

  app.delete(
    '/people/:userId',
    {
      schema: {
        tags: ['people'],
        summary:
          'Erase a person: name, accounts and credentials go, the audit keeps an id that tells nothing',
        params: z.object({ userId: idSchema }),
        response: { 204: z.null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { userId } = request.params;
      if (directory.person(userId) === null)
        return sendProblem(reply, 'PERSON_UNKNOWN', 'No person has this id.');
      const credentials = await records.credentials.ofUser(userId);
      await directory.write(erasePerson(userId, await records.accounts.ofUser(userId), credentials));
      hub.drop(credentials);
      parts.announcer.announce({ isEverything: true });
      return reply.code(204).send(null);
    },
  );
}
