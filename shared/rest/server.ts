/** What the server says of itself: its own record, what it is, and its live socket for the console. */
import { z } from 'zod';
import { idSchema, instantMsSchema } from '../domain-schemas.ts';
import { pageQuerySchema } from './common.ts';
import { poolResourceSchema } from './pools.ts';
import { workstationResourceSchema } from './workstations.ts';

/** GET /events: oldest first, or newest first. */
export const eventQuerySchema = pageQuerySchema.extend({
  order: z.enum(['oldest', 'newest']).default('oldest'),
});

/** The ledger's own record. Opaque ids only. */
export const ledgerEventResourceSchema = z.object({
  eventNumber: z.number().int().min(1),
  atMs: instantMsSchema,
  kind: z.string(),
  body: z.unknown(),
});

/** GET /about, without sign-in. */
export const aboutSchema = z.object({
  name: z.literal('usher'),
  version: z.string(),
  protocol: z.object({ newest: z.number().int(), oldest: z.number().int() }),
  demo: z.boolean(),
});

/** Messages of the console's live socket (GET /api/v1/live, upgraded): a snapshot first, then what changed. */
export const liveMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('pools'),
    full: z.boolean(),
    pools: z.array(poolResourceSchema),
    removedPoolIds: z.array(idSchema),
  }),
  z.object({
    type: z.literal('workstations'),
    /** true: these are all; others that were known are gone. */
    full: z.boolean(),
    workstations: z.array(workstationResourceSchema),
  }),
  z.object({ type: z.literal('ping') }),
]);
export type LiveMessage = z.infer<typeof liveMessageSchema>;
