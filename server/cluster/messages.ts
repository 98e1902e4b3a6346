/**
 * [L113] What instances say to each other, as schemas, and text into messages and back. The inside of commands and
 * events is that of the ledger, which this same build wrote: here their frame is checked. No I/O.
 */
import { z } from 'zod';
import { activitySchema } from '../../shared/domain-schemas.ts';
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import type { Connection } from '../agents/neighbors.ts';
import { isCommandKind } from '../ledger/decide/index.ts';
import type { RecordedEvent } from '../ledger/events.ts';
import type { LedgerOutcome, Submission } from '../ledger/ports.ts';
import { RECORD_TABLES } from '../stores/record-tables.ts';

/** Grows when instances of the build before could not understand this one. */
export const LINK_VERSION = 1;
/** The link's path, and the most that one message on it may have. */
export const LINK_PATH = '/api/v1/cluster';
export const MAXIMUM_LINK_MESSAGE_BYTES = 8 * 1_048_576;
/** Lists are split into messages of about this size, far below the limit. */
const COMFORTABLE_LENGTH = 1_048_576;

const id = z.string().min(1).max(500);
const count = z.number().int().nonnegative();

const actorSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('agent'), userId: id, workstationId: id }),
  z.strictObject({ kind: z.literal('admin'), tokenId: id }),
  z.strictObject({ kind: z.literal('manager'), managerId: id }),
  z.strictObject({ kind: z.literal('server') }),
]);
const changeSchema = z.looseObject({
  record: z.string().refine((name) => Object.hasOwn(RECORD_TABLES, name)),
  op: z.enum(['put', 'patch', 'delete']),
});
const submissionSchema = z.strictObject({
  commandId: id,
  by: actorSchema,
  command: z.looseObject({ kind: z.string().refine(isCommandKind) }).nullable(),
  outbox: z.strictObject({ outboxId: id, seq: z.number().int().min(1) }).optional(),
  changes: z.array(changeSchema).optional(),
});
const outcomeSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), value: z.looseObject({ seat: z.string().nullable() }) }),
  z.strictObject({ ok: z.literal(false), code: z.string().min(1), message: z.string() }),
]);
const recordedSchema = z.strictObject({
  eventNumber: z.number().int().min(1),
  atMs: z.number(),
  commandId: z.string(),
  by: actorSchema,
  event: z.looseObject({ kind: z.string().min(1) }),
});

const connectionSchema: z.ZodType<Connection> = z.strictObject({
  credentialId: id,
  workstationId: id,
  userId: id,
  agentInstanceId: id,
  sinceMs: z.number(),
});

const agentRowSchema = z.strictObject({
  workstationId: id,
  userId: id,
  loginSessionId: z.string().nullable(),
  agentVersion: z.string().nullable(),
  lastContactMs: z.number().nullable(),
  sensors: z.strictObject({ processes: z.string(), idle: z.string() }).nullable(),
});

/** [L107] [L110] What is volatile and concerns every instance. */
const taleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('heard'), sessionIds: z.array(id) }),
  z.strictObject({
    kind: z.literal('activity'),
    sessions: z.array(z.tuple([id, activitySchema.nullable()])),
  }),
  /** All agents of an instance: at the start of a link. */
  z.strictObject({ kind: z.literal('roster'), connections: z.array(connectionSchema) }),
  z.strictObject({ kind: z.literal('joined'), connection: connectionSchema }),
  z.strictObject({ kind: z.literal('left'), credentialId: id, workstationId: id }),
  z.strictObject({ kind: z.literal('met'), row: agentRowSchema }),
  z.strictObject({ kind: z.literal('copied'), workstationId: id, userId: id }),
  z.strictObject({ kind: z.literal('named'), products: z.array(z.tuple([id, z.string().max(500)])) }),
]);
export type Tale = z.infer<typeof taleSchema>;

/** A tale with the instance that it is about: owners pass on what followers tell. */
const attributedSchema = z.strictObject({ from: id, tale: taleSchema });
export type Attributed = z.infer<typeof attributedSchema>;

const answerSchema = z.union([
  z.strictObject({ id: count, outcome: outcomeSchema }),
  z.strictObject({ id: count, failed: z.string() }),
]);

const tales = z.strictObject({ type: z.literal('tales'), items: z.array(attributedSchema) });
const followerMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), version: count, instanceId: id, url: z.string().max(2_000) }),
  z.strictObject({
    type: z.literal('submit'),
    items: z.array(z.strictObject({ id: count, submission: submissionSchema })),
  }),
  tales,
  z.strictObject({ type: z.literal('pulse') }),
]);
const ownerMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('welcome'), instanceId: id, epoch: count, eventNumber: count }),
  /** `eventNumber`: what was durable when these were answered. */
  z.strictObject({ type: z.literal('answers'), eventNumber: count, items: z.array(answerSchema) }),
  z.strictObject({ type: z.literal('events'), items: z.array(recordedSchema) }),
  tales,
  z.strictObject({ type: z.literal('pulse'), eventNumber: count }),
]);

export interface Forwarded {
  readonly id: number;
  readonly submission: Submission;
}
export type ForwardedAnswer =
  | { readonly id: number; readonly outcome: LedgerOutcome }
  | { readonly id: number; readonly failed: string };

export type FollowerMessage =
  | Exclude<z.infer<typeof followerMessageSchema>, { type: 'submit' }>
  | { readonly type: 'submit'; readonly items: readonly Forwarded[] };
export type OwnerMessage =
  | Exclude<z.infer<typeof ownerMessageSchema>, { type: 'answers' | 'events' }>
  | { readonly type: 'answers'; readonly eventNumber: number; readonly items: readonly ForwardedAnswer[] }
  | { readonly type: 'events'; readonly items: readonly RecordedEvent[] };

function decode(schema: z.ZodType, text: string): Outcome<unknown, 'BAD_MESSAGE'> {
  if (text.length > MAXIMUM_LINK_MESSAGE_BYTES) return failure('BAD_MESSAGE', 'The message is too long.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failure('BAD_MESSAGE', 'The message is not JSON.');
  }
  const result = schema.safeParse(value);
  if (result.success) return success(result.data);
  const issue = result.error.issues[0];
  // The place of the fault only: values may hold names.
  return failure(
    'BAD_MESSAGE',
    `The message does not fit at ${issue?.path.map(String).join('.') || 'its top'}.`,
  );
}

/** Frames are checked; what is inside commands, answers and events has the ledger's own types. */
export const decodeFollowerMessage = (text: string): Outcome<FollowerMessage, 'BAD_MESSAGE'> =>
  decode(followerMessageSchema, text) as Outcome<FollowerMessage, 'BAD_MESSAGE'>;
export const decodeOwnerMessage = (text: string): Outcome<OwnerMessage, 'BAD_MESSAGE'> =>
  decode(ownerMessageSchema, text) as Outcome<OwnerMessage, 'BAD_MESSAGE'>;

export const encodeMessage = (message: FollowerMessage | OwnerMessage): string => JSON.stringify(message);

type ListMessage =
  | Extract<FollowerMessage, { type: 'submit' }>
  | Extract<OwnerMessage, { type: 'answers' | 'events' }>
  | { readonly type: 'tales'; readonly items: readonly Attributed[] };

/** A message with a list, as one or more texts that stay far below the limit. The order is kept. */
export function encodeList(message: ListMessage): string[] {
  const { items, ...head } = message;
  const opening = `${JSON.stringify(head).slice(0, -1)},"items":[`;
  const texts: string[] = [];
  let parts: string[] = [];
  let length = 0;
  for (const item of items) {
    const text = JSON.stringify(item);
    if (length > 0 && length + text.length > COMFORTABLE_LENGTH) {
      texts.push(`${opening}${parts.join(',')}]}`);
      parts = [];
      length = 0;
    }
    parts.push(text);
    length += text.length;
  }
  if (parts.length > 0) texts.push(`${opening}${parts.join(',')}]}`);
  return texts;
}
