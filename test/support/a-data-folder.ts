/** Data folders of a server for tests: with a ledger that was used, or with the kept database of the first schema. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { aLedger, type TestLedger } from './a-ledger.ts';
import type { FakeClock } from './fake-clock.ts';

/** Written by the code of schema 1, with sessions, seats, tickets, an offer, answers, marks and records of each kind. */
const FIRST_SCHEMA = fileURLToPath(new URL('../fixtures/stores/schema-1.db.gz', import.meta.url));

export class DataFolder {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'usher-data-'));
  readonly serverDir = join(this.dataDir, 'server');
  readonly file = join(this.serverDir, 'usher.db');
  readonly archiveDir = join(this.dataDir, 'archive');
  readonly #open: ServerStore[] = [];

  constructor() {
    mkdirSync(this.serverDir, { mode: 0o700 });
  }

  async store(): Promise<ServerStore> {
    const store = await openSqliteStore({ file: this.file, archiveDir: this.archiveDir });
    this.#open.push(store);
    return store;
  }

  async ledger(clock?: FakeClock, snapshotEvery = 10): Promise<TestLedger> {
    return aLedger({ store: await this.store(), snapshotEvery, ...(clock ? { clock } : {}) });
  }

  /** Five people, two seats, one who waits, one who left; closed in order. */
  async use(): Promise<void> {
    const t = await this.ledger();
    await t.counted('cad', { capacity: 2 });
    for (const name of ['ann', 'bob', 'cy', 'dee']) await t.start(name);
    await t.queue('cy');
    await t.end('ann');
    await t.ledger.close();
    await this.close();
  }

  useFirstSchema(): void {
    writeFileSync(this.file, gunzipSync(readFileSync(FIRST_SCHEMA)), { mode: 0o600 });
  }

  /** Changes the closed database behind everybody's back. */
  tamper(sql: string): void {
    const database = new DatabaseSync(this.file);
    database.exec(sql);
    database.close();
  }

  async close(): Promise<void> {
    for (const store of this.#open.splice(0)) await store.close();
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
