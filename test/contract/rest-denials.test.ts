/** Denials with filters and their report, and the ledger's events newest first. Against a real server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factsFrom, started, wish } from '../support/facts.ts';
import type { RawAgent } from '../support/raw-agent.ts';
import { type Reply, startTestServer, type TestServer } from '../support/test-server.ts';

let house: TestServer;
const users: string[] = [];
const agents: RawAgent[] = [];
beforeAll(async () => {
  house = await startTestServer();
  await house.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] });
  for (const name of ['first', 'second', 'third']) {
    const { agent, identity } = await house.agent({ account: { name, id: name }, instanceId: name });
    agent.send(factsFrom(1, started(`s-${name}`)));
    await agent.take('ack');
    users.push(identity.userId);
    agents.push(agent);
  }
});
afterAll(() => house.stop());

const items = async (path: string) => (await house.ask('GET', path)).body.items as Reply['body'][];

describe('denials', () => {
  it('say who, why, and what was free elsewhere, and are filtered by each of these', async () => {
    expect(await items('denials')).toMatchObject([
      {
        userId: users[2],
        reason: 'no-free-seat',
        productName: 'FreeCAD',
        freeElsewhere: [],
        provedFalseAtMs: null,
      },
      { userId: users[1] },
    ]);
    expect(await items(`denials?userId=${users[1]}`)).toHaveLength(1);
    expect(await items('denials?reason=others-wait')).toEqual([]);
    expect(await items('denials?productId=blender')).toEqual([]);
    expect(await items('denials?isFalse=true')).toEqual([]);
    expect(await items('denials?isFalse=false')).toHaveLength(2);
    expect(await items(`denials?fromMs=${Date.now() + 1000}`)).toEqual([]);
    expect(await items(`denials?toMs=${Date.now() + 1000}&limit=1`)).toHaveLength(1);
    expect((await house.ask('GET', 'denials?isFalse=maybe')).body.code).toBe('BAD_REQUEST');
  });

  it('are counted by day, product, pool and reason; false ones apart', async () => {
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kathmandu' }).format();
    const { body } = await house.ask('GET', 'reports/denials?days=3&timeZone=Asia/Kathmandu');

    expect(body.days).toHaveLength(3);
    expect(body.days.at(-1)).toEqual({ day: today, denials: 2, falseDenials: 0 });
    expect(body.products).toMatchObject([{ productId: 'freecad', denials: 2, falseDenials: 0 }]);
    expect(body.pools).toEqual([{ poolId: 'freecad', poolName: 'FreeCAD', denials: 2, falseDenials: 0 }]);
    expect(body.reasons).toEqual([{ reason: 'no-free-seat', denials: 2, falseDenials: 0 }]);
    expect((await house.ask('GET', 'reports/denials?timeZone=Mars/Olympus')).body.code).toBe('BAD_REQUEST');
  });

  it('[L133] that were false are told apart', async () => {
    const [lease] = await items('leases');
    const second = agents[1];
    second?.send(factsFrom(2, wish('w', { type: 'queue', productId: 'freecad' })));
    await second?.take('ack', ({ throughSeq }) => throughSeq === 2);
    await house.ask('DELETE', `leases/${lease.leaseId}`, { reason: 'for the test' });

    await expect.poll(async () => (await items('denials?isFalse=true')).length).toBe(1);
    expect(await items('denials?isFalse=true')).toMatchObject([{ userId: users[1] }]);
    const { body } = await house.ask('GET', 'reports/denials?days=1');
    expect(body.products).toMatchObject([{ denials: 1, falseDenials: 1 }]);
  });
});

describe('events', () => {
  it('are paged newest first without reading those before', async () => {
    const oldest = await items('events?limit=1000');
    const all: Reply['body'][] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await house.ask('GET', `events?order=newest&limit=4${query}`);
      expect(body.items.length).toBeLessThanOrEqual(4);
      all.push(...body.items);
      cursor = body.cursor;
    } while (cursor !== null);

    expect(all).toEqual(oldest.toReversed());
    expect((await house.ask('GET', 'events?order=sideways')).body.code).toBe('BAD_REQUEST');
  });
});
