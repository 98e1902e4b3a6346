/** The wire against a real server with a raw client: clocks that differ, and wishes whose time is over. docs/PROTOCOL.md. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../shared/time.ts';
import { factsFrom, interval, started, wish } from '../support/facts.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { Newcomers, usageOf } from '../support/wire.ts';

let house: TestServer;
let newcomers: Newcomers;
beforeAll(async () => {
  house = await startTestServer();
  newcomers = new Newcomers(house);
  await house.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 100 }, productIds: ['freecad'] });
  await house.ask('POST', 'pools', { settings: { name: 'Blender', capacity: 1 }, productIds: ['blender'] });
});
afterAll(() => house.stop());

describe('time', () => {
  it.each([-1, 1])(
    '[P23, P24] puts the facts of an agent whose clock is %i year off onto its own clock',
    async (years) => {
      const offMs = years * 365 * 24 * HOUR;
      const identity = await newcomers.enroll();
      const agent = house.connect(identity.credential);
      const serverMs = (await agent.greet({ wallMs: Date.now() + offMs })).wallMs;
      const agentNowMs = Date.now() + offMs;
      const id = `t1-${years}`;

      agent.send(
        factsFrom(
          1,
          started(id, { startedAtMs: agentNowMs - 10 * MINUTE }),
          interval(id, { intervalId: `${id}-i`, fromMs: agentNowMs - 10 * MINUTE, toMs: agentNowMs + HOUR }),
        ),
      );
      await agent.take('ack');

      const [record] = await usageOf(house, identity.userId);
      expect(Math.abs((record?.startedAtMs ?? 0) - (serverMs - 10 * MINUTE))).toBeLessThan(2_000);
      expect(record?.intervals[0]?.toMs).toBeLessThanOrEqual(Date.now());
    },
  );

  it('[P23] leaves instants alone where the clocks agree within two seconds', async () => {
    const identity = await newcomers.enroll();
    const agent = house.connect(identity.credential);
    await agent.greet({ wallMs: Date.now() - 1_000 });
    const startedAtMs = Date.now() - MINUTE;

    agent.send(factsFrom(1, started('t2', { startedAtMs })));
    await agent.take('ack');

    expect((await usageOf(house, identity.userId))[0]?.startedAtMs).toBe(startedAtMs);
  });

  it('[P25] refuses a wish whose time is over', async () => {
    const { agent } = await newcomers.agent();

    agent.send(factsFrom(1, wish('late', { type: 'queue', productId: 'blender' }, 0)));

    expect((await agent.take('ack')).results).toMatchObject([
      { wishId: 'late', ok: false, code: 'WISH_EXPIRED' },
    ]);
  });
});
