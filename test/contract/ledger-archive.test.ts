/** Old events leave the database for checksummed files and stay readable: rules L178 and L179. */
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examine } from '../../server/commands/doctor.ts';
import { imageOf } from '../../server/ledger/snapshot.ts';
import { listArchive, readArchive } from '../../server/stores/event-archive.ts';
import { prepareArchive } from '../../server/stores/sqlite/archivist.ts';
import { ArchiveGoneError, CorruptStoreError, type ServerStore } from '../../server/stores/store.ts';
import { DAY } from '../../shared/time.ts';
import { DataFolder } from '../support/a-data-folder.ts';
import type { TestLedger } from '../support/a-ledger.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startTestServer } from '../support/test-server.ts';

let folder: DataFolder;
let clock: FakeClock;
beforeEach(() => {
  folder = new DataFolder();
  clock = new FakeClock();
});
afterEach(() => folder.remove());

/** Two days of work; the first one's events are old on the second. */
async function twoDays(): Promise<{ t: TestLedger; boundaryMs: number }> {
  const t = await folder.ledger(clock);
  await t.counted('cad', { capacity: 2, keepWhileAsleep: true });
  for (let round = 0; round < 8; round++) {
    for (const name of ['ann', 'bob', 'cy']) await t.start(`${name}-${round}`, { user: name });
    await t.queue('dee');
    for (const name of ['ann', 'bob', 'cy']) await t.end(`${name}-${round}`);
    await t.ask({ kind: 'leave', userId: 'dee', ticketId: [...t.state.tickets.keys()][0] ?? '' });
  }
  await t.start('long');
  await t.pass(DAY, 'long');
  const boundaryMs = clock.wallMs() - 1_000;
  for (const name of ['eve', 'fay', 'gus']) await t.start(name);
  return { t, boundaryMs };
}

const numbers = async (t: TestLedger) =>
  (await t.store.events(0, 100_000)).map(({ eventNumber }) => eventNumber);
const countUp = (to: number) => Array.from({ length: to }, (_, index) => index + 1);
const doctor = async () => {
  const { dataDir, serverDir } = folder;
  const report = await examine({ dataDir, serverDir, nowMs: clock.wallMs() });
  if (!report.ok) throw new Error(report.message);
  return report.value;
};
const keeperOf = (t: TestLedger) => (t.store as ServerStore).housekeeping;
const housekeepingOf = async () => {
  const store = await folder.store();
  if (!store.housekeeping) throw new Error('SQLite archives');
  return { store, housekeeping: store.housekeeping };
};

describe('the archive', () => {
  it('[L178] takes old events, and nobody who reads, restarts or asks the doctor misses any', async () => {
    const { t, boundaryMs } = await twoDays();
    const all = await t.store.events(0, 100_000);
    const before = JSON.stringify(imageOf(t.state));
    await t.ledger.close();
    await folder.close();
    const { store, housekeeping } = await housekeepingOf();

    const archived = await housekeeping.archiveEvents(boundaryMs);

    expect(archived).toBeGreaterThan(50);
    expect(await housekeeping.archiveEvents(boundaryMs)).toBe(0);
    expect(await store.events(0, 100_000)).toEqual(all);
    const pages = [];
    for (let after = 0; after < all.length; after += 7) pages.push(...(await store.events(after, 7)));
    expect(pages).toEqual(all);
    expect(await store.events(archived - 2, 4)).toEqual(all.slice(archived - 2, archived + 2));
    await folder.close();
    const again = await folder.ledger(clock);
    expect(JSON.parse(JSON.stringify(imageOf(again.state)))).toMatchObject({
      ...JSON.parse(before),
      eventNumber: expect.any(Number),
      graceUntilMs: expect.any(Number),
    });
    await again.ledger.close();
    const report = await doctor();
    expect(report.facts).toMatchObject({ archivedThrough: archived, firstEvent: archived + 1 });
    expect(report.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
  });

  it('[L178] keeps the start of the chain when later snapshots come and go', async () => {
    const { t, boundaryMs } = await twoDays();
    const archived = (await keeperOf(t)?.archiveEvents(boundaryMs)) ?? 0;
    for (let round = 0; round < 40; round++) await t.start(`later-${round}`);
    await t.ledger.close();
    await folder.close();
    folder.tamper(`UPDATE ledger_snapshots SET checksum = 'torn' WHERE event_number <> ${archived}`);

    const again = await folder.ledger(clock);

    expect(again.state.sessions.size).toBe(44);
    await again.ledger.close();
  });

  it('[L178] goes on portion by portion, each from the hash of the one before, and keeps whole decisions together', async () => {
    const { t, boundaryMs } = await twoDays();
    const total = t.state.eventNumber;
    await t.ledger.close();
    await folder.close();
    const { store, housekeeping } = await housekeepingOf();
    const plan = prepareArchive(folder.file, folder.archiveDir, boundaryMs, 30);

    expect(plan?.lastEvent).toBeLessThanOrEqual(30);
    const rows = readArchive({ path: plan?.path ?? '' }).rows;
    const [next] = await store.events(plan?.lastEvent ?? 0, 1);
    expect(next?.commandId).not.toBe(rows.at(-1)?.commandId);
    // That plan was never carried out: what it left is written over.
    const archived = await housekeeping.archiveEvents(boundaryMs);

    expect(listArchive(folder.archiveDir).map(({ lastEvent }) => lastEvent)).toEqual([archived]);
    expect((await store.events(0, 100_000)).map(({ eventNumber }) => eventNumber)).toEqual(countUp(total));
  });

  it('[L178] never takes the newest event, however old', async () => {
    const { t } = await twoDays();
    const total = t.state.eventNumber;

    await keeperOf(t)?.archiveEvents(clock.wallMs() + 10 * DAY);
    await t.start('hal');

    expect(await numbers(t)).toEqual(countUp(t.state.eventNumber));
    expect(t.state.eventNumber).toBeGreaterThan(total);
    await t.ledger.close();
  });

  it('[L178] stays aside while the database is damaged', async () => {
    const { t, boundaryMs } = await twoDays();
    await t.ledger.close();
    await folder.close();
    folder.tamper('UPDATE ledger_events SET at_ms = at_ms - 1 WHERE event_number = 9');
    const { housekeeping } = await housekeepingOf();

    await expect(housekeeping.archiveEvents(boundaryMs)).rejects.toThrow(CorruptStoreError);
    expect(listArchive(folder.archiveDir)).toEqual([]);
  });

  it('[L179] whose file was moved away is said plainly, by the reader and by the doctor', async () => {
    const { t, boundaryMs } = await twoDays();
    const archived = (await keeperOf(t)?.archiveEvents(boundaryMs)) ?? 0;
    const [file] = listArchive(folder.archiveDir);
    if (!file) throw new Error('there is an archive');
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    const elsewhere = join(folder.dataDir, basename(file.path));
    renameSync(file.path, elsewhere);

    await expect(t.store.events(0, 10)).rejects.toThrow(ArchiveGoneError);
    await expect(t.store.events(0, 10)).rejects.toThrow(/event 1 is not in .*put it back/);
    expect(await t.store.events(archived, 2)).toHaveLength(2);
    const { isSound, findings } = await doctor();
    expect([isSound, findings[0]?.severity, findings[0]?.subject]).toEqual([true, 'warning', 'archive']);

    renameSync(elsewhere, file.path);
    expect(await t.store.events(0, 10)).toHaveLength(10);
    await t.ledger.close();
  });

  it('[L179] whose file was damaged anywhere is never believed', async () => {
    const { t, boundaryMs } = await twoDays();
    await keeperOf(t)?.archiveEvents(boundaryMs);
    await t.ledger.close();
    const [file] = listArchive(folder.archiveDir);
    if (!file) throw new Error('there is an archive');
    const whole = readFileSync(file.path);
    const rows = JSON.stringify(readArchive(file).rows);

    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        (at, by, isCut) => {
          const damaged = isCut ? whole.subarray(0, at) : Buffer.from(whole);
          if (!isCut) damaged[at] = (damaged[at] ?? 0) ^ by;
          writeFileSync(file.path, damaged);
          try {
            // Bytes of the gzip head that mean nothing may change; the rows may not.
            expect(JSON.stringify(readArchive(file).rows)).toBe(rows);
          } catch (error) {
            expect(error).toBeInstanceOf(CorruptStoreError);
          }
        },
      ),
      { numRuns: 300 },
    );
    writeFileSync(file.path, whole.subarray(0, whole.length / 2));
    expect((await doctor()).isSound).toBe(false);
    expect(readdirSync(folder.archiveDir)).toHaveLength(1);
  });
});

describe('REST', () => {
  it('[L178] [L179] pages through archive and database, and says which file is missing', async () => {
    const { t, boundaryMs } = await twoDays();
    const total = t.state.eventNumber;
    await t.ledger.close();
    await folder.close();
    const { store, housekeeping } = await housekeepingOf();
    await housekeeping.archiveEvents(boundaryMs);
    const server = await startTestServer({ store });
    const seen: number[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { status, body } = await server.ask(
        'GET',
        `events?limit=50${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      expect(status).toBe(200);
      seen.push(...body.items.map(({ eventNumber }: { eventNumber: number }) => eventNumber));
      cursor = body.cursor;
    }
    expect(seen).toEqual(countUp(total + 1));
    const [file] = listArchive(folder.archiveDir);
    renameSync(file?.path ?? '', join(folder.dataDir, 'elsewhere'));

    const gone = await server.ask('GET', 'events?limit=5');

    expect([gone.status, gone.body.code]).toEqual([410, 'ARCHIVE_GONE']);
    expect(gone.body.detail).toMatch(/event 1 is not in .*put it back/);
    await server.stop();
  });
});

describe('answers and marks', () => {
  it('[L178] are forgotten when they are old, and only then', async () => {
    const { t, boundaryMs } = await twoDays();
    const [old, young] = [await t.store.events(2, 1), await t.store.events(t.state.eventNumber - 1, 1)].map(
      ([event]) => event?.commandId ?? '',
    );
    const agent = { userId: 'dee', loginSessionId: null, agentVersion: null, sensors: null };
    const store = t.store as ServerStore;
    await store.records.write([
      {
        record: 'agent',
        op: 'put',
        row: { ...agent, workstationId: 'gone', lastContactMs: boundaryMs - DAY },
      },
      { record: 'agent', op: 'put', row: { ...agent, workstationId: 'here', lastContactMs: boundaryMs + 1 } },
    ]);
    for (const workstationId of ['gone', 'here'])
      await t.ledger.submit({
        commandId: `fact-${workstationId}`,
        by: { kind: 'agent', userId: 'dee', workstationId },
        command: null,
        outbox: { outboxId: `${workstationId}/dee/box`, seq: 1 },
      });

    await store.housekeeping?.trim({ answersBeforeMs: boundaryMs, marksBeforeMs: boundaryMs });

    const { answers, outboxMarks } = await store.load();
    const kept = answers.map(({ commandId }) => commandId);
    expect([kept.includes(old ?? ''), kept.includes(young ?? '')]).toEqual([false, true]);
    expect(outboxMarks.map(({ outboxId }) => outboxId)).toEqual(['here/dee/box']);
    await t.ledger.close();
  });
});
