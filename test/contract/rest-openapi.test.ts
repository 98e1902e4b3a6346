/** The OpenAPI document: it describes every operation, and the server's own answers fit it. Against a real server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ended, factsFrom, interval, started, wish } from '../support/facts.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { Newcomers } from '../support/wire.ts';

/** What must be asked with the question. */
const QUERIES: Record<string, string> = {
  '/api/v1/reports/usage': `?productId=blender&by=user&fromMs=0&toMs=${Date.UTC(2100, 0, 1)}`,
};

let house: TestServer;
/** Something is in every list: a lease, a denial, an offer, a ticket, usage, a token. */
beforeAll(async () => {
  house = await startTestServer();
  const newcomers = new Newcomers(house);
  await house.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 2 }, productIds: ['freecad'] });
  await house.ask('POST', 'pools', { settings: { name: 'Blender', capacity: 1 }, productIds: ['blender'] });
  await house.ask('POST', 'pools', { settings: { name: 'Managed', capacity: 1, kind: 'managed' } });
  await house.ask('POST', 'enrollment-tokens', { label: 'Room 2' });
  const queue = wish('w', { type: 'queue', productId: 'blender' });
  const blender = { productId: 'blender', productName: 'Blender' };
  const holder = await newcomers.agent();
  holder.agent.send(factsFrom(1, started('held', blender)));
  await holder.agent.take('ack');
  const denied = await newcomers.agent();
  denied.agent.send(factsFrom(1, started('denied', blender)));
  await denied.agent.take('ack');
  for (let waiting = 0; waiting < 2; waiting++) {
    const { agent } = await newcomers.agent();
    agent.send(factsFrom(1, queue));
    await agent.take('ack');
  }
  holder.agent.send(factsFrom(2, ended('held')));
  await holder.agent.take('ack');
});
afterAll(() => house.stop());

describe('the OpenAPI document', () => {
  type Operation = {
    summary?: string;
    tags?: string[];
    parameters?: { name: string; in: string }[];
    requestBody?: object;
    security?: Record<string, string[]>[];
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
    const { agent, identity } = await house.agent({ account: { name: 'documented', id: '5' } });
    agent.send(factsFrom(1, started('documented'), interval('documented', { intervalId: 'documented-i' })));
    await agent.take('ack');
    const lists = operations().filter(
      ({ path, method }) => method === 'get' && !path.includes('{') && path.startsWith('/api/'),
    );
    expect(lists.length).toBeGreaterThan(10);

    for (const { path, operation } of lists) {
      if (operation.responses['200']?.content?.['text/csv'] !== undefined) {
        expect((await house.ask('GET', path)).headers.get('content-type'), path).toContain('text/csv');
        continue;
      }
      const isOwn = operation.security?.some((way) => 'deviceCredential' in way) ?? false;
      const authorization = `Bearer ${isOwn ? identity.credential : house.server.adminToken}`;
      const reply = await house.ask('GET', path + (QUERIES[path] ?? ''), undefined, { authorization });
      const schema = operation.responses['200']?.content?.['application/json']?.schema;
      expect(schema, path).toBeTruthy();
      const fits = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(reply.body);
      expect(fits.success ? null : fits.error.issues.slice(0, 3), path).toBeNull();
    }
  });

  it('names who may ask, and nobody else may: every operation of the admin refuses who is not signed in', async () => {
    const guarded = operations().filter(({ operation }) =>
      operation.security?.some((way) => 'adminToken' in way),
    );
    expect(guarded.length).toBeGreaterThan(40);

    for (const { path, method } of guarded) {
      const address = path.replaceAll(/\{\w+\}/g, 'x');
      const body = ['post', 'put', 'patch'].includes(method) ? {} : undefined;
      const reply = await house.ask(method.toUpperCase(), address, body, {});
      expect([reply.status, reply.body.code], `${method} ${path}`).toEqual([401, 'NOT_SIGNED_IN']);
    }
  });
});
