/** Workstations with their agents. */
import { z } from 'zod';
import { displayNameSchema, idSchema, instantMsSchema } from '../domain-schemas.ts';

export const workstationResourceSchema = z.object({
  workstationId: idSchema,
  name: displayNameSchema,
  platform: z.enum(['linux', 'win32', 'darwin']),
  osVersion: z.string(),
  agents: z.array(
    z.object({
      userId: idSchema,
      userName: displayNameSchema,
      loginSessionId: idSchema.nullable(),
      agentVersion: z.string().nullable(),
      connected: z.boolean(),
      lastContactMs: instantMsSchema.nullable(),
      sensors: z.object({ processes: z.string(), idle: z.string() }).nullable(),
      /** true: its credential was also shown by a copy of it, which was refused. */
      copiedCredential: z.boolean().optional(),
    }),
  ),
  simulated: z.boolean(),
});
export type WorkstationResource = z.infer<typeof workstationResourceSchema>;
