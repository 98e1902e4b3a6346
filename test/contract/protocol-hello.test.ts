/** The wire against a real server with a raw client: getting in, messages that do not fit, copies. docs/PROTOCOL.md. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAXIMUM_MESSAGE_BYTES } from '../../shared/protocol.ts';
import { aHello } from '../support/raw-agent.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { expectClose, Newcomers } from '../support/wire.ts';

let house: TestServer;
let newcomers: Newcomers;
beforeAll(async () => {
  house = await startTestServer();
  newcomers = new Newcomers(house);
  await house.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 5 }, productIds: ['freecad'] });
});
afterAll(() => house.stop());

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
    const first = await newcomers.enroll();
    const agent = house.connect(first.credential);
    await agent.greet();

    const again = await house.enroll({
      account: newcomers.account,
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
    const agent = await newcomers.socket();

    agent.send(message);

    await expectClose(agent, 'NOT_AGREED');
  });

  it('[P4] closes with NOT_AGREED on a second hello', async () => {
    const agent = await newcomers.socket();
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
    const agent = await newcomers.socket();
    await agent.greet();

    agent.send(message);

    await expectClose(agent, 'BAD_MESSAGE');
  });

  it('[P2] closes with BAD_MESSAGE for a binary frame, and for a bad hello', async () => {
    const binary = await newcomers.socket();
    binary.send(Buffer.from('{"type":"ping","nonce":1}'));
    await expectClose(binary, 'BAD_MESSAGE');

    const hello = await newcomers.socket();
    hello.send({ ...aHello(), extra: true });
    await expectClose(hello, 'BAD_MESSAGE');
  });

  it('[P3] takes a message of exactly the limit and closes with MESSAGE_TOO_LARGE for one byte more', async () => {
    const padded = (bytes: number) => {
      const text = JSON.stringify({ type: 'ping', nonce: 7 });
      return text + ' '.repeat(bytes - text.length);
    };
    const agent = await newcomers.socket();
    await agent.greet();

    agent.send(padded(MAXIMUM_MESSAGE_BYTES));
    expect(await agent.take('pong')).toEqual({ type: 'pong', nonce: 7 });
    agent.send(padded(MAXIMUM_MESSAGE_BYTES + 1));
    await expectClose(agent, 'MESSAGE_TOO_LARGE');
  });

  it('[P3] counts bytes and not characters', async () => {
    const agent = await newcomers.socket();
    await agent.greet();

    agent.send(`{"type":"ping","nonce":1,"x":"${'ü'.repeat(MAXIMUM_MESSAGE_BYTES / 2)}"}`);

    await expectClose(agent, 'MESSAGE_TOO_LARGE');
  });

  it('[P3] is cut off by the WebSocket layer far above the limit, without holding the message', async () => {
    const agent = await newcomers.socket();
    await agent.greet();

    agent.send(' '.repeat(4 * MAXIMUM_MESSAGE_BYTES + 1));

    expect((await agent.closed()).code).toBe(1009);
  });
});

describe('one credential, several agents', () => {
  it('[P15] replaces the older connection of the same agent', async () => {
    const { credential } = await newcomers.enroll();
    const older = house.connect(credential);
    await older.greet();
    const newer = house.connect(credential);
    await newer.greet();

    await expectClose(older, 'REPLACED');
    newer.send({ type: 'ping', nonce: 5 });
    expect(await newer.take('pong')).toMatchObject({ nonce: 5 });
  });

  it('[P16] sends a copy away, leaves the original alone, and shows it to the admin', async () => {
    const { credential, workstationId } = await newcomers.enroll();
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
