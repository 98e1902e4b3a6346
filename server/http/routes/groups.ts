/** Groups of people: the tree, members, removal. Names are in the records, membership in the ledger. */
import { z } from 'zod';
import { idSchema } from '../../../shared/domain-schemas.ts';
import {
  changeMembersSchema,
  type GroupResource,
  groupIdSchema,
  groupResourceSchema,
  pageOf,
  pageQuerySchema,
  personResourceSchema,
  putGroupSchema,
} from '../../../shared/rest.ts';
import { peopleResources } from '../../people/people-desk.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { membershipFor } from '../membership-for.ts';
import { pageOfList, pageRequest } from '../paging.ts';
import { problemResponses, sendProblem } from '../problems.ts';
import { adminSubmitter } from '../submit.ts';

const groupParams = z.object({ groupId: idSchema });
const UNKNOWN = 'No group has this id. PUT /api/v1/groups/ID makes one.';

function resourceOf(groupId: string, { directory, membership, ledger }: HttpParts): GroupResource {
  const poolIds = [...ledger.state().pools.values()]
    .filter(({ settings }) => settings.allocation.shares.some((share) => share.groupId === groupId))
    .map(({ poolId }) => poolId);
  return {
    groupId,
    name: directory.group(groupId)?.name ?? groupId,
    parentId: membership.parentOf(groupId),
    members: membership.memberCount(groupId),
    poolIds,
  };
}

export function groupRoutes(app: Http, parts: HttpParts): void {
  const { directory, membership, clock } = parts;

  app.get(
    '/groups',
    {
      schema: {
        tags: ['groups'],
        summary: 'All groups, with the one each lies in, members and shares',
        querystring: pageQuerySchema,
        response: { 200: pageOf(groupResourceSchema), ...problemResponses },
      },
    },
    async ({ query }) => {
      const { items, cursor } = pageOfList(membership.groupIds(), (id) => id, pageRequest(query));
      return { items: items.map((groupId) => resourceOf(groupId, parts)), cursor };
    },
  );

  app.get(
    '/groups/:groupId',
    {
      schema: {
        tags: ['groups'],
        summary: 'One group',
        params: groupParams,
        response: { 200: groupResourceSchema, ...problemResponses },
      },
    },
    async ({ params: { groupId } }, reply) =>
      membership.has(groupId) ? resourceOf(groupId, parts) : sendProblem(reply, 'GROUP_UNKNOWN', UNKNOWN),
  );

  app.put(
    '/groups/:groupId',
    {
      schema: {
        tags: ['groups'],
        summary: 'Make a group, rename it, or move it into another',
        params: z.object({ groupId: groupIdSchema }),
        body: putGroupSchema,
        response: { 200: groupResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { groupId } = request.params;
      const known = directory.group(groupId);
      const name = request.body.name ?? known?.name ?? groupId;
      const namesake = directory
        .groups()
        .find((other) => other.groupId !== groupId && other.name.toLowerCase() === name.toLowerCase());
      if (namesake)
        return sendProblem(
          reply,
          'GROUP_EXISTS',
          `The group ${namesake.groupId} has this name. Choose another.`,
        );
      const parentId =
        request.body.parentId === undefined ? membership.parentOf(groupId) : request.body.parentId;
      const row = { groupId, name, createdAtMs: known?.createdAtMs ?? clock.wallMs() };
      const made = await membershipFor(parts, adminSubmitter(parts, request)).make(row, parentId);
      if (!made.ok) return sendProblem(reply, made.code, made.message);
      return resourceOf(groupId, parts);
    },
  );

  app.delete(
    '/groups/:groupId',
    {
      schema: {
        tags: ['groups'],
        summary: 'Remove a group: those within it move up, its shares and entries of deny lists go',
        params: groupParams,
        response: { 204: z.null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { groupId } = request.params;
      if (!membership.has(groupId)) return sendProblem(reply, 'GROUP_UNKNOWN', UNKNOWN);
      const removed = await membershipFor(parts, adminSubmitter(parts, request)).remove(groupId);
      if (!removed.ok) return sendProblem(reply, removed.code, removed.message);
      return reply.code(204).send(null);
    },
  );
}

export function memberRoutes(app: Http, parts: HttpParts): void {
  const { directory, membership } = parts;

  app.get(
    '/groups/:groupId/members',
    {
      schema: {
        tags: ['groups'],
        summary: 'People whom the group names, by name; those of groups within it are theirs',
        params: groupParams,
        querystring: pageQuerySchema,
        response: { 200: pageOf(personResourceSchema), ...problemResponses },
      },
    },
    async ({ params: { groupId }, query }, reply) => {
      if (!membership.has(groupId)) return sendProblem(reply, 'GROUP_UNKNOWN', UNKNOWN);
      const people = [...membership.memberIdsOf(groupId)].flatMap((id) => directory.person(id) ?? []);
      const { items, cursor } = pageOfList(
        people,
        ({ name, userId }) => `${name.toLowerCase()}\u0000${userId}`,
        pageRequest(query),
      );
      return { items: await peopleResources(items, parts), cursor };
    },
  );

  app.post(
    '/groups/:groupId/members',
    {
      schema: {
        tags: ['groups'],
        summary: 'Let people join or leave a group',
        params: groupParams,
        body: changeMembersSchema,
        response: { 200: groupResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { groupId } = request.params;
      const { add, remove } = request.body;
      if (!membership.has(groupId)) return sendProblem(reply, 'GROUP_UNKNOWN', UNKNOWN);
      const stranger = add.find((userId) => directory.person(userId) === null);
      if (stranger !== undefined)
        return sendProblem(reply, 'PERSON_UNKNOWN', `No person has the id ${stranger}. Nobody was added.`);
      const changed = await membershipFor(parts, adminSubmitter(parts, request)).change(groupId, add, remove);
      if (!changed.ok) return sendProblem(reply, changed.code, changed.message);
      return resourceOf(groupId, parts);
    },
  );
}
