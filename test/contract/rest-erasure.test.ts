/** Erasing a person: nothing of the name is left in any table, what they had ends, and the audit stays whole. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DATABASE_FILE, examine } from '../../server/commands/doctor.ts';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { factsFrom, started, wish } from '../support/facts.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let dir: string;
let store: ServerStore;
let house: TestServer;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'usher-erase-'));
  store = await openSqliteStore({ file: join(dir, DATABASE_FILE) });
  house = await startTestServer({ store });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function stop(): Promise<void> {
  await house.stop();
  await store.close();
}

/** Every row of every table as text. */
function dumpOf(file: string): string {
  const database = new DatabaseSync(file, { readOnly: true });
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  const rows = tables.map(({ name }) => database.prepare(`SELECT * FROM ${String(name)}`).all());
  database.close();
  return JSON.stringify(rows);
}

const SECRET = 'Xaver-Unforgettable';

/** Somebody with all that one can have: a seat, a place, a contact, a group, an entry of a deny list. */
async function settle() {
  for (const productId of ['freecad', 'blender'])
    await house.ask('POST', 'pools', {
      poolId: productId,
      settings: { name: productId, capacity: 1 },
      productIds: [productId],
    });
  const keeper = await house.agent({ account: { name: 'keeper', id: '8' } });
  const gone = await house.agent({
    account: { name: SECRET, id: '9' },
    workstation: { name: `pc-of-${SECRET}` },
    instanceId: 'i-gone',
  });
  const { userId } = gone.identity;
  await house.ask('PATCH', `people/${userId}`, { name: `${SECRET} Mayer` });
  const contact = { mail: `${SECRET}@example.com`, phone: null, chatUrl: null, isVisible: true };
  await house.ask('PUT', 'me/contact', contact, { authorization: `Bearer ${gone.identity.credential}` });
  await house.ask('PUT', 'groups/cad', { name: 'CAD' });
  await house.ask('POST', 'groups/cad/members', { add: [userId] });
  const who = { kind: 'user', userId };
  await house.ask('POST', 'pools/blender/denied', { who, reason: 'left the project', untilMs: null });
  gone.agent.send(factsFrom(1, started('s-gone')));
  await gone.agent.take('ack');
  keeper.agent.send(factsFrom(1, wish('w', { type: 'queue', productId: 'freecad' })));
  await keeper.agent.take('ack');
  return { keeper: keeper.agent, gone: gone.agent, userId };
}
const eventsOf = async () => (await house.ask('GET', 'events?limit=1000')).body.items as { kind: string }[];

describe('erasing a person', () => {
  it('[L86] ends what they had, gives the seat to who waits, and sends their agents away', async () => {
    const { keeper, gone, userId } = await settle();

    expect((await house.ask('DELETE', `people/${userId}`)).status).toBe(204);

    await keeper.take('mine', ({ mine }) => mine.offers.length === 1);
    await expect.poll(() => gone.closing?.reason, { timeout: 5_000 }).toBe('UNAUTHORIZED');
    expect((await house.ask('GET', `people/${userId}`)).body.code).toBe('PERSON_UNKNOWN');
    expect((await house.ask('GET', 'groups/cad')).body.members).toBe(0);
    expect((await house.ask('GET', 'pools/blender')).body.settings.allocation.denied).toEqual([]);
    expect((await house.ask('GET', 'leases')).body.items).toEqual([]);
    expect((await house.ask('DELETE', `people/${userId}`)).body.code).toBe('PERSON_UNKNOWN');
    await stop();
  });

  it('[L86] leaves nothing of the name in any table, and the events replay to the same state', async () => {
    const { userId } = await settle();
    const before = await eventsOf();
    const file = join(dir, DATABASE_FILE);
    expect(dumpOf(file)).toContain(SECRET);

    await house.ask('DELETE', `people/${userId}`);

    const after = await eventsOf();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length).map(({ kind }) => kind)).toContain('session-closed');
    await stop();
    expect(dumpOf(file)).not.toContain(SECRET);
    const report = await examine({ serverDir: dir, dataDir: dir, nowMs: Date.now() });
    expect(report).toMatchObject({ ok: true, value: { isSound: true } });
    store = await openSqliteStore({ file });
    house = await startTestServer({ store });
    expect((await house.server.ledger.events(0, 1000)).length).toBeGreaterThanOrEqual(after.length);
    await stop();
  });

  it('keeps the workstation that somebody else uses too', async () => {
    const first = await house.enroll({ account: { name: 'one', id: '1' }, instanceId: 'a' });
    const { workstationId } = first;
    await house.enroll({
      account: { name: 'two', id: '2' },
      instanceId: 'b',
      workstation: { workstationId },
    });

    await house.ask('DELETE', `people/${first.userId}`);

    expect((await house.ask('GET', `workstations/${workstationId}`)).body).toMatchObject({ name: 'cad-07' });
    await stop();
  });
});
