/** Requests that found no seat. */
import { z } from 'zod';
import { displayNameSchema, idSchema, instantMsSchema } from '../domain-schemas.ts';

/** GET /denials */
export const denialResourceSchema = z.object({
  denialId: idSchema,
  atMs: instantMsSchema,
  userId: idSchema,
  userName: displayNameSchema,
  productId: idSchema,
  productName: displayNameSchema,
  reason: z.string(),
});
