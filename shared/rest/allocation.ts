/** How the units of a pool are divided among groups and people, and whether it is open: each part with a path of its own. */
import { z } from 'zod';
import {
  denyRuleSchema,
  displayNameSchema,
  groupShareSchema,
  idSchema,
  instantMsSchema,
} from '../domain-schemas.ts';

/** PUT /pools/:poolId/shares/:groupId: what this group may expect. */
export const putShareSchema = groupShareSchema
  .omit({ groupId: true })
  .partial()
  .refine(
    ({ reservedUnits = 0, capUnits }) => typeof capUnits !== 'number' || reservedUnits <= capUnits,
    'a group cannot have more reserved than its cap',
  );

/** POST /pools/:poolId/denied: nobody of these gets a seat, from now on until then. */
export const createDenySchema = denyRuleSchema.omit({ denyId: true });
export const denyResourceSchema = denyRuleSchema;

const reasonSchema = z.string().min(3).max(500);

/** PUT /pools/:poolId/admission. The audit keeps the reason. */
export const putAdmissionSchema = z.strictObject({
  admission: z.enum(['open', 'paused', 'draining']),
  reason: reasonSchema,
});

/** Why somebody of a line can get no unit now, or fewer than are free. */
export const holdBackSchema = z.enum(['paused', 'draining', 'full', 'reserved', 'cap', 'unknown']);
export type HoldBack = z.infer<typeof holdBackSchema>;

/** What somebody of this group could have now. groupId null: everybody who is in no group with a share. */
export const allocationLineSchema = z.object({
  groupId: idSchema.nullable(),
  groupName: displayNameSchema.nullable(),
  reservedUnits: z.number().int().min(0),
  capUnits: z.number().int().min(0).nullable(),
  priorityClass: z.number().int().nullable(),
  /** Units of leases and open offers of the group's people now. */
  usedUnits: z.number().int().min(0),
  /** Of the group's reserved units, lent to others. */
  lentUnits: z.number().int().min(0),
  waiting: z.number().int().min(0),
  /** What the next person of this group could take at once; null: not known. */
  availableUnits: z.number().int().min(0).nullable(),
  holdBacks: z.array(holdBackSchema),
});
export type AllocationLine = z.infer<typeof allocationLineSchema>;

/** GET /pools/:poolId/allocation */
export const allocationPreviewSchema = z.object({
  poolId: idSchema,
  /** Outside the working hours shares and limits rest. */
  isResting: z.boolean(),
  unitsPerUser: z.number().int().nullable(),
  lines: z.array(allocationLineSchema),
});
export type AllocationPreview = z.infer<typeof allocationPreviewSchema>;

/** GET /pools/:poolId/users: everybody who uses it now or did in the last 30 days, users of now first. */
export const poolUserSchema = z.object({
  userId: idSchema,
  userName: displayNameSchema,
  simulated: z.boolean(),
  groupIds: z.array(idSchema),
  /** Sessions that run now, with a seat or without. */
  activeSessions: z.number().int().min(0),
  unitsHeld: z.number().int().min(0),
  isWaiting: z.boolean(),
  /** Last word of an agent of theirs; null: never. */
  lastSeenMs: instantMsSchema.nullable(),
  recentSessions: z.number().int().min(0),
  lastStartedAtMs: instantMsSchema.nullable(),
});
export type PoolUser = z.infer<typeof poolUserSchema>;
