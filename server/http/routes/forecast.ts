/** When those who wait can expect a seat, and how true such words were so far. */
import { z } from 'zod';
import { idSchema } from '../../../shared/domain-schemas.ts';
import { poolForecastSchema } from '../../../shared/rest/forecast.ts';
import { rankedWaiting } from '../../ledger/waiting.ts';
import type { Http, HttpParts } from '../http-parts.ts';
import { problemResponses, sendProblem } from '../problems.ts';

export function forecastRoutes(app: Http, { ledger, forecast }: HttpParts): void {
  app.get(
    '/pools/:poolId/forecast',
    {
      schema: {
        tags: ['pools'],
        summary: 'When those who wait can expect a seat, and how true such words were',
        params: z.object({ poolId: idSchema }),
        response: { 200: poolForecastSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { poolId } = request.params;
      const state = ledger.state();
      if (!state.pools.has(poolId)) return sendProblem(reply, 'POOL_UNKNOWN', 'No pool has this id.');
      return {
        waiting: rankedWaiting(state, poolId).map((ticket) => ({
          ticketId: ticket.ticketId,
          expectedWait: forecast.expectedWait(ticket),
        })),
        calibration: forecast.calibration(poolId),
      };
    },
  );
}
