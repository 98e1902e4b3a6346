/** What the REST interface tells of usage, and what remains of a person who is erased. Against a real server. */
import { describe, expect, it } from 'vitest';
import { ended, factsFrom, interval, started } from '../support/facts.ts';
import { startTestServer } from '../support/test-server.ts';

describe('usage', () => {
  it('shows granted and actual time, takes a correction under the same interval’s id, and counts no replay', async () => {
    const own = await startTestServer({ timing: { usageIdleAfterMs: 50 } });
    await own.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] });
    const { agent, identity } = await own.agent();
    agent.send(factsFrom(1, started('u1')));
    await agent.take('ack');
    const grantedAtMs = (await own.ask('GET', 'leases')).body.items[0].grantedAtMs;
    const locked = { state: 'locked', sinceMs: grantedAtMs } as const;
    await expect.poll(() => Date.now(), { timeout: 5_000 }).toBeGreaterThan(grantedAtMs + 120);
    const told = factsFrom(
      2,
      interval('u1', {
        intervalId: 'i1',
        activity: locked,
        fromMs: grantedAtMs,
        toMs: grantedAtMs + 100,
        projectId: 'bridge-12',
      }),
    );
    agent.send(told);
    agent.send(told);
    agent.send(factsFrom(3, ended('u1')));
    await agent.take('ack', ({ throughSeq }) => throughSeq === 3);

    const [record] = (await own.ask('GET', `usage?productId=freecad&userId=${identity.userId}`)).body.items;
    expect(record).toMatchObject({
      usageIdleAfterMs: 50,
      endReason: 'exit',
      intervals: [{ intervalId: 'i1', state: 'locked', projectId: 'bridge-12' }],
    });
    expect(record.grantedMs - record.actualMs).toBe(100);

    agent.send(
      factsFrom(
        4,
        interval('u1', {
          intervalId: 'i1',
          activity: locked,
          fromMs: grantedAtMs,
          toMs: grantedAtMs + 60,
          projectId: null,
        }),
      ),
    );
    await agent.take('ack', ({ throughSeq }) => throughSeq === 4);
    const [corrected] = (await own.ask('GET', 'usage')).body.items;
    expect(corrected.intervals).toMatchObject([{ intervalId: 'i1', projectId: null }]);
    expect(corrected.grantedMs - corrected.actualMs).toBe(60);

    expect((await own.ask('GET', `usage?toMs=${grantedAtMs - 60_000}`)).body.items).toEqual([]);
    expect((await own.ask('GET', 'usage?productId=blender')).body.items).toEqual([]);
    await own.stop();
  });

  it('is paged, newest start first, without losing or repeating a session', async () => {
    const own = await startTestServer();
    const { agent } = await own.agent();
    const startedAtMs = Date.now() - 100_000;
    const sessions = Array.from({ length: 7 }, (_, index) => `page-${index}`);
    agent.send(
      factsFrom(1, ...sessions.map((id, index) => started(id, { startedAtMs: startedAtMs + index }))),
    );
    await agent.take('ack');

    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: { body: { items: { sessionId: string }[]; cursor: string | null } } = await own.ask(
        'GET',
        `usage?limit=3${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      );
      seen.push(...body.items.map(({ sessionId }) => sessionId));
      cursor = body.cursor;
    }

    expect(seen).toEqual(sessions.toReversed());
    await own.stop();
  });
});

describe('people', () => {
  it('can be erased: the name goes everywhere, the audit stays', async () => {
    const own = await startTestServer();
    await own.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] });
    const { agent, identity } = await own.agent({ account: { name: 'Zoë Quine' } });
    agent.send(factsFrom(1, started('e1')));
    await agent.take('ack');
    const events = (await own.ask('GET', 'events?limit=1000')).body.items.length;

    expect((await own.ask('DELETE', `people/${identity.userId}`)).status).toBe(204);

    expect((await agent.closed()).reason).toBe('UNAUTHORIZED');
    for (const path of ['people', 'pools', 'leases', 'usage', 'workstations', 'events?limit=1000'])
      expect(JSON.stringify((await own.ask('GET', path)).body)).not.toContain('Zoë');
    expect((await own.ask('GET', 'events?limit=1000')).body.items.length).toBeGreaterThanOrEqual(events);
    await own.stop();
  });
});
