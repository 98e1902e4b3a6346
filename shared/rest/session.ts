/** Sign-in of an admin (POST/GET/DELETE /session). */
import { z } from 'zod';
import { instantMsSchema } from '../domain-schemas.ts';

export const signInRequestSchema = z.strictObject({ token: z.string().min(1).max(200) });
export const signInAnswerSchema = z.strictObject({ expiresAtMs: instantMsSchema });
/** GET /session: whether this browser is signed in; null where that does not end (a token in the header). */
export const sessionStateSchema = z.object({
  signedIn: z.boolean(),
  expiresAtMs: instantMsSchema.nullable(),
});
