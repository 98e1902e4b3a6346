/** A disk that needs 600 ms for a flush: who waits for it, and who does not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { wish } from '../support/facts.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let dir: string;
let store: ServerStore;
let house: TestServer;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'usher-slow-'));
  const workerEntry = new URL('../support/slow-writer-worker.ts', import.meta.url);
  store = await openSqliteStore({ file: join(dir, 'usher.db'), workerEntry });
  house = await startTestServer({ store });
}, 30_000);

afterEach(async () => {
  await house.stop();
  await store.close();
  rmSync(dir, { recursive: true });
}, 30_000);

describe('a slow disk', () => {
  it('[L82] [L88] stops no socket and no read: they are answered while an acknowledgment waits for the flush', async () => {
    const { agent } = await house.agent();
    const order: string[] = [];
    const note = (what: string) => () => order.push(what);

    const asking = {
      type: 'facts',
      facts: [{ seq: 1, fact: wish('wish-1', { type: 'queue', productId: 'freecad' }) }],
    };
    agent.send(asking);
    const acknowledged = agent.take('ack').then(note('ack'));
    agent.send({ type: 'ping', nonce: 7 });
    await Promise.all([
      agent.take('pong', ({ nonce }) => nonce === 7).then(note('pong')),
      house.ask('GET', 'pools').then(note('view')),
      store.events(0, 10).then(note('events')),
      store.records.people.page({ limit: 9, cursor: null }).then(note('records')),
    ]);
    await acknowledged;

    expect(order.slice(0, -1).sort()).toEqual(['events', 'pong', 'records', 'view']);
    expect(order.at(-1)).toBe('ack');
  }, 30_000);

  it('[L82] makes everybody wait for the same two flushes, not one after the other', async () => {
    const { ledger } = house.server;
    const startedAtMs = performance.now();
    const first = ledger.submit({ commandId: 'first', by: { kind: 'server' }, command: queueOf('first') });
    await new Promise((resolve) => setImmediate(resolve));
    const others = Array.from({ length: 40 }, (_, index) =>
      ledger.submit({
        commandId: `other-${index}`,
        by: { kind: 'admin', tokenId: 't' },
        command: queueOf(`other-${index}`),
      }),
    );
    await Promise.all([first, ...others]);

    const oneAfterTheOtherMs = 41 * 600;
    expect(performance.now() - startedAtMs).toBeLessThan(oneAfterTheOtherMs / 2);
  }, 30_000);
});

const queueOf = (userId: string) => ({ kind: 'queue', userId, productId: 'none' }) as const;
