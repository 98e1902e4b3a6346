/**
 * Bodies of the REST interface, one schema for each: they make the types, the checks and the OpenAPI document.
 * Paths lie under /api/v1. Errors are problem+json (RFC 9457) with a stable `code`.
 */
import { z } from 'zod';
import { productSchema } from './catalog.ts';
import {
  activitySchema,
  alternativeSchema,
  displayNameSchema,
  durationMsSchema,
  idSchema,
  instantMsSchema,
  poolSettingsSchema,
  takeSchema,
} from './domain-schemas.ts';
import { poolViewSchema } from './views.ts';

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** Stable, upper case with underscores. */
  code: z.string(),
  /** What happened and what to do next, for a person. */
  detail: z.string(),
});
export type Problem = z.infer<typeof problemSchema>;

/** `cursor` of the answer goes into the next question; null: that was the last page. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(500).optional(),
});

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), cursor: z.string().nullable() });

// ---------------------------------------------------------------- enrollment (POST /enroll, Bearer = enrollment token)

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

// ---------------------------------------------------------------- sign-in of an admin (POST/DELETE /session)

export const signInRequestSchema = z.strictObject({ token: z.string().min(1).max(200) });
export const signInAnswerSchema = z.strictObject({ expiresAtMs: instantMsSchema });
/** GET /session: whether this browser is signed in; null where that does not end (a token in the header). */
export const sessionStateSchema = z.object({
  signedIn: z.boolean(),
  expiresAtMs: instantMsSchema.nullable(),
});

// ---------------------------------------------------------------- pools and products

/** POST /pools. What is left out gets DEFAULT_POOL_SETTINGS. */
export const createPoolSchema = z.strictObject({
  /** Made from the name when absent: kebab-case. */
  poolId: idSchema.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/).optional(),
  settings: poolSettingsSchema.partial().required({ name: true, capacity: true }),
  /** Products that this pool serves alone with one unit; alternatives over several pools are set at the product. */
  productIds: z.array(idSchema).max(1000).default([]),
});

/** PATCH /pools/:poolId. Only what is named changes. */
export const editPoolSchema = z.strictObject({
  settings: poolSettingsSchema.partial().optional(),
  productIds: z.array(idSchema).max(1000).optional(),
});

/** GET /pools, GET /pools/:poolId: what the admin set, and how it looks now. */
export const poolResourceSchema = z.object({ settings: poolSettingsSchema, view: poolViewSchema });
export type PoolResource = z.infer<typeof poolResourceSchema>;

/** GET /products: the catalog with where it came from; PUT /products/:productId adds or changes one. */
export const productResourceSchema = z.object({
  product: productSchema,
  source: z.enum(['shipped', 'admin']),
  alternatives: z.array(alternativeSchema),
});
export type ProductResource = z.infer<typeof productResourceSchema>;
/** PUT /products/:productId/alternatives: ordered; the first that is free is taken. */
export const alternativesSchema = z.strictObject({ alternatives: z.array(alternativeSchema).max(16) });

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
  origin: z.enum(['person', 'hold', 'return']),
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

// ---------------------------------------------------------------- workstations, people, tokens

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

export const personResourceSchema = z.object({
  userId: idSchema,
  name: displayNameSchema,
  simulated: z.boolean(),
});
export type PersonResource = z.infer<typeof personResourceSchema>;

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

// ---------------------------------------------------------------- usage (GET /usage?productId&userId&fromMs&toMs)

/** Sessions that overlap [fromMs, toMs); newest start first. */
export const usageQuerySchema = pageQuerySchema.extend({
  productId: idSchema.optional(),
  userId: idSchema.optional(),
  fromMs: z.coerce.number().pipe(instantMsSchema).optional(),
  toMs: z.coerce.number().pipe(instantMsSchema).optional(),
});

export const usageIntervalSchema = z.object({
  intervalId: idSchema,
  state: z.enum(['active', 'idle', 'locked', 'suspended']),
  activity: activitySchema,
  fromMs: instantMsSchema,
  /** null: still going on. */
  toMs: instantMsSchema.nullable(),
  projectId: idSchema.nullable(),
});

/**
 * One session's record. grantedMs: how long it had a seat. actualMs: that time minus gaps without activity of
 * usageIdleAfterMs or more. overageMs: how long it ran without a seat.
 */
export const usageRecordSchema = z.object({
  sessionId: idSchema,
  userId: idSchema,
  userName: displayNameSchema,
  workstationId: idSchema,
  workstationName: displayNameSchema,
  productId: idSchema,
  productName: displayNameSchema,
  startedAtMs: instantMsSchema,
  endedAtMs: instantMsSchema.nullable(),
  endReason: z.string().nullable(),
  grantedMs: durationMsSchema,
  actualMs: durationMsSchema,
  overageMs: durationMsSchema,
  usageIdleAfterMs: durationMsSchema,
  grants: z.array(
    z.object({
      leaseId: idSchema,
      poolId: idSchema,
      fromMs: instantMsSchema,
      toMs: instantMsSchema.nullable(),
    }),
  ),
  intervals: z.array(usageIntervalSchema),
  simulated: z.boolean(),
});
export type UsageRecord = z.infer<typeof usageRecordSchema>;

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

/** GET /events: the ledger's own record, newest last. Opaque ids only. */
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
  z.object({ type: z.literal('workstations'), workstations: z.array(workstationResourceSchema) }),
  z.object({ type: z.literal('ping') }),
]);
export type LiveMessage = z.infer<typeof liveMessageSchema>;
