/**
 * Read models that travel: what a person may see of pools, holders, queues and of their own seats. The server makes
 * them, agents pass them on, pages draw them; nobody computes a seat from them.
 */
import { z } from 'zod';
import { contactSchema } from './contact.ts';
import { activitySchema, displayNameSchema, idSchema, instantMsSchema } from './domain-schemas.ts';

/** Seats of a pool in units. Unknown is not zero: a license manager that cannot be read says since when. */
export const seatCountSchema = z.discriminatedUnion('state', [
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
export type SeatCount = z.infer<typeof seatCountSchema>;

/** One session that uses a pool: with a seat (`held`) or without one (`overage`). */
export const holderViewSchema = z.strictObject({
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
  /** The seat is another group's, lent as long as none of its members asks. */
  borrowed: z.boolean().default(false),
  /** How to reach this person; null: not known, or not for everybody's eyes. */
  contact: contactSchema.nullable().default(null),
  /** An admin announced that this seat ends then; null: no. */
  warnedUntilMs: instantMsSchema.nullable().default(null),
});
export type HolderView = z.infer<typeof holderViewSchema>;

export const queueEntryViewSchema = z.strictObject({
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
export type QueueEntryView = z.infer<typeof queueEntryViewSchema>;

export const poolViewSchema = z.strictObject({
  poolId: idSchema,
  name: displayNameSchema,
  kind: z.enum(['metered', 'managed']),
  enforcement: z.enum(['observe', 'ask', 'gate']),
  productIds: z.array(idSchema),
  seats: seatCountSchema,
  holders: z.array(holderViewSchema),
  queue: z.array(queueEntryViewSchema),
  /** A very full pool shows its first rows only: so many more hold, and wait. Absent: these are all. */
  leftOut: z.strictObject({ holders: z.number().int().min(0), queue: z.number().int().min(0) }).optional(),
  /** Grows with every change of this pool; a reader drops what is older than what it has. */
  revision: z.number().int().min(0),
});
export type PoolView = z.infer<typeof poolViewSchema>;

export const productViewSchema = z.strictObject({
  productId: idSchema,
  name: displayNameSchema,
  poolIds: z.array(idSchema),
});
export type ProductView = z.infer<typeof productViewSchema>;

/** What one session of mine has. `not-counted`: no pool counts this product. */
export const sessionSeatSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('not-counted') }),
  z.strictObject({ state: z.literal('held'), sinceMs: instantMsSchema }),
  z.strictObject({ state: z.literal('overage'), sinceMs: instantMsSchema }),
]);
export type SessionSeat = z.infer<typeof sessionSeatSchema>;

/**
 * When somebody who waits can expect a seat, learned from this pool's own seats: half of such waits end before
 * `p50AtMs`, nine of ten before `p90AtMs` (null: perhaps never). `basis`: ended seats it was learned from.
 */
export const expectedWaitSchema = z.strictObject({
  p50AtMs: instantMsSchema,
  p90AtMs: instantMsSchema.nullable(),
  basis: z.number().int().min(0),
});
export type ExpectedWait = z.infer<typeof expectedWaitSchema>;

/** Why a ticket keeps its place but is offered nothing now. `untilMs` null: it depends on others. */
export const asideSchema = z.strictObject({
  because: z.enum(['deferred', 'booked', 'quiet', 'limit', 'cap', 'closed', 'denied']),
  untilMs: instantMsSchema.nullable(),
});
export type Aside = z.infer<typeof asideSchema>;

export const myTicketSchema = z.strictObject({
  ticketId: idSchema,
  productId: idSchema,
  productName: displayNameSchema,
  place: z.number().int().min(1),
  sinceMs: instantMsSchema,
  missedOffers: z.number().int().min(0),
  maximumMissedOffers: z.number().int().min(1),
  /** null: it waits like everybody. */
  aside: asideSchema.nullable().default(null),
  /** Who is served before, those who step aside not counted; null: the server does not say. */
  peopleAhead: z.number().int().min(0).nullable().default(null),
  /** By how many classes earlier idle time put it back. */
  fairShareClasses: z.number().int().min(0).default(0),
  /** null: too little is known. */
  expectedWait: expectedWaitSchema.nullable().default(null),
});
export type MyTicket = z.infer<typeof myTicketSchema>;

export const myOfferSchema = z.strictObject({
  offerId: idSchema,
  ticketId: idSchema,
  productId: idSchema,
  productName: displayNameSchema,
  untilMs: instantMsSchema,
  /** hard: nobody else can take the seat. soft: only Usher's users respect it. */
  strength: z.enum(['hard', 'soft']),
});
export type MyOffer = z.infer<typeof myOfferSchema>;

export const denialReasonSchema = z.enum([
  'no-free-seat',
  'others-wait',
  'pool-unknown',
  'denied-by-admin',
  'pool-paused',
  'user-limit',
  'group-cap',
  'reserved',
]);

export const myDenialSchema = z.strictObject({
  denialId: idSchema,
  productId: idSchema,
  productName: displayNameSchema,
  sessionId: idSchema.nullable(),
  atMs: instantMsSchema,
  reason: denialReasonSchema,
  enforcement: z.enum(['observe', 'ask', 'gate']),
});
export type MyDenial = z.infer<typeof myDenialSchema>;

/** What became of something of mine without my doing, and why: shown until dismissed. */
export const myNoticeSchema = z.strictObject({
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
    'handover-moved',
    'handover-busy',
    'handover-expired',
    'handover-lease-gone',
    'warning-withdrawn',
  ]),
});
export type MyNotice = z.infer<typeof myNoticeSchema>;

/** Somebody asks me for a seat of mine. */
export const handoverRequestSchema = z.strictObject({
  handoverId: idSchema,
  leaseId: idSchema,
  /** What they need; the seat may be used for another product of the same pool. */
  productId: idSchema,
  productName: displayNameSchema,
  /** null: they did not say who they are. */
  askerName: displayNameSchema.nullable(),
  untilMs: instantMsSchema,
  /** What I said; null: nothing yet. */
  answer: z.literal('in-10-minutes').nullable(),
});
export type HandoverRequest = z.infer<typeof handoverRequestSchema>;

/** I ask somebody for a seat of theirs; still open. */
export const myHandoverSchema = z.strictObject({
  handoverId: idSchema,
  leaseId: idSchema,
  productId: idSchema,
  productName: displayNameSchema,
  holderName: displayNameSchema,
  untilMs: instantMsSchema,
  /** null: no answer yet. */
  answer: z.literal('in-10-minutes').nullable(),
});
export type MyHandover = z.infer<typeof myHandoverSchema>;

export const unsavedWorkSchema = z.enum(['yes', 'no', 'unknown']);

/** An admin announced the end of a seat of mine. */
export const myWarningSchema = z.strictObject({
  leaseId: idSchema,
  productId: idSchema,
  productName: displayNameSchema,
  /** The admin's words. */
  note: z.string().max(500),
  untilMs: instantMsSchema,
  /** Sessions that use the seat, on any machine of mine. */
  sessionIds: z.array(idSchema),
  /** What this machine's agent said; null: nothing yet. */
  unsavedWork: unsavedWorkSchema.nullable(),
});
export type MyWarning = z.infer<typeof myWarningSchema>;

/** Everything the server says about one person, as seen by one agent of theirs. Always whole, never a difference. */
export const mineSchema = z.strictObject({
  seats: z.array(z.strictObject({ sessionId: idSchema, seat: sessionSeatSchema })),
  tickets: z.array(myTicketSchema),
  offers: z.array(myOfferSchema),
  /** Denials of sessions that still run without a seat. */
  denials: z.array(myDenialSchema),
  notices: z.array(myNoticeSchema).max(20),
  handoverRequests: z.array(handoverRequestSchema).default([]),
  handovers: z.array(myHandoverSchema).default([]),
  warnings: z.array(myWarningSchema).default([]),
});
export type Mine = z.infer<typeof mineSchema>;

export const EMPTY_MINE: Mine = {
  seats: [],
  tickets: [],
  offers: [],
  denials: [],
  notices: [],
  handoverRequests: [],
  handovers: [],
  warnings: [],
};
