/** Leases, tickets and offers as the ledger holds them. */
import { z } from 'zod';
import { displayNameSchema, idSchema, instantMsSchema, takeSchema } from '../domain-schemas.ts';

/** DELETE /tickets/:ticketId by an admin; the audit keeps the reason. */
export const forceReleaseSchema = z.strictObject({ reason: z.string().min(3).max(500) });

const whoseSchema = z.object({
  userId: idSchema,
  userName: displayNameSchema,
  productId: idSchema,
  productName: displayNameSchema,
  simulated: z.boolean(),
});

/** DELETE /leases/:leaseId. `warnMs`: its holder is told so long before; 0: it ends at once. */
export const endLeaseSchema = forceReleaseSchema.extend({
  warnMs: z.number().int().min(0).max(86_400_000).default(0),
});

/** Whether something is not saved where the seat is used; never what it is called. */
export const unsavedWorkSchema = z.enum(['yes', 'no', 'unknown']);

/** GET /leases?poolId&userId */
export const leaseResourceSchema = whoseSchema.extend({
  leaseId: idSchema,
  poolId: idSchema,
  units: z.number().int().min(1),
  workstationId: idSchema,
  workstationName: displayNameSchema,
  grantedAtMs: instantMsSchema,
  /** Empty while the lease waits for its application to start, until `awaitedUntilMs`. */
  sessionIds: z.array(idSchema),
  awaitedUntilMs: instantMsSchema.nullable(),
  /** The group whose reserved unit this is, lent while none of its members asks; null: nobody's. */
  borrowedFrom: idSchema.nullable(),
  /** Its end was announced; null: no. `unsavedWork` null: the agent has not said yet. */
  warning: z
    .object({ note: z.string(), untilMs: instantMsSchema, unsavedWork: unsavedWorkSchema.nullable() })
    .nullable(),
});
export type LeaseResource = z.infer<typeof leaseResourceSchema>;

/** GET /tickets?productId&userId: by rank within each product. */
export const ticketResourceSchema = whoseSchema.extend({
  ticketId: idSchema,
  origin: z.enum(['person', 'hold', 'return', 'booked']),
  priorityClass: z.number().int(),
  rises: z.number().int().min(0),
  sequence: z.number().int(),
  queuedAtMs: instantMsSchema,
  missedOffers: z.number().int().min(0),
  /** Set while a seat is held for this ticket. */
  offerId: idSchema.nullable(),
  /** Why it keeps its place and is offered nothing now; empty: it waits like everybody. */
  asideBecause: z.array(z.string()),
});
export type TicketResource = z.infer<typeof ticketResourceSchema>;

/** GET /offers?productId&userId */
export const offerResourceSchema = whoseSchema.extend({
  offerId: idSchema,
  ticketId: idSchema,
  takes: z.array(takeSchema),
  strength: z.enum(['hard', 'soft']),
  untilMs: instantMsSchema,
});
export type OfferResource = z.infer<typeof offerResourceSchema>;
