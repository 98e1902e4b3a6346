/** Seats that are out of metered pools, and how an admin takes one back: at once, or after a warning. */
import { z } from 'zod';
import { idSchema } from '../../../shared/domain-schemas.ts';
import { endLeaseSchema, type LeaseResource, leaseResourceSchema, pageOf } from '../../../shared/rest.ts';
import { unsavedWorkOf } from '../../ledger/seats.ts';
import type { Lease } from '../../ledger/state.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { pageOfList, pageRequest } from '../paging.ts';
import { problemResponses, sendProblem } from '../problems.ts';
import { fitsQuery, seatQuerySchema, whoseRow } from '../seat-query.ts';
import { adminSubmitter } from '../submit.ts';

const leaseParams = z.object({ leaseId: idSchema });
const GONE = 'This seat was given back already.';

export function leaseRoutes(app: Http, parts: HttpParts): void {
  const { ledger } = parts;
  const { names } = parts.readModel;

  const leaseOf = (lease: Lease): LeaseResource => ({
    ...whoseRow(lease, names),
    leaseId: lease.leaseId,
    poolId: lease.poolId,
    units: lease.units,
    workstationId: lease.workstationId,
    workstationName: names.workstationName(lease.workstationId),
    grantedAtMs: lease.grantedAtMs,
    sessionIds: lease.use.state === 'used' ? [...lease.use.sessionIds] : [],
    awaitedUntilMs: lease.use.state === 'awaited' ? lease.use.untilMs : null,
    borrowedFrom: lease.borrowedFrom,
    warning: warningOf(lease),
  });

  app.get(
    '/leases',
    {
      schema: {
        tags: ['leases'],
        summary: 'Seats that are out of metered pools, with announced ends',
        querystring: seatQuerySchema,
        response: { 200: pageOf(leaseResourceSchema), ...problemResponses },
      },
    },
    async ({ query }) => {
      const found = [...ledger.state().leases.values()].filter((lease) =>
        fitsQuery(query, { ...lease, poolIds: [lease.poolId] }),
      );
      const { items, cursor } = pageOfList(found, ({ leaseId }) => leaseId, pageRequest(query));
      return { items: items.map(leaseOf), cursor };
    },
  );

  app.get(
    '/leases/:leaseId',
    {
      schema: {
        tags: ['leases'],
        summary: 'One seat',
        params: leaseParams,
        response: { 200: leaseResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const lease = ledger.state().leases.get(request.params.leaseId);
      return lease ? leaseOf(lease) : sendProblem(reply, 'NOT_FOUND', GONE);
    },
  );

  app.delete(
    '/leases/:leaseId',
    {
      schema: {
        tags: ['leases'],
        summary:
          'Take a seat back: 204, it is free; 202, its holder was told, and it ends at the stated time. The application keeps running',
        params: leaseParams,
        body: endLeaseSchema,
        response: { 202: leaseResourceSchema, 204: z.null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { leaseId } = request.params;
      const { reason, warnMs } = request.body;
      const submit = adminSubmitter(parts, request);
      const ended = await submit({ kind: 'end-lease', leaseId, cause: 'admin', note: reason, warnMs });
      if (!ended.ok) return sendProblem(reply, ended.code, ended.message);
      const lease = ledger.state().leases.get(leaseId);
      return lease ? reply.code(202).send(leaseOf(lease)) : reply.code(204).send(null);
    },
  );

  app.delete(
    '/leases/:leaseId/warning',
    {
      schema: {
        tags: ['leases'],
        summary: 'Take an announced end back: the holder keeps the seat',
        params: leaseParams,
        response: { 200: leaseResourceSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { leaseId } = request.params;
      const withdrawn = await adminSubmitter(parts, request)({ kind: 'withdraw-warning', leaseId });
      if (!withdrawn.ok) return sendProblem(reply, withdrawn.code, withdrawn.message);
      const lease = ledger.state().leases.get(leaseId);
      return lease ? leaseOf(lease) : sendProblem(reply, 'NOT_FOUND', GONE);
    },
  );
}

function warningOf({ warning }: Lease): LeaseResource['warning'] {
  if (warning === null) return null;
  const { note, untilMs } = warning;
  return { note, untilMs, unsavedWork: unsavedWorkOf(warning) };
}
