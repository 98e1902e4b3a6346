/** Backups, restores, and databases of other versions: rules L174, L177, and L87 at each of their doors. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backUp } from '../../server/commands/backup.ts';
import { type DoctorReport, examine } from '../../server/commands/doctor.ts';
import { restore } from '../../server/commands/restore.ts';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import { StoreRefusedError } from '../../server/stores/store.ts';
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

const backupPath = () => join(folder.dataDir, 'backup.db');
const back = (target = backupPath()) => backUp({ serverDir: folder.serverDir, target });
const putBack = (backup = backupPath()) =>
  restore({ serverDir: folder.serverDir, dataDir: folder.dataDir, backup, nowMs: NOW_MS });

describe('usher backup', () => {
  it('[L174] makes one whole file while the server works, which only its owner reads', async () => {
    const t = await folder.ledger();
    await t.counted('cad', { capacity: 2 });
    const working = Promise.all(Array.from({ length: 60 }, (_, index) => t.start(`person-${index}`)));

    const made = await back();
    await working;

    expect(made).toMatchObject({ ok: true, value: { path: backupPath() } });
    expect(statSync(backupPath()).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.dataDir).filter((name) => name.startsWith('backup'))).toEqual(['backup.db']);
    await t.ledger.close();
  });

  it('[L174] overwrites nothing', async () => {
    await folder.use();
    writeFileSync(backupPath(), 'mine');

    expect(await back()).toMatchObject({ ok: false, code: 'EXISTS' });
    expect(readFileSync(backupPath(), 'utf8')).toBe('mine');
  });

  it('[L174] makes no file of damaged data, and none where there is no room for it', async () => {
    await folder.use();
    folder.tamper('DELETE FROM ledger_events WHERE event_number = 5');

    expect(await back()).toMatchObject({ ok: false, code: 'DAMAGED' });
    expect(await back(join(folder.dataDir, 'no-such-folder', 'b.db'))).toMatchObject({
      code: 'NOT_WRITABLE',
    });
    expect(readdirSync(folder.dataDir).filter((name) => name.startsWith('backup'))).toEqual([]);
  });
});

describe('usher restore', () => {
  it('[L174] puts the backup in place, keeps what was there aside, and both open', async () => {
    await folder.use();
    expect((await back()).ok).toBe(true);
    const later = await folder.ledger();
    await later.start('fay');
    const wal = folder.file;
    expect(existsSync(`${wal}-wal`)).toBe(true);
    await later.ledger.close();
    await folder.close();

    const done = await putBack();

    if (!done.ok) throw new Error(done.message);
    const again = await folder.ledger();
    expect([...again.state.sessions.keys()]).toEqual(['bob', 'cy', 'dee']);
    expect(again.holders()).toEqual(['bob', 'cy']);
    await again.ledger.close();
    await folder.close();
    const aside = await openSqliteStore({ file: join(done.value.asideDir ?? '', 'usher.db') });
    expect(
      (await aside.load()).events.length + ((await aside.load()).snapshot?.eventNumber ?? 0),
    ).toBeGreaterThan(15);
    await aside.close();
    expect((await doctor()).isSound).toBe(true);
  });

  it('[L174] works where no server was before', async () => {
    await folder.use();
    expect((await back()).ok).toBe(true);
    const other = new DataFolder();

    const done = await restore({
      serverDir: other.serverDir,
      dataDir: other.dataDir,
      backup: backupPath(),
      nowMs: NOW_MS,
    });

    expect(done).toMatchObject({ ok: true, value: { asideDir: null } });
    expect((await doctor(other)).isSound).toBe(true);
    await other.remove();
  });

  it('[L174] refuses while a server runs, and a backup that is damaged, and changes nothing then', async () => {
    await folder.use();
    expect((await back()).ok).toBe(true);
    const t = await folder.ledger();

    expect(await putBack()).toMatchObject({ ok: false, code: 'RUNNING' });
    await t.ledger.close();
    await folder.close();
    const torn = join(folder.dataDir, 'torn.db');
    writeFileSync(torn, readFileSync(backupPath()).subarray(0, 60_000));
    expect(await putBack(torn)).toMatchObject({ ok: false });

    expect((await doctor()).isSound).toBe(true);
    expect(readdirSync(folder.serverDir).filter((name) => name.startsWith('before'))).toEqual([]);
  });

  it('[L174] that was cut short stops the start until it is done', async () => {
    await folder.use();
    expect((await back()).ok).toBe(true);
    writeFileSync(`${folder.file}.restoring`, '');

    await expect(folder.store()).rejects.toThrow(StoreRefusedError);
    await expect(folder.store()).rejects.toThrow('usher restore');
    expect((await doctor()).isSound).toBe(false);
    expect((await putBack()).ok).toBe(true);

    const again = await folder.ledger();
    expect(again.holders()).toEqual(['bob', 'cy']);
    await again.ledger.close();
  });
});

describe('a newer schema', () => {
  it('[L87] is refused by server, doctor, backup and restore, with one sentence', async () => {
    await folder.use();
    expect((await back()).ok).toBe(true);
    folder.tamper('PRAGMA user_version = 99');
    const { dataDir, serverDir } = folder;

    await expect(folder.store()).rejects.toThrow('newer Usher (schema 99');
    const refusals = [
      await examine({ dataDir, serverDir, nowMs: NOW_MS }),
      await back(join(dataDir, 'other.db')),
      await putBack(folder.file),
    ];

    for (const refusal of refusals)
      expect(refusal).toMatchObject({
        ok: false,
        code: 'NEWER_SCHEMA',
        message: expect.stringContaining('schema 99'),
      });
  });
});

describe('the first schema', () => {
  it('[L177] is examined as it is, and brought forward with everything in it', async () => {
    folder.useFirstSchema();
    const before = await doctor();
    expect(before.findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
    expect([before.schemaVersion, before.facts.lastEvent]).toEqual([1, 35]);

    const t = await folder.ledger(new FakeClock({ wallMs: NOW_MS + 200_000 }));

    expect([t.holders(), t.waiting(), t.offered('cam')]).toEqual([
      ['bob', 'cy'],
      ['dee', 'eve', 'fay'],
      ['hal'],
    ]);
    expect(await t.ledger.acknowledgedSeq('pc/ann/box')).toBe(2);
    expect(await t.ledger.answerOf('box/2')).toMatchObject({ ok: false, code: 'NOT_COUNTED' });
    expect(await (await t.store.load()).events.length).toBeLessThan(35);
    await t.end('bob');
    expect(t.holders()).toEqual(['cy', 'dee']);
    await t.ledger.close();
    await folder.close();
    const after = await doctor();
    expect(after.findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
    expect(after.schemaVersion).toBeGreaterThan(1);
  });

  it('[L177] is restored from a backup of then', async () => {
    folder.useFirstSchema();
    expect((await back()).ok).toBe(true);

    expect(await putBack()).toMatchObject({ ok: true, value: { facts: { lastEvent: 35 } } });

    const t = await folder.ledger(new FakeClock({ wallMs: NOW_MS + 200_000 }));
    expect(t.holders()).toEqual(['bob', 'cy']);
    await t.ledger.close();
  });
});
