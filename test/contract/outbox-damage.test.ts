/** What becomes of the outbox when a fact does not fit, the disk is full, the file is damaged or the process is killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Outbox } from '../../main/agent/report/outbox.ts';
import { openOutboxFile } from '../../main/agent/report/outbox-database.ts';
import { OutboxTable } from '../../main/agent/report/outbox-table.ts';
import type { Fact } from '../../shared/protocol.ts';
import { ALL, OutboxFolder, started } from '../support/an-outbox.ts';

let folder: OutboxFolder;
beforeEach(() => {
  folder = new OutboxFolder();
});
afterEach(() => folder.remove());

describe('bad facts and bad disks', () => {
  it('[E34] parks a fact that does not fit the protocol; the others go on', () => {
    const outbox = folder.open();

    outbox.commit({
      facts: [started('a'), { ...started('b'), productName: 'line\nbreak' } as Fact, started('c')],
      atMs: 5,
    });

    expect(outbox.read(0, ALL, ALL).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(outbox.parked).toBe(1);
    expect(folder.warnings).toHaveLength(1);
  });

  it('[E35] keeps facts in memory while the disk is full, sends none of them, and writes them in order afterwards', () => {
    const file = openOutboxFile(folder.path);
    if (!file.ok) throw new Error(file.message);
    const { database } = file.value;
    const outbox = new Outbox(new OutboxTable(database), {
      path: folder.path,
      newId: () => 'one',
      log: folder.log,
    });
    folder.opened.push(outbox);
    outbox.commit({ facts: [started('first')], atMs: 1 });
    // SQLite's own limit on pages stands for the end of the disk: the same error without filling a real one.
    database.exec('PRAGMA max_page_count = 1');
    for (let index = 0; index < 300 && folder.warnings.length === 0; index++)
      outbox.commit({ facts: [started(`filler-${index}`)], atMs: index });
    const before = outbox.lastSeq;
    const waiting = outbox.waiting;

    outbox.commit({ facts: [started('kept-1')], atMs: 7 });
    outbox.commit({ facts: [started('kept-2')], trackerState: 'later', atMs: 8 });
    expect(outbox.lastSeq).toBe(before);
    expect(waiting).toBe(before + 1);
    expect(outbox.waiting).toBe(before + 3);
    expect(outbox.read(before, ALL, ALL)).toEqual([]);

    database.exec('PRAGMA max_page_count = 1000000');
    outbox.retry();

    expect(
      outbox.read(before, ALL, ALL).map(({ seq, fact }) => [seq, 'sessionId' in fact && fact.sessionId]),
    ).toEqual([
      [before + 1, expect.stringMatching(/^filler/)],
      [before + 2, 'kept-1'],
      [before + 3, 'kept-2'],
    ]);
    expect(outbox.trackerState()).toBe('later');
  });

  it.each([
    [
      'text',
      () =>
        writeFileSync(
          folder.path,
          'this is not a database, and long enough to be looked at as one'.repeat(200),
        ),
    ],
    ['cut in the middle', () => truncateSync(folder.path, Math.floor(statSync(folder.path).size / 2) + 17)],
  ])('[E32] moves a damaged file aside and begins anew: %s', (_, damage) => {
    const first = folder.open();
    for (let index = 0; index < 300; index++) first.commit({ facts: [started(`s${index}`)], atMs: index });
    const { outboxId } = first;
    first.close();

    damage();
    const second = folder.open();
    second.commit({ facts: [started('after')], atMs: 9 });

    expect(second.outboxId).not.toBe(outboxId);
    expect(second.read(0, ALL, ALL).map(({ fact }) => fact.kind)).toEqual(['session-started']);
    expect(readdirSync(folder.dir).some((name) => name.includes('.damaged-1'))).toBe(true);
    expect(folder.warnings[0]).toContain('moved aside');
  });

  it('[E32] notices a file that lost its end, and gives no number twice', () => {
    const first = folder.open();
    first.commit({ facts: [started('a')], atMs: 1 });
    first.close();
    const writer = folder.open();
    const { outboxId } = writer;
    writer.commit({ facts: [started('b'), started('c')], atMs: 2 });
    writer.markSent(3);
    writer.close();
    // The newest part of the file is gone, as after a power cut on a disk that lies about syncs.
    const shortened = new DatabaseSync(folder.path);
    shortened.exec(
      `DELETE FROM facts WHERE seq > 1; UPDATE meta SET value = '{"outboxId":"${outboxId}","last":1,"sent":1,"acknowledged":0}' WHERE key = 'numbers'`,
    );
    shortened.close();

    const after = folder.open();

    expect(after.outboxId).not.toBe(outboxId);
    expect(after.read(0, ALL, ALL).map(({ seq }) => seq)).toEqual([1]);
    expect(folder.warnings[0]).toContain('lost its newest facts');
  });
});

describe('sudden death', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  it('[E30] loses nothing that was committed when its process is killed, ten times in a row', async () => {
    let committed = 0;
    for (let round = 0; round < 10; round++) {
      const child = spawn(
        process.execPath,
        [fileURLToPath(new URL('../support/outbox-writer.ts', import.meta.url)), folder.path],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      children.push(child);
      const closed = new Promise((resolve) => child.once('close', resolve));
      const killAt = committed + 3 + round * 4;
      for await (const line of createInterface({ input: child.stdout })) {
        committed = Number(line.split(' ')[1]);
        if (committed >= killAt) child.kill('SIGKILL');
      }
      await closed;

      const outbox = folder.open();
      const facts = outbox.read(0, ALL, ALL);
      expect(outbox.lastSeq).toBeGreaterThanOrEqual(committed);
      expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, index) => index + 1));
      expect(facts).toHaveLength(outbox.lastSeq);
      expect(Number(outbox.trackerState())).toBe(outbox.lastSeq);
      committed = outbox.lastSeq;
      outbox.close();
    }
    expect(committed).toBeGreaterThan(30);
    expect(folder.warnings).toEqual([]);
  });
});
