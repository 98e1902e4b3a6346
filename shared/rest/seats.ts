/** Leases, tickets and offers as the ledger holds them. */
import { z } from 'zod';
import { displayNameSchema, idSchema, instantMsSchema, takeSchema } from '../domain-schemas.ts';

/** DELETE /leases/:leaseId and DELETE /tickets/:ticketId by an admin; the audit keeps the reason. */
export const forceReleaseSchema = z.strictObject({ reason: z.string().min(3).max(500) });

const whoseSchema = z.object({
  userId: idSchema,
  userName: displayNameSchema,
  productId: idSchema,
  productName: displayNameSchema,
  simulated: z.boolean(),
});

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
