/** The wire against a real server with a raw client: getting in, being sent away, agreeing. docs/PROTOCOL.md. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLOSE_CODES, type CloseName, MAXIMUM_MESSAGE_BYTES } from '../../shared/protocol.ts';
import { aHello, type RawAgent } from '../support/raw-agent.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let house: TestServer;
beforeAll(async () => {
  house = await startTestServer();
  await house.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 5 }, productIds: ['freecad'] });
});
afterAll(() => house.stop());

let people = 0;
/** A new person on a new workstation each time, so that tests do not meet. */
async function enrolled() {
  people++;
  return house.enroll({ account: { name: `person-${people}`, id: `${people}` } });
}
async function openSocket(): Promise<RawAgent> {
  return house.connect((await enrolled()).credential).opened();
}
async function expectClose(agent: RawAgent, name: CloseName): Promise<void> {
  expect(await agent.closed()).toEqual({ code: CLOSE_CODES[name].code, reason: name });
}

describe('getting in', () => {
  it.each([
    ['an unknown', 'ushd_unknown'],
    ['no', null],
    ['a senseless', '%%%'],
  ])('[P1, P34] closes with UNAUTHORIZED for %s credential', async (_which, credential) => {
    await expectClose(house.connect(credential), 'UNAUTHORIZED');
  });

  it('[P1] does not take an enrollment token or an admin token for a credential', async () => {
    await expectClose(house.connect(house.server.enrollmentToken), 'UNAUTHORIZED');
    await expectClose(house.connect(house.server.adminToken), 'UNAUTHORIZED');
  });

  it('[P1, P39] closes an open socket whose credential was replaced by another enrollment', async () => {
    const first = await enrolled();
    const agent = house.connect(first.credential);
    await agent.greet();

    const again = await house.enroll({
      account: { name: `person-${people}`, id: `${people}` },
      workstation: { workstationId: first.workstationId },
    });

    await expectClose(agent, 'UNAUTHORIZED');
    expect(again).toMatchObject({ userId: first.userId, workstationId: first.workstationId });
    await expectClose(house.connect(first.credential), 'UNAUTHORIZED');
  });

  it('[P4] closes with HELLO_TIMEOUT when nobody says hello', async () => {
    const quick = await startTestServer({ timing: { helloTimeoutMs: 30 } });
    const { credential } = await quick.enroll();

    await expectClose(await quick.connect(credential).opened(), 'HELLO_TIMEOUT');
    await quick.stop();
  });

  it.each([
    { type: 'watch', pools: true },
    { type: 'ping', nonce: 1 },
    { type: 'renew', sessionIds: [] },
  ])('[P4] closes with NOT_AGREED when $type comes before hello', async (message) => {
    const agent = await openSocket();

    agent.send(message);

    await expectClose(agent, 'NOT_AGREED');
  });

  it('[P4] closes with NOT_AGREED on a second hello', async () => {
    const agent = await openSocket();
    await agent.greet();

    agent.send(aHello());

    await expectClose(agent, 'NOT_AGREED');
  });
});

describe('messages', () => {
  it.each([
    ['text that is not JSON', '{'],
    ['an empty text', ''],
    ['a JSON array', '[]'],
    ['an unknown type', { type: 'steal' }],
    ['an unknown field', { type: 'ping', nonce: 1, extra: true }],
    ['a field of the wrong kind', { type: 'ping', nonce: 'one' }],
    ['no facts at all', { type: 'facts', facts: [] }],
    ['a negative number', { type: 'facts', facts: [{ seq: -1, fact: {} }] }],
    ['a message of the server', { type: 'ack', throughSeq: 1, results: [] }],
  ])('[P2] closes with BAD_MESSAGE for %s', async (_what, message) => {
    const agent = await openSocket();
    await agent.greet();

    agent.send(message);

    await expectClose(agent, 'BAD_MESSAGE');
  });

  it('[P2] closes with BAD_MESSAGE for a binary frame, and for a bad hello', async () => {
    const binary = await openSocket();
    binary.send(Buffer.from('{"type":"ping","nonce":1}'));
    await expectClose(binary, 'BAD_MESSAGE');

    const hello = await openSocket();
    hello.send({ ...aHello(), extra: true });
    await expectClose(hello, 'BAD_MESSAGE');
  });

  it('[P3] takes a message of exactly the limit and closes with MESSAGE_TOO_LARGE for one byte more', async () => {
    const padded = (bytes: number) => {
      const text = JSON.stringify({ type: 'ping', nonce: 7 });
      return text + ' '.repeat(bytes - text.length);
    };
    const agent = await openSocket();
    await agent.greet();

    agent.send(padded(MAXIMUM_MESSAGE_BYTES));
    expect(await agent.take('pong')).toEqual({ type: 'pong', nonce: 7 });
    agent.send(padded(MAXIMUM_MESSAGE_BYTES + 1));
    await expectClose(agent, 'MESSAGE_TOO_LARGE');
  });

  it('[P3] counts bytes and not characters', async () => {
    const agent = await openSocket();
    await agent.greet();

    agent.send(`{"type":"ping","nonce":1,"x":"${'ü'.repeat(MAXIMUM_MESSAGE_BYTES / 2)}"}`);

    await expectClose(agent, 'MESSAGE_TOO_LARGE');
  });

  it('[P3] is cut off by the WebSocket layer far above the limit, without holding the message', async () => {
    const agent = await openSocket();
    await agent.greet();

    agent.send(' '.repeat(4 * MAXIMUM_MESSAGE_BYTES + 1));

    expect((await agent.closed()).code).toBe(1009);
  });
});

describe('versions and capabilities', () => {
  it.each([
    [102, 100, 102],
    [101, 100, 101],
    [100, 100, 100],
    [109, 101, 102],
  ])(
    '[P5, P12] welcomes an agent of %i down to %i with version %i, as the first message',
    async (version, oldestVersion, agreed) => {
      const identity = await enrolled();
      const agent = await house.connect(identity.credential).opened();

      agent.send(aHello({ version, oldestVersion }));
      await agent.take('welcome', (welcome) => {
        expect(welcome).toMatchObject({
          version: agreed,
          userId: identity.userId,
          workstationId: identity.workstationId,
          acknowledgedSeq: 0,
          renewEveryMs: 30_000,
          pingEveryMs: 30_000,
        });
        return true;
      });
    },
  );

  it('[P6] closes with TOO_OLD, even when the rest of hello has another shape', async () => {
    const agent = await openSocket();

    agent.send({ type: 'hello', version: 99, oldestVersion: 80, name: 'old shape' });

    await expectClose(agent, 'TOO_OLD');
  });

  it('[P7] closes with TOO_NEW, even when the rest of hello has another shape', async () => {
    const agent = await openSocket();

    agent.send({ type: 'hello', version: 300, oldestVersion: 200, flavor: 'quantum' });

    await expectClose(agent, 'TOO_NEW');
  });

  it('[P8] ignores unknown fields in the hello of a newer agent, and nowhere else', async () => {
    const newer = await openSocket();
    const hello = aHello({ version: 103 });
    newer.send({ ...hello, battery: 80, workstation: { ...hello.workstation, screens: 2 } });
    expect(await newer.take('welcome')).toMatchObject({ version: 102 });

    newer.send({ type: 'ping', nonce: 1, extra: true });
    await expectClose(newer, 'BAD_MESSAGE');
  });

  it('[P9, P11] agrees on what both name and the version has', async () => {
    const agent = await openSocket();
    expect(await agent.greet({ capabilities: ['watch-pools', 'levitation'] })).toMatchObject({
      capabilities: ['watch-pools'],
    });

    const old = await openSocket();
    expect(await old.greet({ version: 100, capabilities: ['watch-pools', 'wishes'] })).toMatchObject({
      capabilities: [],
    });
  });

  it.each([
    ['watch', { type: 'watch', pools: true }],
    [
      'a wish',
      {
        type: 'facts',
        facts: [
          {
            seq: 1,
            fact: {
              kind: 'wish',
              wishId: 'w',
              wish: { type: 'queue', productId: 'freecad' },
              expiresInMs: 9,
            },
          },
        ],
      },
    ],
  ])('[P10] closes with NOT_AGREED for %s without its capability', async (_what, message) => {
    const agent = await openSocket();
    await agent.greet({ capabilities: [] });

    agent.send(message);

    await expectClose(agent, 'NOT_AGREED');
  });

  it('[P11] closes with NOT_AGREED for a fact newer than the agreed version', async () => {
    const agent = await openSocket();
    await agent.greet({ version: 101 });

    agent.send({
      type: 'facts',
      facts: [{ seq: 1, fact: { kind: 'summarized', fromMs: 1, toMs: 2, facts: 1, sessions: [] } }],
    });

    await expectClose(agent, 'NOT_AGREED');
  });

  it('[P10, P14, P32] sends mine and, only where it was agreed, the catalog and its changes', async () => {
    const agent = await openSocket();
    await agent.greet();
    const bare = await openSocket();
    await bare.greet({ capabilities: [] });
    expect(await agent.take('mine')).toMatchObject({ mine: { seats: [] } });
    const before = await agent.take('catalog');

    const product = { ...(await house.ask('GET', 'products/blender')).body.product, name: 'Blender 5' };
    await house.ask('PUT', 'products/blender', product);

    const after = await agent.take('catalog');
    expect(after.revision).toBeGreaterThan(before.revision);
    expect(after.catalog.products).toMatchObject([{ productId: 'blender', name: 'Blender 5' }]);
    await delay(20);
    expect(bare.messages.filter(({ type }) => type !== 'mine')).toEqual([]);
  });
});

describe('one credential, several agents', () => {
  it('[P15] replaces the older connection of the same agent', async () => {
    const { credential } = await enrolled();
    const older = house.connect(credential);
    await older.greet();
    const newer = house.connect(credential);
    await newer.greet();

    await expectClose(older, 'REPLACED');
    newer.send({ type: 'ping', nonce: 5 });
    expect(await newer.take('pong')).toMatchObject({ nonce: 5 });
  });

  it('[P16] sends a copy away, leaves the original alone, and shows it to the admin', async () => {
    const { credential, workstationId } = await enrolled();
    const original = house.connect(credential);
    await original.greet();
    const copy = await house.connect(credential).opened();

    copy.send(aHello({ instanceId: 'instance-of-a-clone' }));

    await expectClose(copy, 'MUST_ENROLL_AGAIN');
    original.send({ type: 'ping', nonce: 6 });
    expect(await original.take('pong')).toMatchObject({ nonce: 6 });
    const shown = await house.ask('GET', `workstations/${workstationId}`);
    expect(shown.body.agents).toMatchObject([
      { connected: true, copiedCredential: true, agentVersion: '0.1.0' },
    ]);
  });
});
