/** Requests that found no seat: one by one, and counted by day. */
import { z } from 'zod';
import { displayNameSchema, idSchema, instantMsSchema, takeSchema } from '../domain-schemas.ts';
import { pageQuerySchema } from './common.ts';

const flagSchema = z.enum(['true', 'false']).transform((text) => text === 'true');
const instantQuerySchema = z.coerce.number().pipe(instantMsSchema);

/** Within [fromMs, toMs). `isFalse`: only those whose session soon got a seat after all, or only the others. */
export const denialQuerySchema = pageQuerySchema.extend({
  productId: idSchema.optional(),
  userId: idSchema.optional(),
  reason: z.string().max(100).optional(),
  isFalse: flagSchema.optional(),
  fromMs: instantQuerySchema.optional(),
  toMs: instantQuerySchema.optional(),
});

/** GET /denials, newest first. */
export const denialResourceSchema = z.object({
  denialId: idSchema,
  atMs: instantMsSchema,
  userId: idSchema,
  userName: displayNameSchema,
  simulated: z.boolean(),
  productId: idSchema,
  productName: displayNameSchema,
  reason: z.string(),
  /** What was free then, and not for this person; null: an older version did not write it down. */
  freeElsewhere: z.array(takeSchema).nullable(),
  /** When the session got a seat all the same, soon enough that the denial was a false one; null: it was a true one. */
  provedFalseAtMs: instantMsSchema.nullable(),
});
export type DenialResource = z.infer<typeof denialResourceSchema>;

/** GET /reports/denials?days&timeZone */
export const denialReportQuerySchema = z.object({
  days: z.coerce.number().int().min(1).max(400).default(30),
  /** IANA name: whose midnights part the days. */
  timeZone: z.string().min(1).max(64).default('UTC'),
});

const countsSchema = { denials: z.number().int().min(0), falseDenials: z.number().int().min(0) };

/** True and false denials apart, oldest day first, days without any included. */
export const denialReportSchema = z.object({
  fromMs: instantMsSchema,
  timeZone: z.string(),
  days: z.array(z.object({ day: z.iso.date(), ...countsSchema })),
  products: z.array(
    z.object({
      productId: idSchema,
      productName: displayNameSchema,
      ...countsSchema,
      days: z.array(z.object({ day: z.iso.date(), ...countsSchema })),
    }),
  ),
  /** A product that several pools serve counts in each. */
  pools: z.array(z.object({ poolId: idSchema, poolName: displayNameSchema, ...countsSchema })),
  reasons: z.array(z.object({ reason: z.string(), ...countsSchema })),
});
export type DenialReport = z.infer<typeof denialReportSchema>;
