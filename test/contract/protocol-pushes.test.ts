/** The wire against a real server with a raw client: what the server sends unasked, and how it ends. docs/PROTOCOL.md. */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../server/stores/memory/memory-store.ts';
import { CLOSE_CODES } from '../../shared/protocol.ts';
import { active, ended, factsFrom, interval, started } from '../support/facts.ts';
import { type HalfOpenProxy, startHalfOpenProxy } from '../support/half-open-proxy.ts';
import { RawAgent } from '../support/raw-agent.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const servers: TestServer[] = [];
async function start(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> {
  const house = await startTestServer(options);
  servers.push(house);
  return house;
}
const stopAll = async () => {
  for (const house of servers.splice(0)) await house.stop();
};

describe('watching pools', () => {
  let house: TestServer;
  beforeAll(async () => {
    house = await startTestServer();
    await house.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 3 }, productIds: ['freecad'] });
  });
  afterAll(() => house.stop());
  let people = 0;
  const newcomer = () => {
    people++;
    return house.agent({ account: { name: `person-${people}`, id: `${people}` } });
  };

  it('[P30] answers watch with a snapshot, and a repeated one with another', async () => {
    const { agent } = await newcomer();

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
    const { agent: watcher } = await newcomer();
    watcher.send({ type: 'watch', pools: true });
    await watcher.take('pools', ({ full }) => full);
    const { agent } = await newcomer();

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
    const { agent } = await newcomer();
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
    const { agent } = await newcomer();
    agent.send({ type: 'watch', pools: true });
    await agent.take('pools');
    agent.send({ type: 'watch', pools: false });
    agent.send({ type: 'ping', nonce: 1 });
    await agent.take('pong');

    const { agent: other } = await newcomer();
    other.send(factsFrom(1, started('p2')));
    await other.take('ack');
    other.send(factsFrom(2, ended('p2')));
    await other.take('ack');
    agent.send({ type: 'ping', nonce: 2 });
    await agent.take('pong');

    expect(agent.messages.filter(({ type }) => type === 'pools')).toEqual([]);
  });

  it('[P31] sends the first change at once and collects a burst', async () => {
    const { agent: watcher } = await newcomer();
    watcher.send({ type: 'watch', pools: true });
    await watcher.take('pools', ({ full }) => full);
    const { agent } = await newcomer();
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
    const { agent } = await newcomer();
    await agent.take('mine');

    const { agent: other } = await newcomer();
    other.send(factsFrom(1, started('p3'), ended('p3')));
    await other.take('ack');
    agent.send({ type: 'ping', nonce: 1 });
    await agent.take('pong');

    expect(agent.messages.filter(({ type }) => type === 'mine')).toEqual([]);
  });
});

describe('renewing', () => {
  afterEach(stopAll);

  it('[P26] keeps a lease alive, and silence loses it', async () => {
    const house = await start({ timing: { leaseTtlMs: 800, leaseGraceMs: 0, pingEveryMs: 200 } });
    await house.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] });
    const { agent } = await house.agent();
    agent.send(factsFrom(1, started('r1')));
    await agent.take('mine', ({ mine }) => mine.seats[0]?.seat.state === 'held');
    // Three times to live, counted in the server's own pings.
    for (let pings = 0; pings < 13; pings++) {
      agent.send({ type: 'renew', sessionIds: ['r1', 'nobody'] });
      await agent.take('ping');
    }
    expect((await house.ask('GET', 'leases')).body.items).toHaveLength(1);

    await agent.take('mine', ({ mine }) => mine.seats.some(({ seat }) => seat.state !== 'held'));
    expect((await house.ask('GET', 'leases')).body.items).toEqual([]);
  });
});

describe('pings and half-open sockets', () => {
  let proxy: HalfOpenProxy | null = null;
  afterEach(async () => {
    await proxy?.close();
    proxy = null;
    await stopAll();
  });

  it('[P27] answers a ping with its nonce', async () => {
    const { agent } = await (await start()).agent();

    agent.send({ type: 'ping', nonce: -42 });

    expect(await agent.take('pong')).toEqual({ type: 'pong', nonce: -42 });
  });

  it('[P28] pings an agent, and keeps one that answers', async () => {
    const house = await start({ timing: { pingEveryMs: 250 } });
    const { agent } = await house.agent();

    for (let pings = 0; pings < 5; pings++) await agent.take('ping');

    expect(agent.closing).toBeNull();
  });

  it('[P28] closes with PING_TIMEOUT when nothing comes, although WebSocket pongs do', async () => {
    const house = await start({ timing: { pingEveryMs: 40 } });
    const { credential } = await house.enroll();
    const silent = new RawAgent(house.url, credential, { autoPong: false });
    const controlPings = setInterval(() => silent.socket.readyState === 1 && silent.socket.ping(), 10);
    await silent.greet();

    expect(await silent.closed()).toEqual({ code: CLOSE_CODES.PING_TIMEOUT.code, reason: 'PING_TIMEOUT' });
    clearInterval(controlPings);
  });

  it('[P28] notices a half-open socket and cuts it, and the same agent comes back as if nothing was', async () => {
    const house = await start({ timing: { pingEveryMs: 200 } });
    proxy = await startHalfOpenProxy(house.port);
    const { credential, workstationId } = await house.enroll();
    const cut = new RawAgent(`http://127.0.0.1:${proxy.port}`, credential);
    await cut.greet();
    const isConnected = async () =>
      (await house.ask('GET', `workstations/${workstationId}`)).body.agents[0].connected;
    expect(await isConnected()).toBe(true);

    proxy.stopForwarding();
    await expect.poll(isConnected, { timeout: 5_000, interval: 20 }).toBe(false);
    await expect
      .poll(async () => (await house.ask('GET', '/metrics')).body, { timeout: 5_000 })
      .toContain('usher_agent_sockets 0');
    expect(cut.closing).toBeNull();

    const again = house.connect(credential);
    await again.greet();
    expect(await isConnected()).toBe(true);
    cut.close();
  });
});

describe('slow readers', () => {
  afterEach(stopAll);

  it('[P33] closes with TOO_SLOW when an agent does not take what is sent, and serves the others', async () => {
    const house = await start({ maximumBufferedBytes: 20_000 });
    await house.ask('POST', 'pools', {
      settings: { name: 'FreeCAD', capacity: 500 },
      productIds: ['freecad'],
    });
    const { agent: busy } = await house.agent({ account: { name: 'busy', id: '1' } });
    const crowd = Array.from({ length: 190 }, (_, index) =>
      started(`crowd-${index}`, { productName: 'F'.repeat(200) }),
    );
    busy.send(factsFrom(1, ...crowd));
    await busy.take('ack');
    const { agent: slow } = await house.agent({ account: { name: 'slow', id: '2' } });
    const { agent: reader } = await house.agent({ account: { name: 'reader', id: '3' } });

    (slow.socket as unknown as { _socket: { pause(): void } })._socket.pause();
    // Each snapshot is far larger than what the kernel's buffers and the limit hold together after some rounds.
    for (let round = 0; round < 400; round++) slow.send({ type: 'watch', pools: true });
    await expect
      .poll(async () => (await house.ask('GET', '/metrics')).body, { timeout: 10_000, interval: 50 })
      .toContain('usher_agents_connected 2');

    (slow.socket as unknown as { _socket: { resume(): void } })._socket.resume();
    await slow.closed();
    reader.send({ type: 'ping', nonce: 1 });
    expect(await reader.take('pong')).toMatchObject({ nonce: 1 });
  });
});

describe('the end', () => {
  afterEach(stopAll);

  it('[P35] says SHUTTING_DOWN when the server stops in order, also to a newcomer who has said nothing', async () => {
    const house = await start();
    const { agent, identity } = await house.agent();
    const newcomer = await house.connect(identity.credential).opened();

    await house.server.close();

    expect(await agent.closed()).toEqual({ code: CLOSE_CODES.SHUTTING_DOWN.code, reason: 'SHUTTING_DOWN' });
    expect((await newcomer.closed()).code).toBe(CLOSE_CODES.SHUTTING_DOWN.code);
  });

  it('[P18, P35] closes with INTERNAL and acknowledges nothing when the facts cannot be made durable', async () => {
    const store = openMemoryStore();
    let isFull = false;
    const append: typeof store.append = async (units) => {
      if (isFull) throw new Error('disk full');
      return store.append(units);
    };
    const house = await start({ store: { ...store, append } });
    const { agent, identity } = await house.agent();

    isFull = true;
    agent.send(factsFrom(1, started('x1')));
    expect(await agent.closed()).toEqual({ code: CLOSE_CODES.INTERNAL.code, reason: 'INTERNAL' });
    expect(agent.messages.filter(({ type }) => type === 'ack')).toEqual([]);

    isFull = false;
    const again = house.connect(identity.credential);
    expect(await again.greet({ openSessionIds: ['x1'] })).toMatchObject({ acknowledgedSeq: 0 });
    again.send(factsFrom(1, started('x1')));
    expect(await again.take('ack')).toMatchObject({ throughSeq: 1 });
  });

  it.each([
    ['noise', Buffer.from('\u0000\u0001\u0002 no frame at all \u00ff', 'latin1')],
    ['a frame without a mask', Buffer.from([0x81, 0x02, 0x68, 0x69])],
    ['a frame that claims 2^62 bytes', Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4])],
    ['text that is not UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])],
  ])('[P2] ends a socket that sends %s, and nothing else', async (_what, bytes) => {
    const house = await start();
    const { agent: neighbor, identity } = await house.agent();
    const socket = createConnection(house.port, '127.0.0.1');
    socket.write(
      `GET /api/v1/agent HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
        `Authorization: Bearer ${identity.credential}\r\n\r\n`,
    );
    await once(socket, 'data');

    socket.write(bytes);
    socket.resume();
    await once(socket, 'end');
    socket.destroy();

    neighbor.send({ type: 'ping', nonce: 3 });
    expect(await neighbor.take('pong')).toMatchObject({ nonce: 3 });
  });

  it('[P34] has a code, a name and a class for every close, and no two alike', () => {
    const codes = Object.values(CLOSE_CODES).map(({ code }) => code);

    expect(new Set(codes).size).toBe(codes.length);
    for (const { code, fatal } of Object.values(CLOSE_CODES)) {
      expect(code).toBeGreaterThanOrEqual(4400);
      expect(code).toBeLessThan(4600);
      if (code >= 4500) expect(fatal).toBe(false);
    }
  });
});
