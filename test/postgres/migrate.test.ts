/** `usher migrate`: everything of a used data folder arrives, also when it is cut short, and nothing is mixed. */
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { type MigrateOptions, migrate } from '../../server/commands/migrate.ts';
import { openPostgresStore } from '../../server/stores/postgres/postgres-store.ts';
import type { RecordChange } from '../../server/stores/records.ts';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import { StoreRefusedError } from '../../server/stores/store.ts';
import { foldSome } from '../../server/usage/day-keeper.ts';
import { DataFolder } from '../support/a-data-folder.ts';
import { aLedger } from '../support/a-ledger.ts';
import { createDatabase, dropDatabase, queryOnce } from '../support/a-postgres.ts';
import { oneOfEach, rowOf } from '../support/a-store.ts';
import type {} from '../support/postgres-setup.ts';

let url: string;
let folder: DataFolder;

beforeEach(async () => {
  url = await createDatabase(inject('postgresUrl'));
  folder = new DataFolder();
});
afterEach(async () => {
  folder.remove();
  await dropDatabase(url);
});

const move = (over: Partial<MigrateOptions> = {}) =>
  migrate({
    serverDir: folder.serverDir,
    url,
    clock: systemClock,
    onProgress: () => undefined,
    rowsAtOnce: 7,
    ...over,
  });

/** A ledger with a queue, records of every kind, many sessions, and sums by day. */
async function use(): Promise<void> {
  const store = await openSqliteStore({ file: folder.file });
  const t = await aLedger({ store, snapshotEvery: 5 });
  await t.counted('cad', { capacity: 2 });
  for (const name of ['ann', 'bob', 'cy', 'dee']) await t.start(name);
  await t.queue('cy');
  await t.queue('eve');
  await t.end('ann');
  const sessions = Array.from({ length: 40 }, (_, index): RecordChange => {
    const startedAtMs = Date.UTC(2026, index % 12, 3);
    const row = {
      ...rowOf('usageSession'),
      sessionId: `s${index}`,
      startedAtMs,
      endedAtMs: startedAtMs + 3_600_000,
    };
    return { record: 'usageSession', op: 'put', row } as unknown as RecordChange;
  });
  await store.records.write([...oneOfEach(), ...sessions]);
  while ((await foldSome(store.records.usageDays, systemClock, 9)) === 9);
  await store.records.write(sessions.slice(0, 3));
  await t.ledger.close();
  await store.close();
}

describe('usher migrate', () => {
  it('[L84] moves everything, and the next server goes on from there', async () => {
    await use();

    const moved = await move();

    expect(moved).toMatchObject({ ok: true, value: { archivedThrough: 0 } });
    expect(moved.ok && moved.value.rows).toMatchObject({ usage_sessions: 45, people: 1, usage_unfolded: 6 });
    const store = await openPostgresStore({ url, clock: systemClock });
    const sqlite = await openSqliteStore({ file: folder.file });
    const days = { productId: 'cad', fromDay: 0, toDay: 99_999, by: 'day' } as const;
    expect((await store.records.usageDays.read(days)).sums).toEqual(
      (await sqlite.records.usageDays.read(days)).sums,
    );
    const all = { limit: 99, cursor: null };
    expect(await store.records.usage.sessions({}, all)).toEqual(await sqlite.records.usage.sessions({}, all));
    expect(await store.events(0, 1_000)).toEqual(await sqlite.events(0, 1_000));
    const t = await aLedger({ store });
    expect(t.waiting()).toEqual(['eve']);
    await t.end('bob');
    expect(t.state.sessions.has('bob')).toBe(false);
    await t.ledger.close();
    await store.close();
    await sqlite.close();
  });

  it('goes on where it was when it was cut short, and lets no server in before', async () => {
    await use();
    let portions = 0;
    const cut = () => {
      portions += 1;
      if (portions === 9) throw new Error('the power is gone');
    };

    expect(await move({ onProgress: cut })).toMatchObject({ ok: false, code: 'CUT_SHORT' });
    const early = openPostgresStore({ url, clock: systemClock });
    await expect(early).rejects.toThrow(StoreRefusedError);
    await expect(early).rejects.toThrow('usher migrate');
    const tables: string[] = [];
    const moved = await move({ onProgress: (table) => tables.push(table) });

    expect(moved).toMatchObject({ ok: true });
    expect(tables).not.toContain('ledger_events');
  });

  it('mixes nothing: it refuses a database that is used, other data halfway, and a server that runs', async () => {
    await use();
    const running = await openSqliteStore({ file: folder.file });
    expect(await move()).toMatchObject({
      ok: false,
      code: 'REFUSED',
      message: expect.stringContaining('in use'),
    });
    await running.close();

    await move({
      onProgress: () => {
        throw new Error('cut');
      },
    });
    const changed = await openSqliteStore({ file: folder.file });
    await changed.records.write(oneOfEach().slice(0, 1));
    await changed.close();
    expect(await move()).toMatchObject({ code: 'REFUSED', message: expect.stringContaining('half moved') });

    await queryOnce(url, 'DROP TABLE usher_import');
    expect(await move()).toMatchObject({ code: 'REFUSED', message: expect.stringContaining('not empty') });
    expect(await move({ serverDir: `${folder.serverDir}-none` })).toMatchObject({ code: 'NO_DATABASE' });
  });
});
