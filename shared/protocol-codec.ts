/** Text to messages and back, checked in both directions. The only place that parses socket text of this protocol. */
import { z } from 'zod';
import { MAXIMUM_ID_LENGTH } from './domain-schemas.ts';
import { failure, type Outcome, success } from './outcome.ts';
import {
  type AgentMessage,
  agentMessageSchema,
  type Hello,
  helloSchema,
  MAXIMUM_MESSAGE_BYTES,
  MAXIMUM_RENEWED,
  type ServerMessage,
  serverMessageSchema,
} from './protocol.ts';

export type DecodeFailure = 'BAD_MESSAGE' | 'MESSAGE_TOO_LARGE';

function decode<T>(
  schema: z.ZodType<T>,
  text: string,
  accepts: (value: unknown) => value is T = (_value): _value is T => false,
): Outcome<T, DecodeFailure> {
  // Characters are a lower bound of UTF-8 bytes; the socket's own limit holds the upper one.
  if (text.length > MAXIMUM_MESSAGE_BYTES)
    return failure(
      'MESSAGE_TOO_LARGE',
      `A message may have ${MAXIMUM_MESSAGE_BYTES} bytes, this one has more.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failure('BAD_MESSAGE', 'The message is not JSON.');
  }
  return accepts(value) ? success(value) : check(schema, value);
}

type FrequentMessage = Extract<AgentMessage, { type: 'ping' | 'pong' | 'renew' }>;

/**
 * What a server of ten thousand agents hears a thousand times a second, recognized without a walk through the schema.
 * Accepts only what the schema accepts; everything else, also a wrong one of these, is the schema's to judge.
 */
function isFrequent(value: unknown): value is FrequentMessage {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return false;
  const { type, nonce, sessionIds } = value as Partial<Record<'type' | 'nonce' | 'sessionIds', unknown>>;
  if (type === 'ping' || type === 'pong') return Number.isSafeInteger(nonce);
  return (
    type === 'renew' &&
    Array.isArray(sessionIds) &&
    sessionIds.length <= MAXIMUM_RENEWED &&
    sessionIds.every((id) => typeof id === 'string' && id.length >= 1 && id.length <= MAXIMUM_ID_LENGTH)
  );
}

function check<T>(schema: z.ZodType<T>, value: unknown): Outcome<T, DecodeFailure> {
  const result = schema.safeParse(value);
  if (result.success) return success(result.data);
  const issue = result.error.issues[0];
  // The path and the kind of the fault only: values may hold names.
  return failure(
    'BAD_MESSAGE',
    `The message does not fit at ${issue?.path.map(String).join('.') || 'its top'} (${issue?.code ?? 'unknown'}).`,
  );
}

function encode<T>(schema: z.ZodType<T>, message: T): string {
  const result = schema.safeParse(message);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new Error(
      `refused to send a message that does not fit at ${issue?.path.map(String).join('.')} (${issue?.code})`,
    );
  }
  return JSON.stringify(result.data);
}

export const decodeAgentMessage = (text: string): Outcome<AgentMessage, DecodeFailure> =>
  decode(agentMessageSchema, text, isFrequent);
export const decodeServerMessage = (text: string): Outcome<ServerMessage, DecodeFailure> =>
  decode(serverMessageSchema, text);
/** @throws when the message does not fit its own schema: a programming error, never sent */
export const encodeAgentMessage = (message: AgentMessage): string => encode(agentMessageSchema, message);
/** @throws when the message does not fit its own schema: a programming error, never sent */
export const encodeServerMessage = (message: ServerMessage): string => encode(serverMessageSchema, message);

const helloHeadSchema = z.object({
  type: z.literal('hello'),
  version: z.number().int(),
  oldestVersion: z.number().int(),
});
export type HelloHead = z.infer<typeof helloHeadSchema>;

/** The versions of a hello of any shape, so that they can be judged before the rest; null: not a hello at all. */
export function readHelloHead(text: string): HelloHead | null {
  const result = decode(helloHeadSchema, text);
  return result.ok ? result.value : null;
}

const newerHelloSchema = helloSchema
  .extend({ workstation: helloSchema.shape.workstation.strip(), sensors: helloSchema.shape.sensors.strip() })
  .strip();

/** A hello of an agent newer than this build: fields it added are left out instead of refused. */
export const decodeNewerHello = (text: string): Outcome<Hello, DecodeFailure> =>
  decode(newerHelloSchema, text);
