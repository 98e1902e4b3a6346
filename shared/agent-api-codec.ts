/** Decoders for agent-api.ts and the frames that carry it on the local socket and on the loopback page's WebSocket. */
import { z } from 'zod';
import type {
  AgentCommands,
  AgentQueries,
  AgentState,
  CommandName,
  LinkName,
  QueryName,
} from './agent-api.ts';
import { COMMAND_NAMES, LINK_NAMES, QUERY_NAMES } from './agent-api.ts';
import { ownContactSchema } from './contact.ts';
import { LONGEST_DEFERRAL_MS } from './domain.ts';
import {
  activitySchema,
  displayNameSchema,
  durationMsSchema,
  idSchema,
  instantMsSchema,
} from './domain-schemas.ts';
import { failure, type Outcome, success } from './outcome.ts';
import { MINUTE } from './time.ts';
import { mineSchema, poolViewSchema, productViewSchema, sessionSeatSchema } from './views.ts';

type Decoders<T extends Record<string, { input: unknown }>> = { [K in keyof T]: z.ZodType<T[K]['input']> };

export const QUERY_DECODERS = {
  state: z.null(),
  panelAddress: z.null(),
} satisfies Decoders<Record<QueryName, { input: unknown }> & { [K in QueryName]: AgentQueries[K] }>;

export const COMMAND_DECODERS = {
  queue: z.strictObject({ productId: idSchema }),
  leave: z.strictObject({ ticketId: idSchema }),
  claim: z.strictObject({ offerId: idSchema }),
  decline: z.strictObject({ offerId: idSchema }),
  release: z.strictObject({ sessionId: idSchema, comeBackAtMs: instantMsSchema.nullable().optional() }),
  defer: z.strictObject({
    ticketId: idSchema,
    forMs: z.number().int().min(MINUTE).max(LONGEST_DEFERRAL_MS),
  }),
  askHolder: z.strictObject({ leaseId: idSchema, productId: idSchema, isNamed: z.boolean() }),
  answerHandover: z.strictObject({
    handoverId: idSchema,
    answer: z.enum(['free-now', 'in-10-minutes', 'busy']),
  }),
  hold: z.strictObject({ productId: idSchema, pid: z.number().int().min(1) }),
  endHold: z.strictObject({ sessionId: idSchema }),
  dismissNotice: z.strictObject({ noticeId: idSchema }),
  myContact: z.null(),
  setContact: ownContactSchema,
  shutdown: z.null(),
} satisfies Decoders<{ [K in CommandName]: AgentCommands[K] }>;

export const linkNameSchema = z.enum(LINK_NAMES) satisfies z.ZodType<LinkName>;

const healthSchema = z.strictObject({
  source: z.string(),
  state: z.enum(['working', 'fallback', 'failed']),
  detail: z.string().optional(),
});

/** Faces check what the host says too: a page must not break on a host of another version. */
export const agentStateSchema = z.object({
  asOfMs: instantMsSchema,
  agentVersion: z.string(),
  connection: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('enrolling') }),
    z.strictObject({ state: z.literal('connecting'), sinceMs: instantMsSchema }),
    z.strictObject({ state: z.literal('online'), sinceMs: instantMsSchema }),
    z.strictObject({
      state: z.literal('offline'),
      sinceMs: instantMsSchema,
      nextTryAtMs: instantMsSchema.nullable(),
      reason: z.string(),
    }),
    z.strictObject({
      state: z.literal('refused'),
      sinceMs: instantMsSchema,
      code: z.string(),
      message: z.string(),
    }),
  ]),
  userName: displayNameSchema,
  workstationName: displayNameSchema,
  credentialStorage: z.enum(['key-store', 'owner-only-file', 'none']),
  sensors: z.strictObject({ processes: healthSchema, idle: healthSchema, power: healthSchema }),
  watchedProducts: z.number().int().min(0),
  sessions: z.array(
    z.strictObject({
      sessionId: idSchema,
      productId: idSchema,
      productName: displayNameSchema,
      startedAtMs: instantMsSchema,
      processCount: z.number().int().min(0),
      origin: z.enum(['application', 'hold']),
      activity: activitySchema,
      seat: sessionSeatSchema.nullable(),
    }),
  ),
  mine: mineSchema,
  pools: z
    .strictObject({
      asOfMs: instantMsSchema,
      pools: z.array(poolViewSchema),
      products: z.array(productViewSchema),
    })
    .nullable(),
  pendingWishes: z.array(
    z.strictObject({
      wishId: idSchema,
      type: z.enum([
        'queue',
        'leave',
        'claim',
        'decline',
        'release',
        'defer',
        'ask-holder',
        'answer-handover',
      ]),
      subjectId: idSchema,
      deadlineMs: durationMsSchema.or(instantMsSchema),
    }),
  ),
  outboxWaiting: z.number().int().min(0),
}) satisfies z.ZodType<unknown>;

/** One line of the local socket, or one WebSocket message: a request of a face. */
export const requestFrameSchema = z.strictObject({
  id: z.number().int().min(1),
  name: z.enum([...QUERY_NAMES, ...COMMAND_NAMES]),
  input: z.unknown(),
});
export type RequestFrame = z.infer<typeof requestFrameSchema>;

/** What the host sends: an answer to a request, or a push. */
export const hostFrameSchema = z.union([
  z.strictObject({ id: z.number().int().min(1), ok: z.literal(true), output: z.unknown() }),
  z.strictObject({
    id: z.number().int().min(0),
    ok: z.literal(false),
    code: z.string(),
    message: z.string(),
  }),
  z.strictObject({ push: z.literal('state'), value: z.unknown() }),
]);
export type HostFrame = z.infer<typeof hostFrameSchema>;

/** Local frames longer than this are refused: bytes of UTF-8. States of a large company stay below. */
export const MAXIMUM_FRAME_BYTES = 16 * 1_048_576;

export function decodeFrame<T>(schema: z.ZodType<T>, text: string): Outcome<T, 'BAD_FRAME'> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failure('BAD_FRAME', 'The frame is not JSON.');
  }
  const result = schema.safeParse(value);
  if (result.success) return success(result.data);
  const issue = result.error.issues[0];
  return failure(
    'BAD_FRAME',
    `The frame does not fit at ${issue?.path.map(String).join('.') || 'its top'} (${issue?.code ?? 'unknown'}).`,
  );
}

/** Takes a state from a push or an answer. */
export function decodeAgentState(value: unknown): Outcome<AgentState, 'BAD_FRAME'> {
  const result = agentStateSchema.safeParse(value);
  if (result.success) return success(result.data as AgentState);
  const issue = result.error.issues[0];
  return failure(
    'BAD_FRAME',
    `The state does not fit at ${issue?.path.map(String).join('.')} (${issue?.code ?? 'unknown'}).`,
  );
}
