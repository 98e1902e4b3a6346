/** People. */
import { z } from 'zod';
import { displayNameSchema, idSchema } from '../domain-schemas.ts';

export const personResourceSchema = z.object({
  userId: idSchema,
  name: displayNameSchema,
  simulated: z.boolean(),
});
export type PersonResource = z.infer<typeof personResourceSchema>;
