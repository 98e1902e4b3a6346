/** What only a real file can show: kills, a full disk, a dead thread, damage, another server, a newer version. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerCommand } from '../../server/ledger/commands.ts';
import { NotDurableError } from '../../server/ledger/commit-queue.ts';
import { headsFrom } from '../../server/ledger/heads.ts';
import { imageOf } from '../../server/ledger/snapshot.ts';
import { openSqliteStore, type SqliteOptions } from '../../server/stores/sqlite/sqlite-store.ts';
import { CorruptStoreError, type ServerStore, StoreRefusedError } from '../../server/stores/store.ts';
import { aLedger, type TestLedger } from '../support/a-ledger.ts';

const WRITER = fileURLToPath(new URL('../support/ledger-writer.ts', import.meta.url));

let dir: string;
let file: string;
const open: ServerStore[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'usher-sqlite-'));
  file = join(dir, 'usher.db');
});

afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  rmSync(dir, { recursive: true });
});

async function openStore(options: Partial<SqliteOptions> = {}): Promise<ServerStore> {
  const store = await openSqliteStore({ file, ...options });
  open.push(store);
  return store;
}

async function closeStore(store: ServerStore): Promise<void> {
  open.splice(open.indexOf(store), 1);
  await store.close();
}

interface Acknowledged {
  readonly seq: number;
  readonly command: LedgerCommand;
}

/** Runs the writer until it has acknowledged so many facts, kills it hard, and returns what it had said. */
async function acknowledgedUntilKilled(name: string, facts: number): Promise<Acknowledged[]> {
  const child: ChildProcess = spawn(process.execPath, [WRITER, file, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.split('\n').length > facts) child.kill('SIGKILL');
  });
  const [code, signal] = await once(child, 'close');
  expect([code, signal]).toEqual([null, 'SIGKILL']);
  const lines = output.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Acknowledged);
}

describe('kill -9', () => {
  it('[L83] [L84] loses nothing that was acknowledged, and the next server goes on', async () => {
    for (const [round, facts] of [9, 57, 130, 16, 201].entries()) {
      const name = `writer-${round}`;
      const acknowledged = await acknowledgedUntilKilled(name, facts);
      const store = await openStore();
      const loaded = await store.load();

      const mark = loaded.outboxMarks.find(({ outboxId }) => outboxId === name)?.seq ?? 0;
      expect(mark).toBeGreaterThanOrEqual(Math.max(...acknowledged.map(({ seq }) => seq)));
      const all = await store.events(0, 1_000_000);
      const opened = new Set(
        all.flatMap(({ event }) => (event.kind === 'session-opened' ? [event.sessionId] : [])),
      );
      for (const { command } of acknowledged) {
        if (command.kind === 'start-session') expect(opened).toContain(command.sessionId);
      }
      const fromStart = headsFrom({ snapshot: null, events: all }).durable;
      const { durable } = headsFrom(loaded);
      expect(JSON.stringify(imageOf(durable))).toBe(JSON.stringify(imageOf(fromStart)));
      const pool = durable.pools.get('cad');
      expect((pool?.leasedUnits ?? 9) + (pool?.offeredUnits ?? 9)).toBeLessThanOrEqual(3);
      await closeStore(store);
    }
  }, 60_000);
});

describe('a full disk', () => {
  it('[L83] refuses what cannot be kept, goes on reading, and keeps what was acknowledged', async () => {
    const store = await openStore({ maximumBytes: 1_200_000 });
    const t = await aLedger({ store, snapshotEvery: 1_000_000 });
    await t.counted('cad', { capacity: 2 });
    const kept = await fillUp(t);

    expect(kept.length).toBeGreaterThan(3);
    expect(t.problems.length).toBeGreaterThan(0);
    await expect(t.start(`one-more-${'x'.repeat(8_000)}`)).rejects.toThrow(NotDurableError);
    expect([...t.state.sessions.keys()]).toEqual(kept);
    await t.ledger.close();
    await closeStore(store);

    const roomy = await aLedger({ store: await openStore() });
    expect([...roomy.state.sessions.keys()]).toEqual(kept);
    expect(await roomy.start('one-more')).toMatchObject({ ok: true });
    await roomy.ledger.close();
  });

  async function fillUp(t: TestLedger): Promise<string[]> {
    const kept: string[] = [];
    for (let index = 0; index < 100; index++) {
      const sessionId = `session-${index}-${'x'.repeat(8_000)}`;
      try {
        await t.start(sessionId);
      } catch (error) {
        expect(error).toBeInstanceOf(NotDurableError);
        return kept;
      }
      kept.push(sessionId);
    }
    throw new Error('the disk never was full');
  }
});

describe('a dead thread', () => {
  it('[L83] refuses what was under way, starts another one, and loses nothing', async () => {
    const workerEntry = new URL('../support/dying-writer-worker.ts', import.meta.url);
    const store = await openStore({ workerEntry });
    const t = await aLedger({ store });
    await t.counted('cad');
    await t.start('ann');

    const lost = await Promise.allSettled([t.start('DIE'), t.start('bob')]);

    expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await t.start('cy')).toMatchObject({ ok: true, value: { seat: 'overage' } });
    expect([...t.state.sessions.keys()]).toEqual(['ann', 'cy']);
    await t.ledger.close();
  });
});

describe('one request among many', () => {
  it('[L83] that is bad fails alone', async () => {
    const store = await openStore();
    const person = (userId: unknown) =>
      ({
        record: 'person',
        op: 'put',
        row: { userId: userId as string, name: 'A', simulated: false, createdAtMs: 1 },
      }) as const;

    const results = await Promise.allSettled([
      store.records.write([person('ann')]),
      store.records.write([person('bob'), person({ not: 'text' })]),
      store.records.write([person('cy')]),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const page = await store.records.people.page({ limit: 9, cursor: null });
    expect(page.items.map(({ userId }) => userId)).toEqual(['ann', 'cy']);
  });
});

describe('damage', () => {
  async function aUsedFile(): Promise<void> {
    const store = await openStore();
    const t = await aLedger({ store, snapshotEvery: 3 });
    await t.counted('cad');
    for (const name of ['ann', 'bob', 'cy', 'dee']) await t.start(name);
    await t.ledger.close();
    await closeStore(store);
  }

  function damage(sql: string): void {
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
  }

  it('[L85] of the newest snapshot is passed over for the one before', async () => {
    await aUsedFile();
    damage(`UPDATE ledger_snapshots SET body = replace(body, 'ann', 'eve')
            WHERE event_number = (SELECT max(event_number) FROM ledger_snapshots)`);

    const loaded = await (await openStore()).load();

    expect(loaded.events.length).toBeGreaterThan(0);
    expect([...headsFrom(loaded).durable.sessions.keys()]).toEqual(['ann', 'bob', 'cy', 'dee']);
  });

  it.each([
    ["UPDATE ledger_events SET body = replace(body, 'dee', 'eve')", 'changed'],
    [
      'DELETE FROM ledger_events WHERE event_number = (SELECT max(event_number) FROM ledger_events) - 1',
      'missing',
    ],
    ['UPDATE ledger_events SET at_ms = at_ms + 1', 'changed'],
  ])('[L85] of events (%s) is found', async (sql, word) => {
    await aUsedFile();
    damage(`DELETE FROM ledger_snapshots; ${sql}`);

    const loading = (await openStore()).load();

    await expect(loading).rejects.toThrow(CorruptStoreError);
    await expect(loading).rejects.toThrow(word);
    await expect(loading).rejects.toThrow('restore a backup');
  });

  it('[L85] of a file that is no database is said plainly', async () => {
    writeFileSync(file, 'this is not a database at all, but it is long enough to be looked at'.repeat(40));

    await expect(openStore()).rejects.toThrow('not a database');
  });
});

describe('opening', () => {
  it('[L87] refuses a newer schema with a sentence', async () => {
    await closeStore(await openStore());
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();

    await expect(openStore()).rejects.toThrow(StoreRefusedError);
    await expect(openStore()).rejects.toThrow('newer Usher');
  });

  it('[L87] refuses a file that another server has open, and takes it when that one is gone', async () => {
    const first = await openStore();

    await expect(openStore()).rejects.toThrow('another Usher server');
    await closeStore(first);
    await closeStore(await openStore());
  });

  it('[L86] makes a file that only its owner reads', async () => {
    await openStore();

    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('[L88] reads while a write holds the database', async () => {
    const store = await openStore();
    const t = await aLedger({ store });
    await t.counted('cad');
    const holder = new DatabaseSync(file);
    holder.exec('BEGIN IMMEDIATE');
    const writing = t.start('ann');

    const read = await store.events(0, 10);
    expect([read.length, t.state.sessions.size]).toEqual([2, 0]);
    holder.exec('COMMIT');
    holder.close();

    await writing;
    expect(t.holders()).toEqual(['ann']);
    await t.ledger.close();
  });
});
