/** Leases, tickets and offers as the ledger holds them, and how an admin ends one. */
import { z } from 'zod';
import { idSchema, takeSchema } from '../../../shared/domain-schemas.ts';
import {
  forceReleaseSchema,
  type LeaseResource,
  leaseResourceSchema,
  type OfferResource,
  offerResourceSchema,
  pageOf,
  pageQuerySchema,
  type TicketResource,
  ticketResourceSchema,
} from '../../../shared/rest.ts';
import type { Lease, Offer, Ticket } from '../../ledger/state.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { pageOfList, pageRequest } from '../paging.ts';
import { problemResponses, sendProblem } from '../problems.ts';
import { adminSubmitter } from '../submit.ts';

const seatQuery = pageQuerySchema.extend({
  poolId: idSchema.optional(),
  productId: idSchema.optional(),
  userId: idSchema.optional(),
});
type SeatQuery = z.infer<typeof seatQuery>;

function fits(
  query: SeatQuery,
  row: { productId: string; userId: string; poolIds: readonly string[] },
): boolean {
  return (
    (query.productId === undefined || query.productId === row.productId) &&
    (query.userId === undefined || query.userId === row.userId) &&
    (query.poolId === undefined || row.poolIds.includes(query.poolId))
  );
}

export function seatRoutes(app: Http, parts: HttpParts): void {
  const { ledger, readModel } = parts;
  const { names } = readModel;

  const whose = ({ userId, productId }: { userId: string; productId: string }) => ({
    userId,
    userName: names.userName(userId),
    productId,
    productName: names.productName(productId),
    simulated: names.isSimulated(userId),
  });
  const leaseOf = (lease: Lease): LeaseResource => ({
    ...whose(lease),
    leaseId: lease.leaseId,
    poolId: lease.poolId,
    units: lease.units,
    workstationId: lease.workstationId,
    workstationName: names.workstationName(lease.workstationId),
    grantedAtMs: lease.grantedAtMs,
    sessionIds: lease.use.state === 'used' ? [...lease.use.sessionIds] : [],
    awaitedUntilMs: lease.use.state === 'awaited' ? lease.use.untilMs : null,
  });
  const ticketOf = (ticket: Ticket): TicketResource => {
    const { ticketId, origin, priorityClass, rises, sequence, queuedAtMs, missedOffers, offerId } = ticket;
    return {
      ...whose(ticket),
      ...{ ticketId, origin, priorityClass, rises, sequence, queuedAtMs, missedOffers, offerId },
    };
  };
  const offerOf = (offer: Offer): OfferResource => ({
    ...whose(offer),
    offerId: offer.offerId,
    ticketId: offer.ticketId,
    takes: z.array(takeSchema).parse(offer.takes),
    strength: offer.strength,
    untilMs: offer.untilMs,
  });
  const poolIdsOf = (productId: string) => readModel.product(productId).poolIds;

  app.get(
    '/leases',
    {
      schema: {
        tags: ['leases'],
        summary: 'Seats that are out of metered pools',
        querystring: seatQuery,
        response: { 200: pageOf(leaseResourceSchema), ...problemResponses },
      },
    },
    async ({ query }) => {
      const found = [...ledger.state().leases.values()].filter((lease) =>
        fits(query, { ...lease, poolIds: [lease.poolId] }),
      );
      const { items, cursor } = pageOfList(found, ({ leaseId }) => leaseId, pageRequest(query));
      return { items: items.map(leaseOf), cursor };
    },
  );

  app.delete(
    '/leases/:leaseId',
    {
      schema: {
        tags: ['leases'],
        summary: 'Take a seat back by decision of the admin; the application keeps running without one',
        params: z.object({ leaseId: idSchema }),
        body: forceReleaseSchema,
        response: { 204: z.null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { leaseId } = request.params;
      const submit = adminSubmitter(parts, request);
      const ended = await submit({
        kind: 'end-lease',
        leaseId,
        cause: 'admin',
        note: request.body.reason,
        warnMs: 0,
      });
      if (!ended.ok) return sendProblem(reply, ended.code, ended.message);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/tickets',
    {
      schema: {
        tags: ['tickets'],
        summary: 'Who waits, for what, since when',
        querystring: seatQuery,
        response: { 200: pageOf(ticketResourceSchema), ...problemResponses },
      },
    },
    async ({ query }) => {
      const found = [...ledger.state().tickets.values()].filter((ticket) =>
        fits(query, { ...ticket, poolIds: poolIdsOf(ticket.productId) }),
      );
      const { items, cursor } = pageOfList(found, rankKey, pageRequest(query));
      return { items: items.map(ticketOf), cursor };
    },
  );

  app.delete(
    '/tickets/:ticketId',
    {
      schema: {
        tags: ['tickets'],
        summary: 'End a ticket by decision of the admin; its owner is told',
        params: z.object({ ticketId: idSchema }),
        body: forceReleaseSchema,
        response: { 204: z.null(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { ticketId } = request.params;
      const submit = adminSubmitter(parts, request);
      const ended = await submit({ kind: 'end-ticket', ticketId, note: request.body.reason });
      if (!ended.ok) return sendProblem(reply, ended.code, ended.message);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/offers',
    {
      schema: {
        tags: ['offers'],
        summary: 'Seats that are held for somebody now',
        querystring: seatQuery,
        response: { 200: pageOf(offerResourceSchema), ...problemResponses },
      },
    },
    async ({ query }) => {
      const found = [...ledger.state().offers.values()].filter((offer) =>
        fits(query, { ...offer, poolIds: offer.takes.map(({ poolId }) => poolId) }),
      );
      const { items, cursor } = pageOfList(found, ({ offerId }) => offerId, pageRequest(query));
      return { items: items.map(offerOf), cursor };
    },
  );
}

/** Sorts as ranks do: product, class after rises, sequence. Sequences may be negative: 2^53 is added. */
function rankKey({ productId, priorityClass, rises, sequence, ticketId }: Ticket): string {
  const rankClass = String(Math.max(0, priorityClass - rises)).padStart(4, '0');
  const order = String(BigInt(sequence) + 2n ** 53n).padStart(17, '0');
  return `${productId}/${rankClass}/${order}/${ticketId}`;
}
