/** The wire against a real server with a raw client: facts, their order and repeats, and acknowledgments. docs/PROTOCOL.md. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '../../shared/protocol.ts';
import { HOUR, MINUTE } from '../../shared/time.ts';
import { ended, factsFrom, interval, started, wish } from '../support/facts.ts';
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

describe('facts', () => {
  it('[P18, P29] gives a seat for a session, acknowledges it, and says so', async () => {
    const { agent } = await newcomers.agent();

    agent.send(factsFrom(1, started('f1-a'), interval('f1-a', { intervalId: 'f1-i' })));

    expect(await agent.take('ack')).toEqual({ type: 'ack', throughSeq: 2, results: [] });
    expect(await seatOf(agent, 'f1-a')).toBe('held');
  });

  it.each([
    ['starts beyond the mark', [2]],
    ['has a hole', [1, 3]],
    ['repeats a number', [1, 1]],
    ['goes backwards', [2, 1]],
  ])(
    '[P17] closes with OUT_OF_ORDER when a message %s, and carries out nothing of it',
    async (_what, seqs) => {
      const { agent, identity } = await newcomers.agent();

      agent.send({
        type: 'facts',
        facts: seqs.map((seq) => ({ seq, fact: started(`f2-${identity.userId}-${seq}`) })),
      });

      expect(await agent.closed()).toEqual({ code: CLOSE_CODES.OUT_OF_ORDER.code, reason: 'OUT_OF_ORDER' });
      expect(await usageOf(house, identity.userId)).toEqual([]);
      const again = house.connect(identity.credential);
      expect(await again.greet()).toMatchObject({ acknowledgedSeq: 0 });
    },
  );

  it('[P12, P17] goes on after a cut from the number that welcome says', async () => {
    const { agent, identity } = await newcomers.agent();
    agent.send(factsFrom(1, started('f3-a'), ended('f3-a'), started('f3-b')));
    await agent.take('ack');
    agent.close();

    const again = house.connect(identity.credential);
    expect(await again.greet({ openSessionIds: ['f3-b'] })).toMatchObject({ acknowledgedSeq: 3 });
    again.send(factsFrom(4, ended('f3-b')));

    expect(await again.take('ack')).toMatchObject({ throughSeq: 4 });
  });

  it('[P12] counts each outbox by itself', async () => {
    const { agent, identity } = await newcomers.agent();
    agent.send(factsFrom(1, started('f4-a')));
    await agent.take('ack');

    const again = house.connect(identity.credential);

    expect(await again.greet({ outboxId: 'another-file', openSessionIds: ['f4-a'] })).toMatchObject({
      acknowledgedSeq: 0,
    });
  });

  it('[P12] keeps two people apart whose outboxes have the same name', async () => {
    const { agent } = await newcomers.agent();
    agent.send(factsFrom(1, started('f5-a'), ended('f5-a')));
    await agent.take('ack');

    const other = await newcomers.agent();
    other.agent.send(factsFrom(1, started('f5-b')));

    expect(await other.agent.take('ack')).toMatchObject({ throughSeq: 1 });
  });

  it('[P19] acknowledges repeats again and changes nothing', async () => {
    const { agent, identity } = await newcomers.agent();
    const facts = factsFrom(
      1,
      started('f6-a'),
      interval('f6-a', { intervalId: 'f6-i', toMs: Date.now() }),
      ended('f6-a'),
    );
    agent.send(facts);
    await agent.take('ack');
    const before = await usageOf(house, identity.userId);
    const events = (await house.ask('GET', 'events?limit=1000')).body.items.length;

    agent.send(facts);
    agent.send({ ...facts, facts: facts.facts.slice(0, 2) });

    expect(await agent.take('ack')).toMatchObject({ throughSeq: 3 });
    expect(await agent.take('ack')).toMatchObject({ throughSeq: 3 });
    expect(await usageOf(house, identity.userId)).toEqual(before);
    expect((await house.ask('GET', 'events?limit=1000')).body.items.length).toBe(events);
  });

  it('[P19, P20] gives a repeated wish the answer it had, also when its time is over by then', async () => {
    const { agent } = await newcomers.agent();
    const queue = { type: 'queue', productId: 'blender' } as const;
    await occupyBlender();
    agent.send(
      factsFrom(
        1,
        wish('w-1', queue),
        wish('w-2', { type: 'claim', offerId: 'nowhere' }),
        wish('w-3', queue, 0),
      ),
    );
    const first = await agent.take('ack');
    expect(first.results).toMatchObject([
      { wishId: 'w-1', ok: true, ticketId: expect.any(String) },
      { wishId: 'w-2', ok: false, code: expect.stringMatching(/^(OFFER_GONE|NOT_FOUND)$/) },
      { wishId: 'w-3', ok: false, code: 'WISH_EXPIRED' },
    ]);

    agent.send(
      factsFrom(
        1,
        wish('w-1', queue, 0),
        wish('w-2', { type: 'claim', offerId: 'nowhere' }, 0),
        wish('w-3', queue, 0),
      ),
    );

    expect((await agent.take('ack')).results).toEqual(first.results);
  });

  it('[P22] carries facts out in order, message by message', async () => {
    const { agent, identity } = await newcomers.agent();

    for (let round = 0; round < 20; round++) {
      agent.send(factsFrom(2 * round + 1, started(`f7-${round}`)));
      agent.send(factsFrom(2 * round + 2, ended(`f7-${round}`)));
    }
    await agent.take('ack', ({ throughSeq }) => throughSeq === 40);

    const records = await usageOf(house, identity.userId);
    expect(records).toHaveLength(20);
    for (const { grants, endReason } of records) {
      expect(grants).toHaveLength(1);
      expect(grants[0]?.toMs).not.toBeNull();
      expect(endReason).toBe('exit');
    }
  });

  it('[P22] asks for no seat for a session that is over when it is told, and records it', async () => {
    const { agent, identity } = await newcomers.agent();
    const startedAtMs = Date.now() - HOUR;
    const endedAtMs = startedAtMs + 10 * MINUTE;

    agent.send(
      factsFrom(
        1,
        started('f8', { startedAtMs }),
        interval('f8', { intervalId: 'f8-i', fromMs: startedAtMs, toMs: endedAtMs }),
        ended('f8', { endedAtMs }),
      ),
    );
    await agent.take('ack');

    expect(await usageOf(house, identity.userId)).toMatchObject([
      {
        sessionId: 'f8',
        startedAtMs,
        endedAtMs,
        endReason: 'exit',
        grantedMs: 0,
        overageMs: 10 * MINUTE,
        intervals: [{ intervalId: 'f8-i' }],
      },
    ]);
    const denials = (await house.ask('GET', 'denials?limit=1000')).body.items;
    expect(denials.filter((denial: { userId: string }) => denial.userId === identity.userId)).toEqual([]);
  });

  it('[P21] lets nobody touch a session of somebody else, and goes on', async () => {
    const victim = await newcomers.agent();
    victim.agent.send(factsFrom(1, started('f9-victim'), interval('f9-victim', { intervalId: 'f9-i' })));
    await victim.agent.take('ack');
    const { agent } = await newcomers.agent();

    agent.send(
      factsFrom(1, ended('f9-victim'), interval('f9-victim', { intervalId: 'f9-x' }), started('f9-victim')),
    );
    agent.send(factsFrom(4, ended('f9-nobody'), wish('w', { type: 'release', sessionId: 'f9-victim' })));
    agent.send({ type: 'renew', sessionIds: ['f9-victim'] });

    await agent.take('ack', ({ throughSeq }) => throughSeq === 3);
    const answer = await agent.take('ack', ({ throughSeq }) => throughSeq === 5);
    expect(answer.results).toMatchObject([{ wishId: 'w', ok: false }]);
    expect(await usageOf(house, victim.identity.userId)).toMatchObject([
      {
        sessionId: 'f9-victim',
        endedAtMs: null,
        grants: [{ toMs: null }],
        intervals: [{ intervalId: 'f9-i' }],
      },
    ]);
  });
});

async function occupyBlender(): Promise<void> {
  const { agent } = await newcomers.agent();
  agent.send(factsFrom(1, started('occupied', { productId: 'blender', productName: 'Blender' })));
  await agent.take('ack');
}
