/** What was: usage records, denials, and the ledger's own events. */
import { z } from 'zod';
import {
  denialResourceSchema,
  ledgerEventResourceSchema,
  pageOf,
  pageQuerySchema,
  usageQuerySchema,
  usageRecordSchema,
} from '../../../shared/rest.ts';
import type { UsageQuery } from '../../stores/records.ts';
import { readUsage } from '../../usage/usage-report.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { decodeCursor, encodeCursor, pageRequest } from '../paging.ts';
import { problemResponses, sendProblem } from '../problems.ts';

export function historyRoutes(app: Http, parts: HttpParts): void {
  const { records, readModel, ledger } = parts;

  app.get(
    '/usage',
    {
      schema: {
        tags: ['usage'],
        summary: 'Granted and actual time of each session, with the intervals it is made of',
        querystring: usageQuerySchema,
        response: { 200: pageOf(usageRecordSchema), ...problemResponses },
      },
    },
    async (request) => {
      const { productId, userId, fromMs, toMs } = request.query;
      const query: UsageQuery = {
        ...(productId === undefined ? {} : { productId }),
        ...(userId === undefined ? {} : { userId }),
        ...(fromMs === undefined ? {} : { fromMs }),
        ...(toMs === undefined ? {} : { toMs }),
      };
      const page = await readUsage(parts, query, pageRequest(request.query));
      return { items: [...page.items], cursor: page.cursor };
    },
  );

  app.get(
    '/denials',
    {
      schema: {
        tags: ['denials'],
        summary: 'Requests that found no seat, newest first',
        querystring: pageQuerySchema,
        response: { 200: pageOf(denialResourceSchema), ...problemResponses },
      },
    },
    async (request) => {
      const { items, cursor } = await records.denials.page(pageRequest(request.query));
      const { names } = readModel;
      const denials = items.map(({ denialId, atMs, userId, productId, reason }) => ({
        ...{ denialId, atMs, userId, productId, reason },
        userName: names.userName(userId),
        productName: names.productName(productId),
      }));
      return { items: denials, cursor };
    },
  );

  app.get(
    '/events',
    {
      schema: {
        tags: ['events'],
        summary: "The ledger's own record, oldest first; opaque ids only",
        querystring: pageQuerySchema,
        response: { 200: pageOf(ledgerEventResourceSchema), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query;
      const after = cursor === undefined ? 0 : eventNumberOf(cursor);
      if (after === null) return sendProblem(reply, 'BAD_CURSOR', 'Start again without a cursor.');
      const recorded = await ledger.events(after, limit);
      const items = recorded.map(({ eventNumber, atMs, commandId, by, event }) => {
        const { kind, ...body } = event;
        return { eventNumber, atMs, kind, body: { ...body, commandId, by } };
      });
      const last = items.at(-1);
      const hasMore = items.length === limit && last !== undefined;
      return { items, cursor: hasMore ? encodeCursor(String(last.eventNumber)) : null };
    },
  );
}

function eventNumberOf(cursor: string): number | null {
  const parsed = z.coerce.number().int().min(0).safeParse(decodeCursor(cursor));
  return parsed.success ? parsed.data : null;
}
