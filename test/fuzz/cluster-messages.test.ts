/** [L113] Whatever another instance says: the decoder answers with a value or a refusal, and what was encoded comes back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeFollowerMessage,
  decodeOwnerMessage,
  encodeList,
  encodeMessage,
  type Forwarded,
  MAXIMUM_LINK_MESSAGE_BYTES,
} from '../../server/cluster/messages.ts';
import type { Submission } from '../../server/ledger/ports.ts';

const id = fc.string({ minLength: 1, maxLength: 60 });
const submission: fc.Arbitrary<Submission> = fc.record(
  {
    commandId: id,
    by: fc.oneof(
      fc.constant({ kind: 'server' } as const),
      fc.record({ kind: fc.constant('agent' as const), userId: id, workstationId: id }),
    ),
    command: fc.option(
      fc.record({
        kind: fc.constant('queue' as const),
        userId: id,
        productId: fc.string({ maxLength: 300_000 }),
      }),
      { nil: null },
    ),
    outbox: fc.record({ outboxId: id, seq: fc.integer({ min: 1 }) }),
  },
  { requiredKeys: ['commandId', 'by', 'command'] },
);
const forwarded: fc.Arbitrary<Forwarded[]> = fc
  .array(submission, { minLength: 1, maxLength: 40 })
  .map((all) => all.map((one, index) => ({ id: index, submission: one })));

const decoders = { decodeFollowerMessage, decodeOwnerMessage };

describe('messages between instances', () => {
  it('[L113] comes back as it was sent, in its order, in pieces far below the limit', () => {
    fc.assert(
      fc.property(forwarded, (items) => {
        const texts = encodeList({ type: 'submit', items });
        const decoded = texts.map((text) => decodeFollowerMessage(text));
        for (const text of texts) expect(text.length).toBeLessThan(MAXIMUM_LINK_MESSAGE_BYTES / 2);
        expect(
          decoded.flatMap((one) => (one.ok && one.value.type === 'submit' ? one.value.items : [])),
        ).toEqual(JSON.parse(JSON.stringify(items)));
      }),
      { numRuns: 60 },
    );
  });

  it.each(Object.entries(decoders))(
    '[L113] %s refuses text of any kind and never throws',
    (_name, decode) => {
      const hostile = fc.oneof(
        fc.string({ maxLength: 2_000 }),
        fc.json({ maxDepth: 6 }),
        fc
          .record({
            type: fc.constantFrom('hello', 'welcome', 'submit', 'answers', 'events', 'tales', 'pulse'),
            items: fc.array(
              fc.oneof(fc.jsonValue({ maxDepth: 5 }), fc.constant({ id: 1, submission: null })),
            ),
            version: fc.jsonValue(),
            instanceId: fc.jsonValue(),
            eventNumber: fc.jsonValue(),
          })
          .map((value) => JSON.stringify(value)),
      );
      fc.assert(
        fc.property(hostile, (text) => {
          const decoded = decode(text);
          if (decoded.ok) expect(typeof decoded.value.type).toBe('string');
          else expect(decoded.code).toBe('BAD_MESSAGE');
        }),
        { numRuns: 2_000 },
      );
    },
  );

  it('[L113] a message with one thing changed is refused or means what it says', () => {
    const good = encodeMessage({
      type: 'hello',
      version: 1,
      instanceId: 'instance',
      url: 'http://127.0.0.1:4780',
    });
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.string({ minLength: 1, maxLength: 1 }), (at, by) => {
        const changed = good.slice(0, at) + by + good.slice(at + 1);
        const decoded = decodeFollowerMessage(changed);
        if (decoded.ok) expect(decoded.value.type).toBe('hello');
      }),
      { numRuns: 1_000 },
    );
  });

  it('[L113] is refused when it is too long, has a command that nobody knows, or a record of no table', () => {
    const refused = [
      `{"type":"pulse"${' '.repeat(MAXIMUM_LINK_MESSAGE_BYTES)}}`,
      '{"type":"pulse","__proto__":{"x":1}}',
      JSON.stringify({
        type: 'submit',
        items: [
          { id: 1, submission: { commandId: 'c', by: { kind: 'server' }, command: { kind: 'toString' } } },
        ],
      }),
      JSON.stringify({
        type: 'submit',
        items: [
          {
            id: 1,
            submission: {
              commandId: 'c',
              by: { kind: 'server' },
              command: null,
              changes: [{ record: 'constructor', op: 'put' }],
            },
          },
        ],
      }),
      JSON.stringify({
        type: 'submit',
        items: [{ id: -1, submission: { commandId: 'c', by: { kind: 'server' }, command: null } }],
      }),
    ];
    for (const text of refused)
      expect(decodeFollowerMessage(text)).toMatchObject({ ok: false, code: 'BAD_MESSAGE' });
  });
});
