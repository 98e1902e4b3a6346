/** The wire against a real server with a raw client: renewals, pings, half-open sockets and slow readers. docs/PROTOCOL.md. */
import { afterEach, describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '../../shared/protocol.ts';
import { factsFrom, started } from '../support/facts.ts';
import { type HalfOpenProxy, startHalfOpenProxy } from '../support/half-open-proxy.ts';
import { RawAgent } from '../support/raw-agent.ts';
import { Servers } from '../support/wire.ts';

const servers = new Servers();

describe('renewing', () => {
  afterEach(() => servers.stop());

  it('[P26] keeps a lease alive, and silence loses it', async () => {
    const house = await servers.start({ timing: { leaseTtlMs: 800, leaseGraceMs: 0, pingEveryMs: 200 } });
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
    await servers.stop();
  });

  it('[P27] answers a ping with its nonce', async () => {
    const { agent } = await (await servers.start()).agent();

    agent.send({ type: 'ping', nonce: -42 });

    expect(await agent.take('pong')).toEqual({ type: 'pong', nonce: -42 });
  });

  it('[P28] pings an agent, and keeps one that answers', async () => {
    const house = await servers.start({ timing: { pingEveryMs: 250 } });
    const { agent } = await house.agent();

    for (let pings = 0; pings < 5; pings++) await agent.take('ping');

    expect(agent.closing).toBeNull();
  });

  it('[P28] closes with PING_TIMEOUT when nothing comes, although WebSocket pongs do', async () => {
    const house = await servers.start({ timing: { pingEveryMs: 40 } });
    const { credential } = await house.enroll();
    const silent = new RawAgent(house.url, credential, { autoPong: false });
    const controlPings = setInterval(() => silent.socket.readyState === 1 && silent.socket.ping(), 10);
    await silent.greet();

    expect(await silent.closed()).toEqual({ code: CLOSE_CODES.PING_TIMEOUT.code, reason: 'PING_TIMEOUT' });
    clearInterval(controlPings);
  });

  it('[P28] notices a half-open socket and cuts it, and the same agent comes back as if nothing was', async () => {
    const house = await servers.start({ timing: { pingEveryMs: 200 } });
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
  afterEach(() => servers.stop());

  it('[P33] closes with TOO_SLOW when an agent does not take what is sent, and serves the others', async () => {
    const house = await servers.start({ maximumBufferedBytes: 20_000 });
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
