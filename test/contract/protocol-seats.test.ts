/** The wire against a real server with raw clients: a seat that changes hands, and what a hello says of open sessions. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ended, factsFrom, started, wish } from '../support/facts.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { Newcomers, seatOf, usageOf } from '../support/wire.ts';

let house: TestServer;
let newcomers: Newcomers;
beforeAll(async () => {
  house = await startTestServer();
  newcomers = new Newcomers(house);
  await house.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 100 }, productIds: ['freecad'] });
  await house.ask('POST', 'pools', { settings: { name: 'Blender', capacity: 1 }, productIds: ['blender'] });
});
afterAll(() => house.stop());

describe('hello and what was open before', () => {
  it('[P13] ends sessions unseen that the agent does not know any more, and lets a late end correct that', async () => {
    const { agent, identity } = await newcomers.agent();
    agent.send(factsFrom(1, started('h1-gone'), started('h1-kept')));
    await agent.take('ack');
    agent.close();

    const again = house.connect(identity.credential);
    await again.greet({ openSessionIds: ['h1-kept'], loginSessionId: 'login-after-reboot' });

    const records = await usageOf(house, identity.userId);
    expect(records.find(({ sessionId }) => sessionId === 'h1-gone')).toMatchObject({ endReason: 'unseen' });
    expect(records.find(({ sessionId }) => sessionId === 'h1-kept')).toMatchObject({ endedAtMs: null });
    expect((await again.take('mine')).mine.seats).toMatchObject([
      { sessionId: 'h1-kept', seat: { state: 'held' } },
    ]);

    const endedAtMs = Date.now() - 5;
    again.send(factsFrom(3, ended('h1-gone', { endedAtMs, reason: 'reboot' })));
    await again.take('ack');
    expect(
      (await usageOf(house, identity.userId)).find(({ sessionId }) => sessionId === 'h1-gone'),
    ).toMatchObject({
      endReason: 'reboot',
      endedAtMs,
    });
  });
});

describe('a seat changes hands', () => {
  it('[P20, P29] is denied, queues, gets the freed seat in the same commit, and is asked nothing', async () => {
    const first = await newcomers.agent();
    const second = await newcomers.agent();
    first.agent.send(factsFrom(1, started('c1-first', { productId: 'blender', productName: 'Blender' })));
    expect(await seatOf(first.agent, 'c1-first')).toBe('held');

    second.agent.send(factsFrom(1, started('c1-second', { productId: 'blender', productName: 'Blender' })));
    expect(await seatOf(second.agent, 'c1-second')).toBe('overage');
    second.agent.send(factsFrom(2, wish('queue-me', { type: 'queue', productId: 'blender' })));
    const answer = await second.agent.take('ack', ({ results }) => results.length > 0);
    expect(answer.results).toMatchObject([{ wishId: 'queue-me', ok: true, ticketId: expect.any(String) }]);
    await second.agent.take('mine', ({ mine }) => mine.tickets[0]?.place === 1);

    first.agent.send(factsFrom(2, ended('c1-first')));

    await second.agent.take(
      'mine',
      ({ mine }) => mine.seats[0]?.seat.state === 'held' && mine.tickets.length === 0,
    );
    const pool = (await house.ask('GET', 'pools/blender')).body.view;
    expect(pool.holders).toMatchObject([
      { sessionId: 'c1-second', seat: 'held', userId: second.identity.userId },
    ]);
  });
});
