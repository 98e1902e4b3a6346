/** The wire against a real server with a raw client: what two versions agree on, and what follows. docs/PROTOCOL.md. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe('versions and capabilities', () => {
  it.each([
    [103, 101, 103],
    [102, 100, 102],
    [101, 100, 101],
    [100, 100, 100],
    [109, 101, 103],
  ])(
    '[P5, P12] welcomes an agent of %i down to %i with version %i, as the first message',
    async (version, oldestVersion, agreed) => {
      const identity = await newcomers.enroll();
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
    const agent = await newcomers.socket();

    agent.send({ type: 'hello', version: 99, oldestVersion: 80, name: 'old shape' });

    await expectClose(agent, 'TOO_OLD');
  });

  it('[P7] closes with TOO_NEW, even when the rest of hello has another shape', async () => {
    const agent = await newcomers.socket();

    agent.send({ type: 'hello', version: 300, oldestVersion: 200, flavor: 'quantum' });

    await expectClose(agent, 'TOO_NEW');
  });

  it('[P8] ignores unknown fields in the hello of a newer agent, and nowhere else', async () => {
    const newer = await newcomers.socket();
    const hello = aHello({ version: 104 });
    newer.send({ ...hello, battery: 80, workstation: { ...hello.workstation, screens: 2 } });
    expect(await newer.take('welcome')).toMatchObject({ version: 103 });

    newer.send({ type: 'ping', nonce: 1, extra: true });
    await expectClose(newer, 'BAD_MESSAGE');
  });

  it('[P9, P11] agrees on what both name and the version has', async () => {
    const agent = await newcomers.socket();
    expect(await agent.greet({ capabilities: ['watch-pools', 'levitation'] })).toMatchObject({
      capabilities: ['watch-pools'],
    });

    const old = await newcomers.socket();
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
    const agent = await newcomers.socket();
    await agent.greet({ capabilities: [] });

    agent.send(message);

    await expectClose(agent, 'NOT_AGREED');
  });

  it('[P11] closes with NOT_AGREED for a fact newer than the agreed version', async () => {
    const agent = await newcomers.socket();
    await agent.greet({ version: 101 });

    agent.send({
      type: 'facts',
      facts: [{ seq: 1, fact: { kind: 'summarized', fromMs: 1, toMs: 2, facts: 1, sessions: [] } }],
    });

    await expectClose(agent, 'NOT_AGREED');
  });

  it('[P10, P14, P32] sends mine and, only where it was agreed, the catalog and its changes', async () => {
    const agent = await newcomers.socket();
    await agent.greet();
    const bare = await newcomers.socket();
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
