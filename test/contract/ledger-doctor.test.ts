/** What the doctor says of a server's data: rules L176 and L85. */
import { chmodSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DoctorReport, examine, reportLines } from '../../server/commands/doctor.ts';
import { CorruptStoreError } from '../../server/stores/store.ts';
import { DataFolder } from '../support/a-data-folder.ts';
import { FakeClock } from '../support/fake-clock.ts';

let folder: DataFolder;
beforeEach(() => {
  folder = new DataFolder();
});
afterEach(() => folder.remove());

const NOW_MS = new FakeClock().wallMs() + 1_000;

async function doctor(of = folder): Promise<DoctorReport> {
  const report = await examine({ dataDir: of.dataDir, serverDir: of.serverDir, nowMs: NOW_MS });
  if (!report.ok) throw new Error(report.message);
  return report.value;
}

describe('usher doctor', () => {
  it('[L176] finds nothing wrong with a ledger that was used, and says how it stands', async () => {
    await folder.use();

    const report = await doctor();

    expect(report.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(report).toMatchObject({ isSound: true, isServerRunning: false });
    expect(report.facts).toMatchObject({
      firstEvent: 1,
      archivedThrough: 0,
      sessions: 3,
      leases: 2,
      waiting: 0,
    });
    expect(reportLines(report).at(-1)).toBe('Everything that was checked is sound.');
  });

  it('[L176] looks while a server works, and changes nothing', async () => {
    const t = await folder.ledger();
    await t.counted('cad', { capacity: 1 });
    const working = Promise.all(['ann', 'bob', 'cy'].map((name) => t.start(name)));

    const report = await doctor();
    await working;
    const later = await doctor();

    expect(report).toMatchObject({ isSound: true, isServerRunning: true });
    expect(later).toMatchObject({ isSound: true, facts: { sessions: 3 } });
    await t.ledger.close();
  });

  it.each([
    [
      'chain',
      "UPDATE ledger_events SET body = replace(body, 'ann', 'eve') WHERE event_number = 3",
      'was changed',
    ],
    ['chain', 'DELETE FROM ledger_events WHERE event_number = 5', 'missing'],
    [
      'chain',
      'DELETE FROM ledger_events WHERE event_number = 1; DELETE FROM ledger_snapshots',
      'no whole snapshot',
    ],
    ['chain', 'DELETE FROM ledger_events WHERE event_number > 8', 'missing'],
  ])('[L85] [L176] finds damage of the %s: %s', async (_subject, sql, words) => {
    await folder.use();
    folder.tamper(sql);

    const { isSound, findings } = await doctor();

    expect(isSound).toBe(false);
    const damage = findings.filter(({ severity }) => severity === 'damage');
    expect(damage.map(({ sentence }) => sentence).join(' ')).toContain(words);
    for (const { next } of damage) expect(next).toMatch(/\w/);
  });

  it('[L85] a start notices events that were lost behind the newest snapshot', async () => {
    await folder.use();
    folder.tamper('DELETE FROM ledger_events WHERE event_number > 8');

    await expect(folder.store().then((store) => store.load())).rejects.toThrow(CorruptStoreError);
  });

  it('[L85] [L176] only warns of a damaged snapshot, which the server passes over', async () => {
    await folder.use();
    folder.tamper("UPDATE ledger_snapshots SET body = replace(body, 'bob', 'eve')");

    const { isSound, findings } = await doctor();

    expect(isSound).toBe(true);
    expect(findings[0]).toMatchObject({ severity: 'warning', subject: 'snapshot' });
  });

  it('[L84] [L176] finds a snapshot that verifies and is not what the events say', async () => {
    await folder.use();
    const { snapshotRowOf } = await import('../../server/stores/event-chain.ts');
    const { inspect } = await import('../../server/stores/sqlite/inspection.ts');
    const inspected = inspect(folder.file);
    if (!inspected.ok) throw new Error(inspected.message);
    const [newest] = await inspected.value.snapshots();
    inspected.value.close();
    if (!newest) throw new Error('there is a snapshot');
    const forged = snapshotRowOf(
      newest.eventNumber,
      newest.body.replaceAll('"bob"', '"eve"'),
      newest.chainHash,
    );
    const quoted = [forged.body, forged.checksum].map((text) => `'${text.replaceAll("'", "''")}'`);
    folder.tamper(
      `UPDATE ledger_snapshots SET body = ${quoted[0]}, checksum = ${quoted[1]} WHERE event_number = ${forged.eventNumber}`,
    );

    const { isSound, findings } = await doctor();

    expect(isSound).toBe(false);
    expect(findings[0]?.sentence).toContain('is not what the events say');
  });

  it('[L176] finds usage records that do not agree with the seats', async () => {
    await folder.use();
    folder.tamper('UPDATE usage_grants SET to_ms = 5');

    const { isSound, findings } = await doctor();

    expect(isSound).toBe(true);
    expect(findings[0]?.sentence).toBe('2 seats are out without an open grant in the usage records.');
  });

  it('[L176] warns of files that others can read and of a clock that is behind', async () => {
    await folder.use();
    chmodSync(folder.file, 0o644);
    const { dataDir, serverDir } = folder;

    const report = await examine({ dataDir, serverDir, nowMs: NOW_MS - 86_400_000 });

    const said = report.ok ? report.value.findings.map(({ sentence }) => sentence).join(' ') : report.message;
    expect(said).toContain('can be read by other accounts');
    expect(said).toContain("this machine's clock says 2026-01-04");
  });

  it('says plainly that there is nothing, or no database', async () => {
    const { dataDir, serverDir } = folder;
    expect(await examine({ dataDir, serverDir, nowMs: 0 })).toMatchObject({ ok: false, code: 'NO_DATABASE' });
    writeFileSync(
      folder.file,
      'this is not a database at all, but it is long enough to be looked at'.repeat(40),
    );
    expect(await examine({ dataDir, serverDir, nowMs: 0 })).toMatchObject({ ok: false, code: 'UNREADABLE' });
  });
});
