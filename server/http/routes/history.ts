/** What was: usage records, and the ledger's own events. Denials are in denials.ts. */
import { z } from 'zod';
import {
  eventQuerySchema,
  ledgerEventResourceSchema,
  pageOf,
  usageQuerySchema,
  usageRecordSchema,
} from '../../../shared/rest.ts';
import type { RecordedEvent } from '../../ledger/events.ts';
import type { Ledger } from '../../ledger/ports.ts';
import type { UsageQuery } from '../../stores/records.ts';
import { readUsage } from '../../usage/usage-report.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { decodeCursor, encodeCursor, pageRequest } from '../paging.ts';
import { problemResponses, sendProblem } from '../problems.ts';

export function historyRoutes(app: Http, parts: HttpParts): void {
  const { ledger } = parts;

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
    '/events',
    {
      schema: {
        tags: ['events'],
        summary: "The ledger's own record, oldest first unless order=newest; opaque ids only",
        querystring: eventQuerySchema,
        response: { 200: pageOf(ledgerEventResourceSchema), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { limit, cursor, order } = request.query;
      const seen = cursor === undefined ? null : eventNumberOf(cursor);
      if (cursor !== undefined && seen === null)
        return sendProblem(reply, 'BAD_CURSOR', 'Start again without a cursor.');
      const page =
        order === 'newest' ? await newestEvents(ledger, seen, limit) : await eventsAfter(ledger, seen, limit);
      const items = page.events.map(({ eventNumber, atMs, commandId, by, event }) => {
        const { kind, ...body } = event;
        return { eventNumber, atMs, kind, body: { ...body, commandId, by } };
      });
      const last = items.at(-1);
      return { items, cursor: page.hasMore && last ? encodeCursor(String(last.eventNumber)) : null };
    },
  );
}

interface EventPage {
  readonly events: readonly RecordedEvent[];
  readonly hasMore: boolean;
}

async function eventsAfter(ledger: Ledger, seen: number | null, limit: number): Promise<EventPage> {
  const events = await ledger.events(seen ?? 0, limit);
  return { events, hasMore: events.length === limit };
}

/** Numbers have no hole, so that the page before one is known without a search. Older ones may lie in the archive. */
async function newestEvents(ledger: Ledger, seen: number | null, limit: number): Promise<EventPage> {
  const end = (seen ?? ledger.state().eventNumber + 1) - 1;
  const after = Math.max(0, end - limit);
  const events = (await ledger.events(after, end - after)).filter(({ eventNumber }) => eventNumber <= end);
  return { events: events.toReversed(), hasMore: after > 0 && events.length > 0 };
}

function eventNumberOf(cursor: string): number | null {
  const parsed = z.coerce.number().int().min(0).safeParse(decodeCursor(cursor));
  return parsed.success ? parsed.data : null;
}
