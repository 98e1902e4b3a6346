/** What the REST interface answers about pools and seats, and the problem it names when it cannot. Against a real server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../server/http/problems.ts';
import { problemSchema } from '../../shared/rest.ts';
import { factsFrom, started, wish } from '../support/facts.ts';
import { FREECAD, startTestServer, type TestServer } from '../support/test-server.ts';

let house: TestServer;
beforeAll(async () => {
  house = await startTestServer();
});
afterAll(() => house.stop());

describe('pools', () => {
  it('are created with an id made of the name, defaults, and the products they count', async () => {
    const reply = await house.ask('POST', 'pools', {
      settings: { name: 'Free CAD!', capacity: 2 },
      productIds: ['freecad'],
    });

    expect(reply.status).toBe(201);
    expect(reply.headers.get('location')).toBe('/api/v1/pools/free-cad');
    expect(reply.body).toMatchObject({
      settings: { name: 'Free CAD!', capacity: 2, kind: 'metered', enforcement: 'ask' },
      view: { poolId: 'free-cad', productIds: ['freecad'], seats: { state: 'known', capacity: 2, free: 2 } },
    });
    expect((await house.ask('GET', 'products/freecad')).body.alternatives).toEqual([
      [{ poolId: 'free-cad', units: 1 }],
    ]);
    expect((await house.ask('GET', 'pools/free-cad')).body).toEqual(reply.body);
  });

  it('change only what is named, and which products they count', async () => {
    await house.ask('POST', 'pools', { poolId: 'edit-me', settings: { name: 'Edit me', capacity: 1 } });

    const edited = await house.ask('PATCH', 'pools/edit-me', {
      settings: { capacity: 4 },
      productIds: ['blender'],
    });
    const emptied = await house.ask('PATCH', 'pools/edit-me', { productIds: [] });

    expect(edited.body).toMatchObject({
      settings: { name: 'Edit me', capacity: 4 },
      view: { productIds: ['blender'] },
    });
    expect(emptied.body).toMatchObject({ settings: { capacity: 4 }, view: { productIds: [] } });
    expect((await house.ask('GET', 'products/blender')).body.alternatives).toEqual([]);
  });

  it('go when they are removed', async () => {
    await house.ask('POST', 'pools', { poolId: 'gone', settings: { name: 'Gone', capacity: 1 } });

    expect((await house.ask('DELETE', 'pools/gone')).status).toBe(204);
    expect((await house.ask('GET', 'pools/gone')).body).toMatchObject({ code: 'POOL_UNKNOWN', status: 404 });
  });

  it('are not left behind when their products cannot be counted', async () => {
    const managed = { settings: { name: 'Managed', capacity: 1, kind: 'managed' } };
    await house.ask('POST', 'pools', { poolId: 'plain', settings: { name: 'Plain', capacity: 1 } });
    await house.ask('POST', 'pools', managed);

    const mixed = await house.ask('PUT', 'products/blender/alternatives', {
      alternatives: [[{ poolId: 'plain', units: 1 }], [{ poolId: 'managed', units: 1 }]],
    });

    expect(mixed.body).toMatchObject({ status: 409, code: 'MIXED_KINDS' });
  });
});

describe('problems', () => {
  it.each([
    ['GET', 'pools/nowhere', undefined, 'POOL_UNKNOWN'],
    ['PATCH', 'pools/nowhere', { settings: { capacity: 1 } }, 'POOL_UNKNOWN'],
    ['DELETE', 'pools/nowhere', undefined, 'POOL_UNKNOWN'],
    ['POST', 'pools', { settings: { name: 'free cad', capacity: 1 } }, 'POOL_EXISTS'],
    ['POST', 'pools', { settings: { name: 'P', capacity: 1 }, productIds: ['nothing'] }, 'PRODUCT_UNKNOWN'],
    ['POST', 'pools', { settings: { name: '漢字', capacity: 1 } }, 'BAD_REQUEST'],
    ['POST', 'pools', { settings: { name: 'P', capacity: -1 } }, 'BAD_REQUEST'],
    ['POST', 'pools', { settings: { name: 'P', capacity: 1, color: 'red' } }, 'BAD_REQUEST'],
    ['POST', 'pools', '{', 'BAD_REQUEST'],
    ['GET', 'pools?limit=0', undefined, 'BAD_REQUEST'],
    ['GET', 'products/nothing', undefined, 'PRODUCT_UNKNOWN'],
    ['DELETE', 'products/freecad', undefined, 'PRODUCT_UNKNOWN'],
    ['PUT', 'products/other', FREECAD, 'BAD_REQUEST'],
    ['PUT', 'products/nothing/alternatives', { alternatives: [] }, 'PRODUCT_UNKNOWN'],
    [
      'PUT',
      'products/freecad/alternatives',
      { alternatives: [[{ poolId: 'nowhere', units: 1 }]] },
      'POOL_UNKNOWN',
    ],
    ['DELETE', 'leases/nothing', { reason: 'because' }, 'NOT_FOUND'],
    ['DELETE', 'leases/nothing', { reason: 'x' }, 'BAD_REQUEST'],
    ['DELETE', 'tickets/nothing', { reason: 'because' }, 'NOT_FOUND'],
    ['GET', 'workstations/nothing', undefined, 'WORKSTATION_UNKNOWN'],
    ['DELETE', 'people/nobody', undefined, 'PERSON_UNKNOWN'],
    ['DELETE', 'enrollment-tokens/nothing', undefined, 'ENROLLMENT_TOKEN_NOT_FOUND'],
    ['GET', 'events?cursor=bm9uc2Vuc2U', undefined, 'BAD_CURSOR'],
    ['GET', 'nothing', undefined, 'NOT_FOUND'],
    ['POST', 'about', {}, 'NOT_FOUND'],
  ] as const)('%s %s with %j is %s', async (method, path, body, code) => {
    if (code === 'POOL_EXISTS')
      await house.ask('POST', 'pools', { settings: { name: 'free cad', capacity: 1 } });

    const reply = await house.ask(method, path, body);

    expect(reply.body.code).toBe(code);
    expect(reply.status).toBe(PROBLEMS[code].status);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    const problem = problemSchema.parse(reply.body);
    expect(problem.title).toBe(PROBLEMS[code].title);
    expect(problem.detail.length).toBeGreaterThan(10);
  });

  it('a body that is no JSON at all, or too large, is refused by name', async () => {
    const text = await fetch(new URL('/api/v1/pools', house.url), {
      method: 'POST',
      body: 'hello',
      headers: { 'content-type': 'text/plain', authorization: `Bearer ${house.server.adminToken}` },
    });
    const huge = await house.ask('POST', 'pools', JSON.stringify({ x: 'x'.repeat(1_100_000) }));

    expect([text.status, ((await text.json()) as { code: string }).code]).toEqual([415, 'NOT_JSON']);
    expect([huge.status, huge.body.code]).toEqual([413, 'BODY_TOO_LARGE']);
  });
});

describe('seats', () => {
  it('are listed as leases, tickets and offers, by rank, and an admin can end them with a reason', async () => {
    const own = await startTestServer();
    await own.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] });
    const people = [];
    for (const name of ['first', 'second', 'third'])
      people.push(await own.agent({ account: { name, id: name } }));
    const [first, second, third] = people;
    first?.agent.send(factsFrom(1, started('s1')));
    await first?.agent.take('ack');
    for (const waiting of [second, third]) {
      waiting?.agent.send(factsFrom(1, wish('w', { type: 'queue', productId: 'freecad' })));
      await waiting?.agent.take('ack');
    }

    const leases = (await own.ask('GET', 'leases?poolId=freecad')).body.items;
    const tickets = (await own.ask('GET', 'tickets?productId=freecad')).body.items;
    expect(leases).toMatchObject([{ userName: 'first', units: 1, sessionIds: ['s1'], awaitedUntilMs: null }]);
    expect(tickets.map(({ userName }: { userName: string }) => userName)).toEqual(['second', 'third']);
    expect((await own.ask('GET', `tickets?userId=${third?.identity.userId}`)).body.items).toHaveLength(1);

    expect(
      (await own.ask('DELETE', `leases/${leases[0].leaseId}`, { reason: 'needed elsewhere' })).status,
    ).toBe(204);
    const offers = (await own.ask('GET', 'offers')).body.items;
    expect(offers).toMatchObject([
      { userName: 'second', takes: [{ poolId: 'freecad', units: 1 }], strength: 'hard' },
    ]);
    await second?.agent.take('mine', ({ mine }) => mine.offers.length === 1);

    expect((await own.ask('DELETE', `tickets/${tickets[0].ticketId}`, { reason: 'not today' })).status).toBe(
      204,
    );
    await third?.agent.take('mine', ({ mine }) => mine.offers.length === 1);
    const events = (await own.ask('GET', 'events?limit=1000')).body.items;
    expect(events.some(({ body }: { body: { note?: string } }) => body.note === 'needed elsewhere')).toBe(
      true,
    );
    await own.stop();
  });
});
