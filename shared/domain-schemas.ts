/** Decoders for the types of domain.ts. A decoder that drifts from its type does not compile. */
import { z } from 'zod';
import type {
  ActiveReason,
  Activity,
  Alternative,
  CapacityPack,
  CountingRule,
  IdleReason,
  PoolSettings,
  Take,
} from './domain.ts';

/** Opaque id: short enough for an index, long enough for a UUID with a prefix. */
export const idSchema = z.string().min(1).max(128);
/** Point in time, milliseconds since 1970-01-01 UTC; the bound is the year 2286. */
export const instantMsSchema = z.number().int().min(0).max(9_999_999_999_999);
export const durationMsSchema = z
  .number()
  .int()
  .min(0)
  .max(10 * 366 * 86_400_000);
export const unitsSchema = z.number().int().min(1).max(1_000_000);
/** Names that people wrote or a system gave: bounded, no control characters. */
export const displayNameSchema = z
  .string()
  .min(1)
  .max(200)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not pass
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'no control characters');

const percentSchema = z.number().min(0).max(1_000_000);

export const activeReasonSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('input'), inputAgoMs: durationMsSchema }),
  z.strictObject({ kind: z.literal('cpu'), percentOfCore: percentSchema, floorPercent: percentSchema }),
  z.strictObject({ kind: z.literal('disk'), bytesPerSecond: z.number().min(0) }),
  z.strictObject({
    kind: z.literal('busy-child'),
    childName: displayNameSchema,
    percentOfCore: percentSchema,
  }),
  z.strictObject({
    kind: z.literal('idle-unknown'),
    because: z.enum(['no-source', 'source-failed', 'sample-gap', 'clock-step']),
  }),
  z.strictObject({ kind: z.literal('just-started') }),
  z.strictObject({ kind: z.literal('resumed') }),
]) satisfies z.ZodType<ActiveReason>;

export const idleReasonSchema = z.strictObject({
  kind: z.literal('no-input'),
  percentOfCore: percentSchema.nullable(),
}) satisfies z.ZodType<IdleReason>;

export const activitySchema = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('active'),
    sinceMs: instantMsSchema,
    reasons: z.array(activeReasonSchema).max(8).readonly(),
  }),
  z.strictObject({ state: z.literal('idle'), sinceMs: instantMsSchema, reason: idleReasonSchema }),
  z.strictObject({ state: z.literal('locked'), sinceMs: instantMsSchema }),
  z.strictObject({ state: z.literal('suspended'), sinceMs: instantMsSchema }),
]) satisfies z.ZodType<Activity>;

export const countingRuleSchema = z.strictObject({
  key: z
    .array(z.enum(['user', 'workstation', 'loginSession', 'process', 'device']))
    .min(1)
    .max(5),
  instancesPerSeat: z.number().int().min(1).max(1_000_000).nullable(),
}) satisfies z.ZodType<CountingRule>;

export const capacityPackSchema = z
  .strictObject({ packId: idSchema, units: unitsSchema, fromMs: instantMsSchema, untilMs: instantMsSchema })
  .refine(
    (pack) => pack.fromMs < pack.untilMs,
    'a pack ends after it starts',
  ) satisfies z.ZodType<CapacityPack>;

export const poolSettingsSchema = z.strictObject({
  name: displayNameSchema,
  kind: z.enum(['metered', 'managed']),
  capacity: z.number().int().min(0).max(1_000_000),
  overdraft: z.number().int().min(0).max(1_000_000),
  packs: z.array(capacityPackSchema).max(100),
  counting: countingRuleSchema,
  enforcement: z.enum(['observe', 'ask', 'gate']),
  offerWindowMs: z.number().int().min(1_000).max(86_400_000),
  maximumMissedOffers: z.number().int().min(1).max(100),
  agingAfterServed: z.number().int().min(1).max(1_000_000),
  keepWhileAsleep: z.boolean(),
  maximumLeaseAgeMs: durationMsSchema.nullable(),
}) satisfies z.ZodType<PoolSettings>;

export const takeSchema = z.strictObject({ poolId: idSchema, units: unitsSchema }) satisfies z.ZodType<Take>;
export const alternativeSchema = z.array(takeSchema).min(1).max(16) satisfies z.ZodType<Alternative>;

/** What a new pool gets where the admin says nothing. */
export const DEFAULT_POOL_SETTINGS: Omit<PoolSettings, 'name' | 'capacity'> = {
  kind: 'metered',
  overdraft: 0,
  packs: [],
  counting: { key: ['user', 'workstation'], instancesPerSeat: null },
  enforcement: 'ask',
  offerWindowMs: 5 * 60_000,
  maximumMissedOffers: 3,
  agingAfterServed: 20,
  keepWhileAsleep: false,
  maximumLeaseAgeMs: null,
};
