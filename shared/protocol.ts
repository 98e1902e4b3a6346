/**
 * The wire between agent and server: messages, versions, close codes. docs/PROTOCOL.md says the same in prose and
 * numbers the rules; protocol-codec.ts turns text into these types and back.
 */
import { z } from 'zod';
import { catalogSchema } from './catalog.ts';
import { LONGEST_DEFERRAL_MS } from './domain.ts';
import {
  activitySchema,
  displayNameSchema,
  durationMsSchema,
  idSchema,
  instantMsSchema,
} from './domain-schemas.ts';
import { MINUTE } from './time.ts';
import { mineSchema, poolViewSchema, productViewSchema, unsavedWorkSchema } from './views.ts';

/** The newest version this build speaks: `major.minor` as major * 100 + minor. */
export const PROTOCOL_VERSION = 103;
/** Agents at least two minor versions back are accepted. */
export const OLDEST_PROTOCOL_VERSION = 100;

/** A message longer than this closes the socket with MESSAGE_TOO_LARGE. Bytes of UTF-8. */
export const MAXIMUM_MESSAGE_BYTES = 1_048_576;
/** Facts in one message; an agent with more sends several. */
export const MAXIMUM_FACTS_PER_MESSAGE = 200;
/** Sessions in one renewal. */
export const MAXIMUM_RENEWED = 1000;

/** What the two ends may agree on beyond the version. Unknown names are ignored in hello. */
export const CAPABILITIES = ['watch-pools', 'wishes', 'catalog-push'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/**
 * Close codes. 44xx: fatal, trying again cannot help until a person changes something. 45xx: try again with
 * the usual waiting. `name` is what logs and pages show.
 */
export const CLOSE_CODES = {
  BAD_MESSAGE: { code: 4400, fatal: true },
  UNAUTHORIZED: { code: 4401, fatal: true },
  MUST_ENROLL_AGAIN: { code: 4403, fatal: true },
  TOO_OLD: { code: 4406, fatal: true },
  TOO_NEW: { code: 4407, fatal: false },
  NOT_AGREED: { code: 4409, fatal: true },
  MESSAGE_TOO_LARGE: { code: 4413, fatal: true },
  REPLACED: { code: 4500, fatal: false },
  HELLO_TIMEOUT: { code: 4501, fatal: false },
  PING_TIMEOUT: { code: 4502, fatal: false },
  TOO_SLOW: { code: 4503, fatal: false },
  SHUTTING_DOWN: { code: 4504, fatal: false },
  OUT_OF_ORDER: { code: 4505, fatal: false },
  INTERNAL: { code: 4511, fatal: false },
} as const satisfies Record<string, { code: number; fatal: boolean }>;
export type CloseName = keyof typeof CLOSE_CODES;

// ---------------------------------------------------------------- facts: agent -> server, numbered, acknowledged

/**
 * One stretch of a session in one state. The open stretch has `toMs` null. The same intervalId again replaces what
 * was said before: that is how the past is corrected, and how an open stretch is closed.
 */
const intervalFactSchema = z.strictObject({
  kind: z.literal('interval'),
  sessionId: idSchema,
  intervalId: idSchema,
  activity: activitySchema,
  fromMs: instantMsSchema,
  toMs: instantMsSchema.nullable(),
  projectId: idSchema.nullable(),
});

/** What a person asks for. Decided by the server only. */
export const wishSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('queue'), productId: idSchema }),
  z.strictObject({ type: z.literal('leave'), ticketId: idSchema }),
  z.strictObject({ type: z.literal('claim'), offerId: idSchema }),
  z.strictObject({ type: z.literal('decline'), offerId: idSchema }),
  /** `comeBackAtMs` (since 1.03; absent or null: no): a place is booked for then, on the agent's clock. */
  z.strictObject({
    type: z.literal('release'),
    sessionId: idSchema,
    comeBackAtMs: instantMsSchema.nullable().optional(),
  }),
  /** Since 1.03. */
  z.strictObject({
    type: z.literal('defer'),
    ticketId: idSchema,
    forMs: z.number().int().min(MINUTE).max(LONGEST_DEFERRAL_MS),
  }),
  z.strictObject({
    type: z.literal('ask-holder'),
    leaseId: idSchema,
    productId: idSchema,
    /** true: the holder is told who asks. */
    isNamed: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('answer-handover'),
    handoverId: idSchema,
    answer: z.enum(['free-now', 'in-10-minutes', 'busy']),
  }),
]);
export type Wish = z.infer<typeof wishSchema>;

/** The version in which each wish came; a place for later came as a new part of an old wish. */
export function wishSince(wish: Wish): number {
  if (wish.type === 'release') return typeof wish.comeBackAtMs === 'number' ? 103 : 101;
  return WISH_SINCE[wish.type];
}

const WISH_SINCE: Record<Wish['type'], number> = {
  queue: 101,
  leave: 101,
  claim: 101,
  decline: 101,
  release: 101,
  defer: 103,
  'ask-holder': 103,
  'answer-handover': 103,
};

export const factSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('session-started'),
    sessionId: idSchema,
    productId: idSchema,
    productName: displayNameSchema,
    startedAtMs: instantMsSchema,
    /** Key of the first process: boot id, pid and start, hashed by the agent; for counting by process. */
    processKey: idSchema,
    /** application: a process was seen. hold: `usher wait` holds a seat for a command. */
    origin: z.enum(['application', 'hold']),
  }),
  intervalFactSchema,
  z.strictObject({
    kind: z.literal('session-ended'),
    sessionId: idSchema,
    endedAtMs: instantMsSchema,
    reason: z.enum(['exit', 'unseen', 'reboot', 'product-removed']),
  }),
  /** A wish with a time limit: `expiresInMs` counts from when it was made, and the agent subtracts what has passed. */
  z.strictObject({
    kind: z.literal('wish'),
    wishId: idSchema,
    wish: wishSchema,
    expiresInMs: durationMsSchema,
  }),
  /** Since 1.03. About a lease whose end was announced: whether something is not saved here, never what. */
  z.strictObject({ kind: z.literal('unsaved-work'), leaseId: idSchema, unsavedWork: unsavedWorkSchema }),
  /** The outbox was full: these facts were merged away. Nothing is dropped without this. */
  z.strictObject({
    kind: z.literal('summarized'),
    fromMs: instantMsSchema,
    toMs: instantMsSchema,
    facts: z.number().int().min(1),
    sessions: z
      .array(
        z.strictObject({ sessionId: idSchema, activeMs: durationMsSchema, inactiveMs: durationMsSchema }),
      )
      .max(1000),
  }),
]);
export type Fact = z.infer<typeof factSchema>;
export type FactOf<K extends Fact['kind']> = Extract<Fact, { kind: K }>;

/** The version in which each kind of fact came. */
export const FACT_SINCE: Record<Fact['kind'], number> = {
  'session-started': 100,
  interval: 100,
  'session-ended': 100,
  wish: 101,
  summarized: 102,
  'unsaved-work': 103,
};

export const numberedFactSchema = z.strictObject({
  /** 1, 2, 3 ... without a hole, per outbox. */
  seq: z.number().int().min(1),
  fact: factSchema,
});
export type NumberedFact = z.infer<typeof numberedFactSchema>;

/** The server's answer to one wish. */
export const wishResultSchema = z.discriminatedUnion('ok', [
  z.strictObject({
    wishId: idSchema,
    ok: z.literal(true),
    ticketId: idSchema.nullable(),
    offerId: idSchema.nullable(),
  }),
  z.strictObject({
    wishId: idSchema,
    ok: z.literal(false),
    code: z.string().min(1).max(64),
    message: z.string().max(500),
  }),
]);
export type WishResult = z.infer<typeof wishResultSchema>;

// ---------------------------------------------------------------- agent -> server

export const helloSchema = z.strictObject({
  type: z.literal('hello'),
  /** Newest and oldest version the agent speaks. */
  version: z.number().int(),
  oldestVersion: z.number().int(),
  capabilities: z.array(z.string().max(64)).max(64),
  agentVersion: z.string().min(1).max(64),
  /** Made when the agent's data folder was made; a copied credential shows itself by another one. */
  instanceId: idSchema,
  loginSessionId: idSchema,
  /** Identifies the outbox file; a new file (lost disk) starts counting again under a new id. */
  outboxId: idSchema,
  /** The agent's wall clock now, so that the server knows how far it is off. */
  wallMs: instantMsSchema,
  /** Sessions that are open at this moment; the server ends those it knows beyond this list. */
  openSessionIds: z.array(idSchema).max(1000),
  workstation: z.strictObject({
    name: displayNameSchema,
    platform: z.enum(['linux', 'win32', 'darwin']),
    osVersion: z.string().max(200),
  }),
  sensors: z.strictObject({ processes: z.string().max(100), idle: z.string().max(100) }),
  simulated: z.boolean(),
});
export type Hello = z.infer<typeof helloSchema>;

export const agentMessageSchema = z.discriminatedUnion('type', [
  helloSchema,
  z.strictObject({
    type: z.literal('facts'),
    facts: z.array(numberedFactSchema).min(1).max(MAXIMUM_FACTS_PER_MESSAGE),
  }),
  /** Every RENEW_EVERY_MS: these sessions live. */
  z.strictObject({ type: z.literal('renew'), sessionIds: z.array(idSchema).max(MAXIMUM_RENEWED) }),
  /** Somebody looks at the pools (true) or nobody does any more (false). */
  z.strictObject({ type: z.literal('watch'), pools: z.boolean() }),
  z.strictObject({ type: z.literal('ping'), nonce: z.number().int() }),
  z.strictObject({ type: z.literal('pong'), nonce: z.number().int() }),
]);
export type AgentMessage = z.infer<typeof agentMessageSchema>;

// ---------------------------------------------------------------- server -> agent

export const welcomeSchema = z.strictObject({
  type: z.literal('welcome'),
  /** The agreed version: the older of the two newest. */
  version: z.number().int(),
  capabilities: z.array(z.string().max(64)).max(64),
  serverVersion: z.string().min(1).max(64),
  userId: idSchema,
  userName: displayNameSchema,
  workstationId: idSchema,
  wallMs: instantMsSchema,
  /** Facts up to this number are durable; the agent sends what follows. */
  acknowledgedSeq: z.number().int().min(0),
  renewEveryMs: durationMsSchema,
  pingEveryMs: durationMsSchema,
});
export type Welcome = z.infer<typeof welcomeSchema>;

export const serverMessageSchema = z.discriminatedUnion('type', [
  welcomeSchema,
  /** All facts up to `throughSeq` are durable. `results` answers the wishes among them. */
  z.strictObject({
    type: z.literal('ack'),
    throughSeq: z.number().int().min(0),
    results: z.array(wishResultSchema).max(MAXIMUM_FACTS_PER_MESSAGE),
  }),
  z.strictObject({ type: z.literal('mine'), mine: mineSchema }),
  /** `full`: these are all pools and products. Otherwise: these changed, those are gone. */
  z.strictObject({
    type: z.literal('pools'),
    full: z.boolean(),
    pools: z.array(poolViewSchema),
    removedPoolIds: z.array(idSchema),
    products: z.array(productViewSchema),
  }),
  /** Products the admin added or changed; they come on top of the shipped catalog. */
  z.strictObject({ type: z.literal('catalog'), revision: z.number().int().min(0), catalog: catalogSchema }),
  z.strictObject({ type: z.literal('ping'), nonce: z.number().int() }),
  z.strictObject({ type: z.literal('pong'), nonce: z.number().int() }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
