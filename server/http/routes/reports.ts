/** Sums over long times, for whoever plans and pays. */
import { usageTotalsQuerySchema, usageTotalsSchema } from '../../../shared/rest.ts';
import { readUsageTotals } from '../../usage/usage-totals.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { problemResponses } from '../problems.ts';

export function reportRoutes(app: Http, parts: HttpParts): void {
  app.get(
    '/reports/usage',
    {
      schema: {
        tags: ['reports'],
        summary: "A product's granted, actual and overage time by day or by person",
        querystring: usageTotalsQuerySchema,
        response: { 200: usageTotalsSchema, ...problemResponses },
      },
    },
    (request) => readUsageTotals(parts, request.query),
  );
}
