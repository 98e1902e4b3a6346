/** The wire against a real server with a raw client: an orderly stop, a full disk, noise, and the list of codes. docs/PROTOCOL.md. */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../server/stores/memory/memory-store.ts';
import { CLOSE_CODES } from '../../shared/protocol.ts';
import { factsFrom, started } from '../support/facts.ts';
import { Servers } from '../support/wire.ts';

const servers = new Servers();

describe('the end', () => {
  afterEach(() => servers.stop());

  it('[P35] says SHUTTING_DOWN when the server stops in order, also to a newcomer who has said nothing', async () => {
    const house = await servers.start();
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
    const house = await servers.start({ store: { ...store, append } });
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
    const house = await servers.start();
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
