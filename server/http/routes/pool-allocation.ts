/** Shares, deny list and admission of a pool, each part by itself, and who can get what now. */
import { z } from 'zod';
import type { Allocation, PoolSettings } from '../../../shared/domain.ts';
import { idSchema } from '../../../shared/domain-schemas.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import {
  allocationPreviewSchema,
  createDenySchema,
  denyResourceSchema,
  type PoolResource,
  poolResourceSchema,
  putAdmissionSchema,
  putShareSchema,
} from '../../../shared/rest.ts';
import { allocationPreview } from '../../people/allocation-preview.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import type { PoolEdits } from '../pool-edits.ts';
import { poolResource } from '../pool-resource.ts';
import { problemResponses, sendProblem } from '../problems.ts';

const poolParams = z.object({ poolId: idSchema });
const UNKNOWN = 'No pool has this id.';

const withAllocation = (settings: PoolSettings, change: Partial<Allocation>): PoolSettings => ({
  ...settings,
  allocation: { ...settings.allocation, ...change },
});

export function allocationRoutes(app: Http, parts: HttpParts, edits: PoolEdits): void {
  const { ledger, directory } = parts;
  const resourceOf = (poolId: string): PoolResource | null => poolResource(poolId, parts);

  app.get(
    '/pools/:poolId/allocation',
    {
      schema: {
        tags: ['pools'],
        summary: 'Who can get what now: one line for each group with a share, and one for everybody else',
        params: poolParams,
        response: { 200: allocationPreviewSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const state = ledger.state();
      const pool = state.pools.get(request.params.poolId);
      if (!pool) return sendProblem(reply, 'POOL_UNKNOWN', UNKNOWN);
      return allocationPreview(state, pool, (groupId) => directory.group(groupId)?.name ?? groupId);
    },
  );

  app.put(
    '/pools/:poolId/admission',
    {
      schema: {
        tags: ['pools'],
        summary: 'Open, pause or drain a pool, with a reason for the audit',
        params: poolParams,
        body: putAdmissionSchema,
        response: { 200: poolResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { poolId } = request.params;
      const { admission, reason } = request.body;
      const edited = await edits.edit(
        request,
        poolId,
        (settings) => success({ ...settings, admission }),
        reason,
      );
      if (!edited.ok) return sendProblem(reply, edited.code, edited.message);
      return resourceOf(poolId) ?? sendProblem(reply, 'POOL_UNKNOWN', UNKNOWN);
    },
  );

  app.post(
    '/pools/:poolId/denied',
    {
      schema: {
        tags: ['pools'],
        summary: 'Keep a person or a group from the seats of a pool, with a reason that they are told',
        params: poolParams,
        body: createDenySchema,
        response: { 201: denyResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { poolId } = request.params;
      const { who } = request.body;
      if (who.kind === 'user' && directory.person(who.userId) === null)
        return sendProblem(reply, 'PERSON_UNKNOWN', 'No person has this id.');
      if (who.kind === 'group' && !parts.membership.has(who.groupId))
        return sendProblem(reply, 'GROUP_UNKNOWN', 'No group has this id.');
      const rule = { denyId: parts.newId(), ...request.body };
      const edited = await edits.edit(request, poolId, (settings) =>
        success(withAllocation(settings, { denied: [...settings.allocation.denied, rule] })),
      );
      if (!edited.ok) return sendProblem(reply, edited.code, edited.message);
      return reply.code(201).send(rule);
    },
  );

  app.delete(
    '/pools/:poolId/denied/:denyId',
    {
      schema: {
        tags: ['pools'],
        summary: 'Take an entry off the deny list',
        params: poolParams.extend({ denyId: idSchema }),
        response: { 204: z.null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { poolId, denyId } = request.params;
      const edited = await edits.edit(request, poolId, (settings) => withoutDeny(settings, denyId));
      if (!edited.ok) return sendProblem(reply, edited.code, edited.message);
      return reply.code(204).send(null);
    },
  );
}

function withoutDeny(settings: PoolSettings, denyId: string): Outcome<PoolSettings, 'DENY_UNKNOWN'> {
  const denied = settings.allocation.denied.filter((rule) => rule.denyId !== denyId);
  if (denied.length === settings.allocation.denied.length)
    return failure('DENY_UNKNOWN', 'The deny list has no such entry; it may have ended by itself.');
  return success(withAllocation(settings, { denied }));
}

export function shareRoutes(app: Http, parts: HttpParts, edits: PoolEdits): void {
  const shareParams = poolParams.extend({ groupId: idSchema });

  app.put(
    '/pools/:poolId/shares/:groupId',
    {
      schema: {
        tags: ['pools'],
        summary: 'What a group may expect of a pool: reserved units, a cap, a priority class',
        params: shareParams,
        body: putShareSchema,
        response: { 200: poolResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { poolId, groupId } = request.params;
      if (!parts.membership.has(groupId)) return sendProblem(reply, 'GROUP_UNKNOWN', 'No group has this id.');
      const { reservedUnits = 0, capUnits = null, priorityClass = null } = request.body;
      const share = { groupId, reservedUnits, capUnits, priorityClass };
      const edited = await edits.edit(request, poolId, (settings) => {
        const others = settings.allocation.shares.filter((one) => one.groupId !== groupId);
        return success(withAllocation(settings, { shares: [...others, share] }));
      });
      if (!edited.ok) return sendProblem(reply, edited.code, edited.message);
      return poolResource(poolId, parts) ?? sendProblem(reply, 'POOL_UNKNOWN', UNKNOWN);
    },
  );

  app.delete(
    '/pools/:poolId/shares/:groupId',
    {
      schema: {
        tags: ['pools'],
        summary: 'Take the share of a group away; its people are like everybody else',
        params: shareParams,
        response: { 204: z.null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { poolId, groupId } = request.params;
      const edited = await edits.edit(request, poolId, (settings) => withoutShare(settings, groupId));
      if (!edited.ok) return sendProblem(reply, edited.code, edited.message);
      return reply.code(204).send(null);
    },
  );
}

function withoutShare(settings: PoolSettings, groupId: string): Outcome<PoolSettings, 'SHARE_UNKNOWN'> {
  const shares = settings.allocation.shares.filter((one) => one.groupId !== groupId);
  if (shares.length === settings.allocation.shares.length)
    return failure('SHARE_UNKNOWN', 'This group has no share in the pool.');
  return success(withAllocation(settings, { shares }));
}
