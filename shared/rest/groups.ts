/** Groups of people: a tree, members, and where they have shares. */
import { z } from 'zod';
import { displayNameSchema, idSchema } from '../domain-schemas.ts';

/** Neither | nor ; since lists of people write them between names of groups. */
const groupNameSchema = displayNameSchema.regex(/^[^|;]*$/, 'a name without | and ;');
export const groupIdSchema = idSchema.regex(
  /^[a-z0-9]+(-[a-z0-9]+)*$/i,
  'letters and digits with dashes between',
);

/** PUT /groups/:groupId makes a group, renames it, or moves it. What is left out stays (a new group lies in none). */
export const putGroupSchema = z.strictObject({
  name: groupNameSchema.optional(),
  parentId: idSchema.nullable().optional(),
});

/** GET /groups, GET /groups/:groupId */
export const groupResourceSchema = z.object({
  groupId: idSchema,
  name: displayNameSchema,
  parentId: idSchema.nullable(),
  /** People whom it names; those of groups within it are not counted. */
  members: z.number().int().min(0),
  /** Pools in which it has a share. */
  poolIds: z.array(idSchema),
});
export type GroupResource = z.infer<typeof groupResourceSchema>;

/** POST /groups/:groupId/members */
export const changeMembersSchema = z.strictObject({
  add: z.array(idSchema).max(1000).default([]),
  remove: z.array(idSchema).max(1000).default([]),
});
