/** Snapshots that the store makes of what it keeps, beside everybody else, and when the ledger asks for them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerStore } from '../../server/ledger/ports.ts';
import { imageOf } from '../../server/ledger/snapshot.ts';
import { emptyDisk, openMemoryStore } from '../../server/stores/memory/memory-store.ts';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { aLedger } from '../support/a-ledger.ts';

describe('a snapshot that is replayed', () => {
  let dir: string;
  let file: string;
  let store: ServerStore;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'usher-replayed-'));
    file = join(dir, 'usher.db');
    store = await openSqliteStore({ file });
  });

  afterEach(async () => {
    await store.close();
    rmSync(dir, { recursive: true });
  });

  async function aUsedLedger() {
    const t = await aLedger({ store, snapshotEvery: 1_000_000 });
    await t.counted('cad', { capacity: 2 });
    for (const name of ['ann', 'bob', 'cy \u{1f4a1}']) await t.start(name);
    await t.queue('dee');
    return t;
  }

  it('[L84] is the image of the state after the last event, and the next start begins with it', async () => {
    const t = await aUsedLedger();

    await store.keepReplayed?.();
    const { snapshot, events } = await store.load();

    expect([snapshot?.eventNumber, events]).toEqual([t.state.eventNumber, []]);
    expect(snapshot?.body).toEqual(JSON.parse(JSON.stringify(imageOf(t.state))));
    await t.ledger.close();
  });

  it('[L84] [L85] goes on from the newest whole one, and is made anew where that is damaged', async () => {
    const t = await aUsedLedger();
    await store.keepReplayed?.();
    await t.end('ann');
    await store.keepReplayed?.();
    const damaged = new DatabaseSync(file);
    damaged.exec("UPDATE ledger_snapshots SET body = replace(body, 'bob', 'eve')");
    damaged.close();
    await t.end('bob');

    await store.keepReplayed?.();
    const { snapshot } = await store.load();

    expect(snapshot?.eventNumber).toBe(t.state.eventNumber);
    expect(snapshot?.body).toEqual(JSON.parse(JSON.stringify(imageOf(t.state))));
    await t.ledger.close();
  });

  it('[L85] is refused where an event was changed, and nothing else is', async () => {
    const t = await aUsedLedger();
    const damaged = new DatabaseSync(file);
    damaged.exec("UPDATE ledger_events SET body = replace(body, 'ann', 'eve') WHERE event_number = 3");
    damaged.close();

    await expect(store.keepReplayed?.()).rejects.toThrow('restore a backup');

    await t.start('eve');
    expect(t.seat('eve')).toBe('overage');
    await t.ledger.close();
  });
});

describe('the ledger', () => {
  it('[L84] makes the snapshot of a small state itself, and has that of a large one replayed, as seldom as it is large', async () => {
    const memory = openMemoryStore(emptyDisk());
    const made = { atOnce: 0, replayed: 0 };
    const store: LedgerStore = {
      ...memory,
      saveSnapshot: (snapshot) => {
        made.atOnce += 1;
        return memory.saveSnapshot(snapshot);
      },
      keepReplayed: async () => {
        made.replayed += 1;
      },
    };
    const t = await aLedger({ store, snapshotEvery: 200 });
    await t.counted('cad');
    for (let index = 0; index < 1_900; index++) await t.queue(`person-${index}`);
    const whileSmall = { ...made };
    for (let index = 0; index < 4_600; index++) await t.queue(`late-${index}`);

    expect(whileSmall).toEqual({ atOnce: 9, replayed: 0 });
    expect(made.atOnce).toBeLessThanOrEqual(10);
    expect([made.replayed > 0, made.replayed < 4]).toEqual([true, true]);
    await t.ledger.close();
    expect(made.atOnce).toBeLessThanOrEqual(11);
  }, 60_000);
});
