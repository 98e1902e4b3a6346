/** When those who wait in a pool can expect a seat, and how true such words were (GET /pools/:poolId/forecast). */
import { z } from 'zod';
import { idSchema } from '../domain-schemas.ts';
import { expectedWaitSchema } from '../views.ts';

export const poolForecastSchema = z.object({
  /** By rank. null: too little is known, or the person has an offer. */
  waiting: z.array(z.object({ ticketId: idSchema, expectedWait: expectedWaitSchema.nullable() })),
  /** null: no forecast of this pool was judged since the server started. */
  calibration: z
    .object({
      /** Waits that ended with an offer. */
      waits: z.number().int().min(0),
      /** Share of waits that ended before their 50 % and 90 % time: 0.5 and 0.9 where forecasts are true. */
      before50: z.number().min(0).max(1).nullable(),
      before90: z.number().min(0).max(1).nullable(),
    })
    .nullable(),
});
