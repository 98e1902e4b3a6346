/** Whatever comes over the wire, the codec answers with a value or a refusal, and what it accepts it says the same way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { agreeCapabilities, agreeVersion, isAgreed } from '../../server/agents/agreement.ts';
import { displayNameSchema } from '../../shared/domain-schemas.ts';
import {
  type AgentMessage,
  agentMessageSchema,
  factSchema,
  helloSchema,
  type ServerMessage,
  serverMessageSchema,
} from '../../shared/protocol.ts';
import {
  decodeAgentMessage,
  decodeNewerHello,
  decodeServerMessage,
  encodeAgentMessage,
  encodeServerMessage,
  readHelloHead,
} from '../../shared/protocol-codec.ts';
import { aHello } from '../support/raw-agent.ts';

const RUNS = process.env.USHER_TEST_LONG ? 100_000 : 1_000;
const decoders = { decodeAgentMessage, decodeServerMessage, decodeNewerHello };

const id = fc.string({ minLength: 1, maxLength: 128 });
const instant = fc.integer({ min: 0, max: 9_999_999_999_999 });
const name = fc
  .string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
  .filter((text) => displayNameSchema.safeParse(text).success);
const duration = fc.integer({ min: 0, max: 10 * 366 * 86_400_000 });
const activity = fc.oneof(
  fc.record({ state: fc.constant('locked' as const), sinceMs: instant }),
  fc.record({ state: fc.constant('suspended' as const), sinceMs: instant }),
  fc.record({
    state: fc.constant('idle' as const),
    sinceMs: instant,
    reason: fc.record({
      kind: fc.constant('no-input' as const),
      percentOfCore: fc.option(fc.double({ min: 0, max: 1000, noNaN: true })),
    }),
  }),
  fc.record({
    state: fc.constant('active' as const),
    sinceMs: instant,
    reasons: fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('input' as const), inputAgoMs: duration }),
        fc.constant({ kind: 'resumed' as const }),
      ),
      { maxLength: 8 },
    ),
  }),
);
const wish = fc.oneof(
  fc.record({ type: fc.constant('queue' as const), productId: id }),
  fc.record({ type: fc.constant('claim' as const), offerId: id }),
  fc.record({ type: fc.constant('release' as const), sessionId: id }),
  fc.record({ type: fc.constant('release' as const), sessionId: id, comeBackAtMs: fc.option(instant) }),
  fc.record({
    type: fc.constant('defer' as const),
    ticketId: id,
    forMs: fc.integer({ min: 60_000, max: 8 * 3_600_000 }),
  }),
  fc.record({ type: fc.constant('ask-holder' as const), leaseId: id, productId: id, isNamed: fc.boolean() }),
  fc.record({
    type: fc.constant('answer-handover' as const),
    handoverId: id,
    answer: fc.constantFrom('free-now' as const, 'in-10-minutes' as const, 'busy' as const),
  }),
);
const fact = fc.oneof(
  fc.record({
    kind: fc.constant('session-started' as const),
    sessionId: id,
    productId: id,
    productName: name,
    startedAtMs: instant,
    processKey: id,
    origin: fc.constantFrom('application' as const, 'hold' as const),
  }),
  fc.record({
    kind: fc.constant('interval' as const),
    sessionId: id,
    intervalId: id,
    activity,
    fromMs: instant,
    toMs: fc.option(instant),
    projectId: fc.option(id),
  }),
  fc.record({
    kind: fc.constant('session-ended' as const),
    sessionId: id,
    endedAtMs: instant,
    reason: fc.constantFrom('exit' as const, 'unseen' as const, 'reboot' as const),
  }),
  fc.record({ kind: fc.constant('wish' as const), wishId: id, wish, expiresInMs: duration }),
  fc.record({
    kind: fc.constant('unsaved-work' as const),
    leaseId: id,
    unsavedWork: fc.constantFrom('yes' as const, 'no' as const, 'unknown' as const),
  }),
);
const agentMessage: fc.Arbitrary<AgentMessage> = fc.oneof(
  fc.record({
    type: fc.constant('facts' as const),
    facts: fc.array(fc.record({ seq: fc.integer({ min: 1 }), fact }), { minLength: 1, maxLength: 20 }),
  }),
  fc.record({ type: fc.constant('renew' as const), sessionIds: fc.array(id, { maxLength: 20 }) }),
  fc.record({ type: fc.constant('watch' as const), pools: fc.boolean() }),
  fc.record({ type: fc.constantFrom('ping' as const, 'pong' as const), nonce: fc.integer() }),
  fc
    .record({ outboxId: id, instanceId: id, wallMs: instant, openSessionIds: fc.array(id, { maxLength: 5 }) })
    .map((over) => aHello(over)),
);

/** Every text a byte or a field away from a message, and texts that have nothing to do with one. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.json(),
  fc
    .tuple(agentMessage, fc.string({ maxLength: 12 }), fc.jsonValue())
    .map(([message, key, value]) => JSON.stringify({ ...message, [key]: value })),
  fc.tuple(agentMessage, fc.nat(), fc.string({ maxLength: 3 })).map(([message, at, text]) => {
    const whole = JSON.stringify(message);
    const cut = at % whole.length;
    return whole.slice(0, cut) + text + whole.slice(cut + 1);
  }),
);

describe('codec', () => {
  it('never throws on anything, and tells a refusal from a value', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const decode of Object.values(decoders)) {
          const decoded = decode(text);
          if (!decoded.ok) expect(['BAD_MESSAGE', 'MESSAGE_TOO_LARGE']).toContain(decoded.code);
        }
        readHelloHead(text);
      }),
      { numRuns: RUNS },
    );
  });

  it('never repeats in a refusal what the message said', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{12,40}$/), (secret) => {
        const decoded = decodeAgentMessage(JSON.stringify({ type: 'ping', nonce: secret }));
        expect(!decoded.ok && decoded.message).not.toContain(secret);
      }),
    );
  });

  it('gives back every message it encodes, and encodes what it decoded into the same text', () => {
    let seen = 0;
    fc.assert(
      fc.property(agentMessage, (message) => {
        const text = encodeAgentMessage(message);
        const decoded = decodeAgentMessage(text);
        expect(decoded).toEqual({ ok: true, value: JSON.parse(JSON.stringify(message)) });
        if (decoded.ok) expect(encodeAgentMessage(decoded.value)).toBe(text);
        seen++;
      }),
      { numRuns: RUNS },
    );
    expect(seen).toBeGreaterThanOrEqual(RUNS);
  });

  it('is stable for what it accepts of mutilated messages too', () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyText, (text) => {
        const decoded = decodeAgentMessage(text);
        if (!decoded.ok) return;
        accepted++;
        const again = decodeAgentMessage(encodeAgentMessage(decoded.value));
        expect(again).toEqual(decoded);
      }),
      { numRuns: RUNS },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it('refuses to send what does not fit', () => {
    const bad = { type: 'ping', nonce: 0.5 } as ServerMessage;

    expect(() => encodeServerMessage(bad)).toThrow(/refused to send/);
    expect(() => encodeAgentMessage({ type: 'watch' } as unknown as AgentMessage)).toThrow(/refused to send/);
  });

  it('can say its schemas as JSON schema: nothing in them is code only', () => {
    for (const schema of [agentMessageSchema, serverMessageSchema, factSchema, helloSchema])
      expect(z.toJSONSchema(schema)).toHaveProperty('$schema');
  });
});

describe('[P2] messages that come all the time', () => {
  /** Renewals, pings and pongs, nearly right ones and right ones. */
  const nearly = fc.oneof(
    fc.constantFrom('a', '', 7, null, true, -0.5, 2 ** 60, 'x'.repeat(129)),
    fc.integer(),
    id,
  );
  const wild = fc.record(
    {
      type: fc.constantFrom('ping', 'pong', 'renew', 'hello', 'toString'),
      nonce: nearly,
      sessionIds: fc.oneof(fc.array(id), fc.array(nearly), nearly, fc.constant(Array(1_001).fill('s'))),
      extra: nearly,
    },
    { requiredKeys: ['type'] },
  );
  const frequent = fc.oneof(
    wild,
    fc.record({ type: fc.constantFrom('ping', 'pong'), nonce: fc.integer() }),
    fc.record({ type: fc.constant('renew'), sessionIds: fc.array(id) }),
  );

  it('are judged exactly as the schema judges them', () => {
    let accepted = 0;
    fc.assert(
      fc.property(frequent, (message) => {
        const text = JSON.stringify(message);
        const bySchema = agentMessageSchema.safeParse(JSON.parse(text));
        const decoded = decodeAgentMessage(text);
        expect(decoded.ok).toBe(bySchema.success);
        if (decoded.ok) expect(decoded.value).toEqual(bySchema.data);
        accepted += Number(decoded.ok);
      }),
      { numRuns: RUNS },
    );
    expect(accepted).toBeGreaterThan(RUNS / 50);
  });
});

describe('agreement', () => {
  it('[P5, P9, P11] never agrees on more than both named, and judges any hello without throwing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 0, max: 400 }),
        fc.array(fc.string(), { maxLength: 5 }),
        agentMessage,
        (version, oldestVersion, names, message) => {
          const agreed = agreeVersion({ type: 'hello', version, oldestVersion });
          if (!agreed.ok) return;
          expect(agreed.value).toBeLessThanOrEqual(version);
          const agreement = agreeCapabilities(agreed.value, aHello({ capabilities: names }));
          for (const capability of agreement.capabilities) expect(names).toContain(capability);
          isAgreed(agreement, message);
        },
      ),
      { numRuns: RUNS },
    );
  });
});
