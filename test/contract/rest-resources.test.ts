/** What the REST interface answers: resources, problems, paging, and a document that says the same. Against a real server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PROBLEMS } from '../../server/http/problems.ts';
import { problemSchema } from '../../shared/rest.ts';
import { ended, factsFrom, interval, started, wish } from '../support/facts.ts';
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

describe('the OpenAPI document', () => {
  type Operation = {
    summary?: string;
    tags?: string[];
    parameters?: { name: string; in: string }[];
    requestBody?: object;
    responses: Record<string, { description?: string; content?: Record<string, { schema: object }> }>;
  };
  let document: { openapi: string; paths: Record<string, Record<string, Operation>> };
  beforeAll(async () => {
    document = (await house.ask('GET', 'openapi.json', undefined, {})).body;
  });
  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );

  it('is OpenAPI 3.1 and describes every operation: words, parameters, bodies, answers, problems', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(operations().length).toBeGreaterThan(30);
    for (const { path, method, operation } of operations()) {
      const where = `${method} ${path}`;
      expect(operation.summary, where).toBeTruthy();
      expect(operation.tags, where).toHaveLength(1);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? [])
        .filter((parameter) => parameter.in === 'path')
        .map(({ name }) => name);
      expect(declared.sort(), where).toEqual(named.sort());
      if (['post', 'put', 'patch'].includes(method)) expect(operation.requestBody, where).toBeTruthy();
      const answers = Object.keys(operation.responses);
      expect(
        answers.some((status) => /^2\d\d$/.test(status)),
        where,
      ).toBe(true);
      for (const status of ['4XX', '5XX'])
        expect(
          operation.responses[status]?.content?.['application/problem+json']?.schema,
          where,
        ).toMatchObject({ type: 'object' });
    }
    expect(JSON.stringify(document)).not.toContain('"$ref":"#/components/schemas/undefined"');
  });

  it('has schemas that the server’s own answers fit', async () => {
    const { agent } = await house.agent({ account: { name: 'documented', id: '5' } });
    agent.send(factsFrom(1, started('documented'), interval('documented', { intervalId: 'documented-i' })));
    await agent.take('ack');
    const lists = operations().filter(
      ({ path, method }) => method === 'get' && !path.includes('{') && path.startsWith('/api/'),
    );
    expect(lists.length).toBeGreaterThan(10);

    for (const { path, operation } of lists) {
      const reply = await house.ask('GET', path);
      const schema = operation.responses['200']?.content?.['application/json']?.schema;
      expect(schema, path).toBeTruthy();
      const fits = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(reply.body);
      expect(fits.success ? null : fits.error.issues.slice(0, 3), path).toBeNull();
    }
  });
});

describe('health, numbers and the console', () => {
  it('is ready only while the store takes writes', async () => {
    const { openMemoryStore } = await import('../../server/stores/memory/memory-store.ts');
    const store = openMemoryStore();
    let isFull = false;
    const write: typeof store.records.write = async (changes) => {
      if (isFull) throw new Error('disk full');
      return store.records.write(changes);
    };
    const own = await startTestServer({ store: { ...store, records: { ...store.records, write } } });
    isFull = true;

    const reply = await own.ask('GET', '/readyz', undefined, {});

    expect([reply.status, reply.body.code]).toEqual([503, 'NOT_READY']);
    expect((await own.ask('GET', '/healthz', undefined, {})).body).toEqual({ status: 'ok' });
    isFull = false;
    await own.stop();
  });

  it('tells numbers and no names', async () => {
    await house.agent({ account: { name: 'nameless-in-metrics', id: '9' } });

    const { body, headers } = await house.ask('GET', '/metrics', undefined, {});

    expect(headers.get('content-type')).toContain('text/plain');
    expect(body).toMatch(/^usher_agents_connected [1-9]/m);
    expect(body).toMatch(/^usher_ledger_event_number \d+/m);
    expect(body).toMatch(/usher_http_request_seconds_count\{route="\/api\/v1\/pools/);
    expect(body).not.toContain('nameless');
  });

  it('serves the console with a fresh nonce and a strict policy in every answer', async () => {
    const consoleDir = mkdtempSync(join(tmpdir(), 'usher-console-'));
    writeFileSync(join(consoleDir, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__">');
    writeFileSync(join(consoleDir, 'app.js'), 'console.log(1)');
    const own = await startTestServer({ consoleDir });
    const page = (path: string) => own.ask('GET', path, undefined, { accept: 'text/html' });

    const [first, second, deep] = [await page('/'), await page('/'), await page('/pools/free-cad')];
    const nonceOf = (body: string) => /content="([^"]+)"/.exec(body)?.[1];
    const script = await own.ask('GET', '/app.js', undefined, {});
    const missing = await own.ask('GET', '/missing.js', undefined, { accept: '*/*' });

    const policy = first.headers.get('content-security-policy') ?? '';
    expect(policy).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonceOf(first.body)}'; img-src 'self' data:; ` +
        "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(nonceOf(first.body)).not.toBe(nonceOf(second.body));
    expect(first.headers.get('x-content-type-options')).toBe('nosniff');
    expect(first.headers.get('referrer-policy')).toBe('no-referrer');
    expect(deep.status).toBe(200);
    expect(script.body).toBe('console.log(1)');
    expect(missing.status).toBe(404);
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2f..%2fetc/passwd'])
      expect((await own.ask('GET', path, undefined, {})).status).toBeGreaterThanOrEqual(400);
    await own.stop();
    rmSync(consoleDir, { recursive: true });
  });
});
