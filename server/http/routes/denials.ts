/** Denials one by one with filters, and the report that counts them by day. */
import {
  denialQuerySchema,
  denialReportQuerySchema,
  denialReportSchema,
  denialResourceSchema,
  pageOf,
} from '../../../shared/rest.ts';
import type { DenialQuery } from '../../stores/tallies.ts';
import { denialReport, firstMidnightMs } from '../../usage/denial-report.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { pageRequest } from '../paging.ts';
import { problemResponses, sendProblem } from '../problems.ts';

/** Only what was asked; a query's schema leaves undefined where nothing was. */
const saidOf = (values: Readonly<Record<string, unknown>>): DenialQuery =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

export function denialRoutes(app: Http, { records, readModel, ledger, clock }: HttpParts): void {
  const { names } = readModel;

  app.get(
    '/denials',
    {
      schema: {
        tags: ['denials'],
        summary: 'Requests that found no seat, newest first; false ones apart where asked',
        querystring: denialQuerySchema,
        response: { 200: pageOf(denialResourceSchema), ...problemResponses },
      },
    },
    async ({ query }) => {
      const { limit: _limit, cursor: _cursor, ...filter } = query;
      const { items, cursor } = await records.denials.page(saidOf(filter), pageRequest(query));
      const denials = items.map(({ sessionId: _session, freeElsewhere, ...row }) => ({
        ...row,
        freeElsewhere: freeElsewhere === null ? null : [...freeElsewhere],
        userName: names.userName(row.userId),
        simulated: names.isSimulated(row.userId),
        productName: names.productName(row.productId),
      }));
      return { items: denials, cursor };
    },
  );

  app.get(
    '/reports/denials',
    {
      schema: {
        tags: ['denials'],
        summary: 'Denials by day, product, pool and reason; false ones counted apart',
        querystring: denialReportQuerySchema,
        response: { 200: denialReportSchema, ...problemResponses },
      },
    },
    async ({ query: { days, timeZone } }, reply) => {
      const nowMs = clock.wallMs();
      const fromMs = firstMidnightMs(nowMs, days, timeZone);
      if (Number.isNaN(fromMs))
        return sendProblem(reply, 'BAD_REQUEST', 'timeZone is an IANA name such as Europe/Berlin.');
      const counts = await records.denials.counts({ fromMs, toMs: nowMs + 1 });
      return denialReport(
        counts,
        { fromMs, nowMs, timeZone },
        {
          productName: names.productName,
          poolName: (poolId) => ledger.state().pools.get(poolId)?.settings.name ?? poolId,
          poolIdsOf: (productId) => readModel.product(productId).poolIds,
        },
      );
    },
  );
}
