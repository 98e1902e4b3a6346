/**
 * The views as version 1.02 has them, kept as they were: an agent of that version refuses what does not fit them. Never
 * edited when the protocol moves on.
 */
import { z } from 'zod';
import { activitySchema, displayNameSchema, idSchema, instantMsSchema } from '../../shared/domain-schemas.ts';

/** Seats of a pool in units. Unknown is not zero: a license manager that cannot be read says since when. */
const seatCountSchema = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('known'),
    /** Capacity with packs and overdraft at this moment. */
    capacity: z.number().int().min(0),
    inUse: z.number().int().min(0),
    offered: z.number().int().min(0),
    /** What a newcomer could get now; 0 also while a pool is over its capacity after a shrink. */
    free: z.number().int().min(0),
  }),
  z.strictObject({
    state: z.literal('unknown'),
    sinceMs: instantMsSchema,
    capacity: z.number().int().min(0),
  }),
]);

/** One session that uses a pool: with a seat (`held`) or without one (`overage`). */
const holderViewSchema = z.strictObject({
  sessionId: idSchema,
  leaseId: idSchema.nullable(),
  seat: z.enum(['held', 'overage']),
  userId: idSchema,
  userName: displayNameSchema,
  workstationId: idSchema,
  workstationName: displayNameSchema,
  productId: idSchema,
  productName: displayNameSchema,
  units: z.number().int().min(0),
  /** held: since when the seat is held; overage: since when the application runs. */
  sinceMs: instantMsSchema,
  /** null: the agent has not said yet. */
  activity: activitySchema.nullable(),
  simulated: z.boolean(),
});

const queueEntryViewSchema = z.strictObject({
  ticketId: idSchema,
  userId: idSchema,
  userName: displayNameSchema,
  productId: idSchema,
  productName: displayNameSchema,
  /** 1 is the head. */
  place: z.number().int().min(1),
  sinceMs: instantMsSchema,
  /** Until when a seat is held for this person; null: still waiting. */
  offeredUntilMs: instantMsSchema.nullable(),
  simulated: z.boolean(),
});

export const poolViewSchema102 = z.strictObject({
  poolId: idSchema,
  name: displayNameSchema,
  kind: z.enum(['metered', 'managed']),
  enforcement: z.enum(['observe', 'ask', 'gate']),
  productIds: z.array(idSchema),
  seats: seatCountSchema,
  holders: z.array(holderViewSchema),
  queue: z.array(queueEntryViewSchema),
  /** Grows with every change of this pool; a reader drops what is older than what it has. */
  revision: z.number().int().min(0),
});

export const productViewSchema102 = z.strictObject({
  productId: idSchema,
  name: displayNameSchema,
  poolIds: z.array(idSchema),
});

/** What one session of mine has. `not-counted`: no pool counts this product. */
const sessionSeatSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('not-counted') }),
  z.strictObject({ state: z.literal('held'), sinceMs: instantMsSchema }),
  z.strictObject({ state: z.literal('overage'), sinceMs: instantMsSchema }),
]);

const myTicketSchema = z.strictObject({
  ticketId: idSchema,
  productId: idSchema,
  productName: displayNameSchema,
  place: z.number().int().min(1),
  sinceMs: instantMsSchema,
  missedOffers: z.number().int().min(0),
  maximumMissedOffers: z.number().int().min(1),
});

const myOfferSchema = z.strictObject({
  offerId: idSchema,
  ticketId: idSchema,
  productId: idSchema,
  productName: displayNameSchema,
  untilMs: instantMsSchema,
  /** hard: nobody else can take the seat. soft: only Usher's users respect it. */
  strength: z.enum(['hard', 'soft']),
});

const myDenialSchema = z.strictObject({
  denialId: idSchema,
  productId: idSchema,
  productName: displayNameSchema,
  sessionId: idSchema.nullable(),
  atMs: instantMsSchema,
  reason: z.enum(['no-free-seat', 'others-wait', 'pool-unknown']),
  enforcement: z.enum(['observe', 'ask', 'gate']),
});

/** A ticket of mine that ended without a seat, and why: shown until dismissed. */
const myNoticeSchema = z.strictObject({
  noticeId: idSchema,
  productId: idSchema,
  productName: displayNameSchema,
  atMs: instantMsSchema,
  kind: z.enum([
    'offer-missed',
    'ticket-ended-missed',
    'ticket-ended-admin',
    'ticket-ended-pool-gone',
    'lease-expired',
    'lease-admin',
  ]),
});

/** Everything the server says about one person, as seen by one agent of theirs. Always whole, never a difference. */
export const mineSchema102 = z.strictObject({
  seats: z.array(z.strictObject({ sessionId: idSchema, seat: sessionSeatSchema })),
  tickets: z.array(myTicketSchema),
  offers: z.array(myOfferSchema),
  /** Denials of sessions that still run without a seat. */
  denials: z.array(myDenialSchema),
  notices: z.array(myNoticeSchema).max(20),
});
