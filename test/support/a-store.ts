/**
 * Stores for the contract suite, with units to commit and records of every kind to keep. In the project `postgres`,
 * which brings a cluster, the suite runs on PostgreSQL; elsewhere in memory and on SQLite.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import type { CommitUnit } from '../../server/ledger/ports.ts';
import { emptyDisk, openMemoryStore } from '../../server/stores/memory/memory-store.ts';
import { openPostgresStore } from '../../server/stores/postgres/postgres-store.ts';
import { RECORD_TABLES } from '../../server/stores/record-tables.ts';
import type { RecordChange, RecordName } from '../../server/stores/records.ts';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { createDatabase, dropDatabase } from './a-postgres.ts';
import type {} from './postgres-setup.ts';

/** Opens the same place again each time: what one store kept, the next one finds. */
export interface StorePlace {
  open(): Promise<ServerStore>;
  remove(): Promise<void> | void;
}

const WITHOUT_SERVER: Record<string, () => StorePlace> = {
  memory: () => {
    const disk = emptyDisk();
    return { open: async () => openMemoryStore(disk), remove: () => undefined };
  },
  sqlite: () => {
    const dir = mkdtempSync(join(tmpdir(), 'usher-store-'));
    const file = join(dir, 'usher.db');
    return { open: () => openSqliteStore({ file }), remove: () => rmSync(dir, { recursive: true }) };
  },
};

/** @param url any database of the cluster */
function postgresPlace(url: string): StorePlace {
  const created = createDatabase(url);
  return {
    open: async () => openPostgresStore({ url: await created, clock: systemClock }),
    remove: async () => dropDatabase(await created),
  };
}

const postgresUrl: string | undefined = inject('postgresUrl');
export const STORE_PLACES: Record<string, () => StorePlace> =
  postgresUrl === undefined ? WITHOUT_SERVER : { postgres: () => postgresPlace(postgresUrl) };

/** Units with one event each, numbered one after another. */
export class Units {
  /** The number of the last event; a test that makes a gap adds to it. */
  eventNumber = 0;

  next(parts: Partial<CommitUnit> = {}): CommitUnit {
    this.eventNumber += 1;
    const { eventNumber } = this;
    const commandId = `command-${eventNumber}`;
    const event = { kind: 'pool-removed', poolId: `pool ${eventNumber} \u{1f4a1}` } as const;
    const recorded = { eventNumber, atMs: 1, commandId, by: { kind: 'server' }, event } as const;
    return { commandId, atMs: 1, events: [recorded], answer: null, outbox: null, changes: [], ...parts };
  }
}

export function aPerson(userId: string, name = 'Ann'): RecordChange {
  return { record: 'person', op: 'put', row: { userId, name, simulated: false, createdAtMs: 5 } };
}

export function oneOfEach(): RecordChange[] {
  return (Object.keys(RECORD_TABLES) as RecordName[]).map(
    (record) => ({ record, op: 'put', row: rowOf(record) }) as unknown as RecordChange,
  );
}

/** A row with a value in every column of every kind, so that a column that a store forgets is seen. */
export function rowOf(record: RecordName): Record<string, unknown> {
  const keys: Record<string, unknown> = {
    userId: 'ann',
    authority: 'unix',
    accountId: '1000',
    workstationId: 'w',
    sessionId: 's',
    intervalId: 'i',
    leaseId: 'l',
    name: record === 'setting' ? 'keys' : 'Ann "Ü" O’Hara',
    value: { deep: [1, null, 'ü'] },
    productId: 'cad',
    simulated: true,
    revokedAtMs: null,
    hash: record === 'adminToken' ? 'a-hash' : record === 'credential' ? 'c-hash' : 'e-hash',
  };
  const kinds = { text: 'text', integer: 1_767_600_000_000, boolean: false, json: { any: ['thing'] } };
  return Object.fromEntries(
    Object.entries(RECORD_TABLES[record].columns).map(([column, kind]) => [
      column,
      column in keys ? keys[column] : kinds[kind],
    ]),
  );
}
