/** Usage records (GET /usage?productId&userId&fromMs&toMs). */
import { z } from 'zod';
import {
  activitySchema,
  displayNameSchema,
  durationMsSchema,
  idSchema,
  instantMsSchema,
} from '../domain-schemas.ts';
import { pageQuerySchema } from './common.ts';

/** Sessions that overlap [fromMs, toMs); newest start first. */
export const usageQuerySchema = pageQuerySchema.extend({
  productId: idSchema.optional(),
  userId: idSchema.optional(),
  fromMs: z.coerce.number().pipe(instantMsSchema).optional(),
  toMs: z.coerce.number().pipe(instantMsSchema).optional(),
});

export const usageIntervalSchema = z.object({
  intervalId: idSchema,
  state: z.enum(['active', 'idle', 'locked', 'suspended']),
  activity: activitySchema,
  fromMs: instantMsSchema,
  /** null: still going on. */
  toMs: instantMsSchema.nullable(),
  projectId: idSchema.nullable(),
});

/**
 * One session's record. grantedMs: how long it had a seat. actualMs: that time minus gaps without activity of
 * usageIdleAfterMs or more. overageMs: how long it ran without a seat.
 */
export const usageRecordSchema = z.object({
  sessionId: idSchema,
  userId: idSchema,
  userName: displayNameSchema,
  workstationId: idSchema,
  workstationName: displayNameSchema,
  productId: idSchema,
  productName: displayNameSchema,
  startedAtMs: instantMsSchema,
  endedAtMs: instantMsSchema.nullable(),
  endReason: z.string().nullable(),
  grantedMs: durationMsSchema,
  actualMs: durationMsSchema,
  overageMs: durationMsSchema,
  usageIdleAfterMs: durationMsSchema,
  grants: z.array(
    z.object({
      leaseId: idSchema,
      poolId: idSchema,
      fromMs: instantMsSchema,
      toMs: instantMsSchema.nullable(),
    }),
  ),
  intervals: z.array(usageIntervalSchema),
  simulated: z.boolean(),
});
export type UsageRecord = z.infer<typeof usageRecordSchema>;
