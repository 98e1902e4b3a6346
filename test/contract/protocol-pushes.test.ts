/** The wire against a real server with a raw client: what the server sends unasked to those who watch. docs/PROTOCOL.md. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { active, ended, factsFrom, interval, started } from '../support/facts.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { Newcomers } from '../support/wire.ts';

let house: TestServer;
let newcomers: Newcomers;
beforeAll(async () => {
  house = await startTestServer();
  newcomers = new Newcomers(house);
  await house.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 3 }, productIds: ['freecad'] });
});
afterAll(() => house.stop());

describe('watching pools', () => {
  it('[P30] answers watch with a snapshot, and a repeated one with another', async () => {
    const { agent } = await newcomers.agent();

    agent.send({ type: 'watch', pools: true });
    const first = await agent.take('pools');
    agent.send({ type: 'watch', pools: true });
    const second = await agent.take('pools');

    expect(first).toMatchObject({
      full: true,
      pools: [{ poolId: 'freecad' }],
      products: [{ productId: 'freecad', poolIds: ['freecad'] }],
    });
    expect(second).toEqual(first);
  });

  it('[P30] tells changes of seats and of activity, with the whole view of the pool', async () => {
    const { agent: watcher } = await newcomers.agent();
    watcher.send({ type: 'watch', pools: true });
    await watcher.take('pools', ({ full }) => full);
    const { agent } = await newcomers.agent();

    agent.send(factsFrom(1, started('p1'), interval('p1', { intervalId: 'p1-i', activity: active(5) })));
    const seated = await watcher.take(
      'pools',
      ({ pools }) => pools[0]?.holders.some(({ sessionId }) => sessionId === 'p1') ?? false,
    );
    agent.send(
      factsFrom(3, interval('p1', { intervalId: 'p1-j', activity: { state: 'locked', sinceMs: 7 } })),
    );
    const locked = await watcher.take(
      'pools',
      ({ pools }) => pools[0]?.holders.some(({ activity }) => activity?.state === 'locked') ?? false,
    );

    expect(seated).toMatchObject({ full: false });
    expect(seated.pools[0]?.holders.find(({ sessionId }) => sessionId === 'p1')?.activity).toMatchObject({
      state: 'active',
    });
    expect(locked.pools[0]?.revision).toBeGreaterThanOrEqual(seated.pools[0]?.revision ?? 0);
    agent.send(factsFrom(4, ended('p1')));
  });

  it('[P30] tells of a pool that is gone and of a product that nobody counts any more', async () => {
    await house.ask('POST', 'pools', {
      settings: { name: 'Short-lived', capacity: 1 },
      productIds: ['blender'],
    });
    const { agent } = await newcomers.agent();
    agent.send({ type: 'watch', pools: true });
    await agent.take('pools', ({ full }) => full);

    await house.ask('DELETE', 'pools/short-lived');

    const gone = await agent.take('pools', ({ removedPoolIds }) => removedPoolIds.includes('short-lived'));
    expect(gone.full).toBe(false);
    if (!gone.products.some(({ productId }) => productId === 'blender'))
      expect(
        await agent.take('pools', ({ products }) =>
          products.some(({ productId }) => productId === 'blender'),
        ),
      ).toMatchObject({
        products: [{ productId: 'blender', poolIds: [] }],
      });
  });

  it('[P30] tells nothing any more after watch with false', async () => {
    const { agent } = await newcomers.agent();
    agent.send({ type: 'watch', pools: true });
    await agent.take('pools');
    agent.send({ type: 'watch', pools: false });
    agent.send({ type: 'ping', nonce: 1 });
    await agent.take('pong');

    const { agent: other } = await newcomers.agent();
    other.send(factsFrom(1, started('p2')));
    await other.take('ack');
    other.send(factsFrom(2, ended('p2')));
    await other.take('ack');
    agent.send({ type: 'ping', nonce: 2 });
    await agent.take('pong');

    expect(agent.messages.filter(({ type }) => type === 'pools')).toEqual([]);
  });

  it('[P31] sends the first change at once and collects a burst', async () => {
    const { agent: watcher } = await newcomers.agent();
    watcher.send({ type: 'watch', pools: true });
    await watcher.take('pools', ({ full }) => full);
    const { agent } = await newcomers.agent();
    const rounds = 100;

    for (let round = 0; round < rounds; round++)
      agent.send(
        factsFrom(
          2 * round + 1,
          started(`burst-${round}`),
          interval(`burst-${round}`, { intervalId: `b-${round}` }),
        ),
      );
    await agent.take('ack', ({ throughSeq }) => throughSeq === 2 * rounds);
    await watcher.take(
      'pools',
      ({ pools }) => pools[0]?.holders.some(({ sessionId }) => sessionId === `burst-${rounds - 1}`) ?? false,
    );

    expect(watcher.messages.filter(({ type }) => type === 'pools').length).toBeLessThan(rounds / 2);
  });

  it('[P29] never says mine twice with the same content', async () => {
    const { agent } = await newcomers.agent();
    await agent.take('mine');

    const { agent: other } = await newcomers.agent();
    other.send(factsFrom(1, started('p3'), ended('p3')));
    await other.take('ack');
    agent.send({ type: 'ping', nonce: 1 });
    await agent.take('pong');

    expect(agent.messages.filter(({ type }) => type === 'mine')).toEqual([]);
  });
});
