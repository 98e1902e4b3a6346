/** Decoders for the types of domain.ts. A decoder that drifts from its type does not compile. */
import { z } from 'zod';
import type {
  ActiveReason,
  Activity,
  Allocation,
  Alternative,
  CapacityPack,
  CountingRule,
  DenyRule,
  FairShare,
  GroupShare,
  IdleReason,
  PoolSettings,
  Take,
  WeekHours,
} from './domain.ts';

/** Short enough for an index, long enough for a UUID with a prefix. */
export const MAXIMUM_ID_LENGTH = 128;
/** No control characters and no half of a surrogate pair: no database keeps them all. */
export const idSchema = z
  .string()
  .min(1)
  .max(MAXIMUM_ID_LENGTH)
  .refine((id) => !/[\p{Cc}\p{Cs}]/u.test(id), 'no control characters, no halves of characters');
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
    .array(z.enum(['user', 'workstation', 'loginSession', 'process', 'device', 'product']))
    .min(1)
    .max(6),
  instancesPerSeat: z.number().int().min(1).max(1_000_000).nullable(),
}) satisfies z.ZodType<CountingRule>;

export const capacityPackSchema = z
  .strictObject({ packId: idSchema, units: unitsSchema, fromMs: instantMsSchema, untilMs: instantMsSchema })
  .refine(
    (pack) => pack.fromMs < pack.untilMs,
    'a pack ends after it starts',
  ) satisfies z.ZodType<CapacityPack>;

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false; // the engine knows no such zone
  }
};

export const weekHoursSchema = z.strictObject({
  timeZone: z.string().min(1).max(64).refine(isTimeZone, 'an IANA time zone such as Europe/Berlin'),
  spans: z
    .array(
      z
        .strictObject({
          weekday: z.number().int().min(1).max(7),
          fromMinute: z.number().int().min(0).max(1439),
          toMinute: z.number().int().min(1).max(1440),
        })
        .refine((span) => span.fromMinute < span.toMinute, 'a span ends after it starts, within one day'),
    )
    .min(1)
    .max(50)
    .readonly(),
}) satisfies z.ZodType<WeekHours>;

export const priorityClassSchema = z.number().int().min(0).max(9);

export const groupShareSchema = z.strictObject({
  groupId: idSchema,
  reservedUnits: z.number().int().min(0).max(1_000_000),
  capUnits: z.number().int().min(0).max(1_000_000).nullable(),
  priorityClass: priorityClassSchema.nullable(),
}) satisfies z.ZodType<GroupShare>;

export const denyRuleSchema = z.strictObject({
  denyId: idSchema,
  who: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('user'), userId: idSchema }),
    z.strictObject({ kind: z.literal('group'), groupId: idSchema }),
  ]),
  reason: z.string().min(3).max(500),
  untilMs: instantMsSchema.nullable(),
}) satisfies z.ZodType<DenyRule>;

export const allocationSchema = z.strictObject({
  shares: z
    .array(groupShareSchema)
    .max(200)
    .refine(
      (shares) => new Set(shares.map(({ groupId }) => groupId)).size === shares.length,
      'one share per group',
    )
    .readonly(),
  unitsPerUser: z.number().int().min(1).max(1_000_000).nullable(),
  lending: z.enum(['never', 'until-asked']),
  denied: z.array(denyRuleSchema).max(1000).readonly(),
}) satisfies z.ZodType<Allocation>;

export const fairShareSchema = z.strictObject({
  halfLifeMs: z
    .number()
    .int()
    .min(60_000)
    .max(366 * 86_400_000),
  idlePerClassMs: z
    .number()
    .int()
    .min(60_000)
    .max(366 * 86_400_000),
  maximumClasses: z.number().int().min(1).max(3),
}) satisfies z.ZodType<FairShare>;

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
  admission: z.enum(['open', 'paused', 'draining']),
  allocation: allocationSchema,
  workingHours: weekHoursSchema.nullable(),
  quietHours: weekHoursSchema.nullable(),
  returnTicketsPerDay: z.number().int().min(0).max(24),
  falseDenialWithinMs: z.number().int().min(0).max(3_600_000),
  fairShare: fairShareSchema.nullable(),
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
  admission: 'open',
  allocation: { shares: [], unitsPerUser: null, lending: 'never', denied: [] },
  workingHours: null,
  quietHours: null,
  returnTicketsPerDay: 2,
  falseDenialWithinMs: 60_000,
  fairShare: null,
};

/** Settings that an older version wrote lack what is new: that gets its default. */
export function completeSettings(settings: PoolSettings): PoolSettings {
  return { ...DEFAULT_POOL_SETTINGS, ...settings };
}
