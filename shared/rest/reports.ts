/** A product's use summed up (GET /reports/usage?productId&fromMs&toMs&by). */
import { z } from 'zod';
import { displayNameSchema, idSchema, instantMsSchema } from '../domain-schemas.ts';
import { DAY } from '../time.ts';

const midnightSchema = z.coerce
  .number()
  .pipe(instantMsSchema)
  .refine((ms) => ms % DAY === 0, 'midnight UTC: the sums are kept by UTC day');

/** Days of UTC from fromMs on, before toMs. */
export const usageTotalsQuerySchema = z
  .object({
    productId: idSchema,
    fromMs: midnightSchema,
    toMs: midnightSchema,
    by: z.enum(['day', 'user']).default('day'),
  })
  .refine(({ fromMs, toMs }) => fromMs < toMs, 'fromMs must be before toMs');

const sumSchema = z.number().int().min(0);
const totalsSchema = z.object({ grantedMs: sumSchema, actualMs: sumSchema, overageMs: sumSchema });

/** Each as in a usage record, cut at midnight UTC. What still goes on counts until now. */
export const usageTotalsSchema = z.object({
  productId: idSchema,
  productName: displayNameSchema,
  fromMs: instantMsSchema,
  toMs: instantMsSchema,
  total: totalsSchema,
  /** By day: those with use, in their order. */
  days: z.array(totalsSchema.extend({ dayMs: instantMsSchema })),
  /** By user: those with use, most granted time first. */
  users: z.array(totalsSchema.extend({ userId: idSchema, userName: displayNameSchema })),
});
export type UsageTotals = z.infer<typeof usageTotalsSchema>;
