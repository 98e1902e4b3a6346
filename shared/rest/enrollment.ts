/** Enrollment of agents (POST /enroll, Bearer = enrollment token), and the tokens for it. */
import { z } from 'zod';
import { displayNameSchema, durationMsSchema, idSchema, instantMsSchema } from '../domain-schemas.ts';

export const enrollRequestSchema = z.strictObject({
  instanceId: idSchema,
  workstation: z.strictObject({
    name: displayNameSchema,
    platform: z.enum(['linux', 'win32', 'darwin']),
    osVersion: z.string().max(200),
    /** Set when the machine already has an id from this server (a second account on it). */
    workstationId: idSchema.nullable(),
  }),
  /** The OS account as the system asserts it: uid or SID, and the login name to show. */
  account: z.strictObject({
    authority: z.enum(['unix', 'windows', 'simulated']),
    id: z.string().min(1).max(200),
    name: displayNameSchema,
  }),
});
export type EnrollRequest = z.infer<typeof enrollRequestSchema>;

export const enrollAnswerSchema = z.strictObject({
  credential: z.string().min(20).max(200),
  workstationId: idSchema,
  userId: idSchema,
});
export type EnrollAnswer = z.infer<typeof enrollAnswerSchema>;

/** POST /enrollment-tokens. The answer is the only time the token is shown. */
export const createEnrollmentTokenSchema = z.strictObject({
  label: displayNameSchema,
  validForMs: durationMsSchema.default(7 * 86_400_000),
});
export const enrollmentTokenResourceSchema = z.object({
  tokenId: idSchema,
  label: displayNameSchema,
  createdAtMs: instantMsSchema,
  expiresAtMs: instantMsSchema,
  revoked: z.boolean(),
  uses: z.number().int().min(0),
});
export const createdEnrollmentTokenSchema = enrollmentTokenResourceSchema.extend({ token: z.string() });
