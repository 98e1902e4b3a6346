/** Who waits and for whom a seat is held, as the ledger holds them, and how an admin ends a place in a queue. */
import { z } from 'zod';
import { idSchema, takeSchema } from '../../../shared/domain-schemas.ts';
import {
  forceReleaseSchema,
  type OfferResource,
  offerResourceSchema,
  pageOf,
  type TicketResource,
  ticketResourceSchema,
} from '../../../shared/rest.ts';
import { asideReasonsOf } from '../../ledger/standing.ts';
import type { Offer, Ticket } from '../../ledger/state.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { pageOfList, pageRequest } from '../paging.ts';
import { problemResponses, sendProblem } from '../problems.ts';
import { fitsQuery, seatQuerySchema, whoseRow } from '../seat-query.ts';
import { adminSubmitter } from '../submit.ts';

export function queueRoutes(app: Http, parts: HttpParts): void {
  const { ledger, readModel } = parts;
  const { names } = readModel;

  const ticketOf = (ticket: Ticket): TicketResource => {
    const { ticketId, origin, priorityClass, rises, sequence, queuedAtMs, missedOffers, offerId } = ticket;
    return {
      ...whoseRow(ticket, names),
      ...{ ticketId, origin, priorityClass, rises, sequence, queuedAtMs, missedOffers, offerId },
      asideBecause: [...asideReasonsOf(ledger.state(), ticket)],
    };
  };
  const offerOf = (offer: Offer): OfferResource => ({
    ...whoseRow(offer, names),
    offerId: offer.offerId,
    ticketId: offer.ticketId,
    takes: z.array(takeSchema).parse(offer.takes),
    strength: offer.strength,
    untilMs: offer.untilMs,
  });
  const poolIdsOf = (productId: string) => readModel.product(productId).poolIds;

  app.get(
    '/tickets',
    {
      schema: {
        tags: ['tickets'],
        summary: 'Who waits, for what, since when',
        querystring: seatQuerySchema,
        response: { 200: pageOf(ticketResourceSchema), ...problemResponses },
      },
    },
    async ({ query }) => {
      const found = [...ledger.state().tickets.values()].filter((ticket) =>
        fitsQuery(query, { ...ticket, poolIds: poolIdsOf(ticket.productId) }),
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
        querystring: seatQuerySchema,
        response: { 200: pageOf(offerResourceSchema), ...problemResponses },
      },
    },
    async ({ query }) => {
      const found = [...ledger.state().offers.values()].filter((offer) =>
        fitsQuery(query, { ...offer, poolIds: offer.takes.map(({ poolId }) => poolId) }),
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
