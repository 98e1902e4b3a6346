/** What the outbox promises: numbers, order, durability, bounds, and what happens to a broken file or a full disk. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Log, SILENT_LOG } from '../../main/agent/log.ts';
import { Outbox, openOutbox } from '../../main/agent/report/outbox.ts';
import { openOutboxFile } from '../../main/agent/report/outbox-database.ts';
import { OutboxTable } from '../../main/agent/report/outbox-table.ts';
import type { OutboxLimits } from '../../main/agent/report/summarize.ts';
import type { Fact, FactOf } from '../../shared/protocol.ts';

let dir: string;
let path: string;
let opened: Outbox[];
let warnings: string[];
let ids = 0;
const ALL = Number.MAX_SAFE_INTEGER;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'usher-outbox-'));
  path = join(dir, 'outbox.sqlite');
  opened = [];
  warnings = [];
});
afterEach(() => {
  for (const outbox of opened) outbox.close();
  rmSync(dir, { recursive: true, force: true });
});

const log: Log = { ...SILENT_LOG, warn: (text) => warnings.push(text), error: (text) => warnings.push(text) };

function open(limits?: OutboxLimits, openFacts: () => readonly Fact[] = () => []): Outbox {
  const result = openOutbox({
    path,
    newId: () => `outbox-${++ids}`,
    log,
    openFacts,
    ...(limits && { limits }),
  });
  if (!result.ok) throw new Error(result.message);
  opened.push(result.value);
  return result.value;
}

const started = (sessionId: string): Fact => ({
  kind: 'session-started',
  sessionId,
  productId: 'freecad',
  productName: 'FreeCAD',
  startedAtMs: 1_000,
  processKey: `key-${sessionId}`,
  origin: 'application',
});
const ended = (sessionId: string, endedAtMs = 9_000): Fact => ({
  kind: 'session-ended',
  sessionId,
  endedAtMs,
  reason: 'exit',
});
function interval(
  sessionId: string,
  intervalId: string,
  fromMs: number,
  toMs: number | null,
  isActive = true,
): Fact {
  const activity = isActive
    ? ({ state: 'active', sinceMs: fromMs, reasons: [] } as const)
    : ({ state: 'idle', sinceMs: fromMs, reason: { kind: 'no-input', percentOfCore: null } } as const);
  return {
    kind: 'interval',
    sessionId,
    intervalId,
    activity: { ...activity, ...(isActive && { reasons: [] }) } as FactOf<'interval'>['activity'],
    fromMs,
    toMs,
    projectId: null,
  };
}
const kinds = (outbox: Outbox) => outbox.read(0, ALL, ALL).map(({ fact }) => fact.kind);

describe('numbers', () => {
  it('[E28] numbers facts 1, 2, 3 ... and goes on where it was after a restart', () => {
    const first = open();
    first.commit({ facts: [started('a'), interval('a', 'i', 1, null)], trackerState: 'one', atMs: 5 });
    const { outboxId } = first;
    first.close();

    const second = open();
    second.commit({ facts: [ended('a')], atMs: 6 });

    expect(second.outboxId).toBe(outboxId);
    expect(second.trackerState()).toBe('one');
    expect(second.read(0, ALL, ALL).map(({ seq, fact }) => [seq, fact.kind])).toEqual([
      [1, 'session-started'],
      [2, 'interval'],
      [3, 'session-ended'],
    ]);
  });

  it('[E29] forgets only what is acknowledged, and never more than it has', () => {
    const outbox = open();
    outbox.commit({ facts: [started('a'), started('b'), started('c')], atMs: 5 });

    outbox.acknowledge(2);
    outbox.acknowledge(1);
    outbox.acknowledge(99);

    expect(outbox.read(0, ALL, ALL).map(({ seq }) => seq)).toEqual([3]);
    expect(outbox.waiting).toBe(1);
  });

  it('reads in pieces that stay below a size, but never nothing', () => {
    const outbox = open();
    outbox.commit({ facts: ['a', 'b', 'c'].map(started), atMs: 5 });

    expect(outbox.read(0, 2, ALL)).toHaveLength(2);
    expect(outbox.read(0, ALL, 1)).toHaveLength(1);
    expect(outbox.read(3, ALL, ALL)).toEqual([]);
  });

  it('lets one agent host in, and says so to the second', () => {
    open();

    expect(openOutbox({ path, newId: () => 'x', log })).toMatchObject({ ok: false, code: 'IN_USE' });
  });
});

describe('what the server says about it', () => {
  it('[E33] takes the word of a server that has more than was acknowledged', () => {
    const outbox = open();
    outbox.commit({ facts: ['a', 'b', 'c'].map(started), atMs: 5 });

    expect(outbox.reconcile(2)).toBe(true);
    expect(outbox.waiting).toBe(1);
  });

  it.each([
    ['more than was ever numbered', 9],
    ['less than was removed', 1],
  ])('[E33] begins anew under another id when the server knows %s', (_, acknowledgedSeq) => {
    let news = 0;
    const result = openOutbox({
      path,
      newId: () => `outbox-${++ids}`,
      log,
      onNewOutbox: () => news++,
      openFacts: () => [started('open'), started('c')],
    });
    if (!result.ok) throw new Error(result.message);
    const outbox = result.value;
    opened.push(outbox);
    const before = outbox.outboxId;
    outbox.commit({ facts: ['a', 'b', 'c'].map(started), atMs: 5 });
    outbox.acknowledge(2);

    expect(outbox.reconcile(acknowledgedSeq)).toBe(false);

    expect(outbox.outboxId).not.toBe(before);
    expect(
      outbox.read(0, ALL, ALL).map(({ seq, fact }) => [seq, 'sessionId' in fact && fact.sessionId]),
    ).toEqual([
      [1, 'open'],
      [2, 'c'],
    ]);
    expect(news).toBe(1);
  });
});

describe('bounds', () => {
  const limits = { maximumFacts: 100, maximumBytes: 1_000_000 };

  it('[E31] merges the oldest unsent facts into a summary and keeps starts, ends and the open interval', () => {
    const outbox = open(limits);
    outbox.commit({ facts: [started('a')], atMs: 0 });
    for (let index = 0; index < 120; index++)
      outbox.commit({
        facts: [interval('a', `i${index}`, index * 10, index * 10 + 10, index % 2 === 0)],
        atMs: index,
      });
    outbox.commit({ facts: [interval('a', 'open', 1_200, null)], atMs: 121 });

    const facts = outbox.read(0, ALL, ALL).map(({ fact }) => fact);
    const summaries = facts.filter((fact) => fact.kind === 'summarized');
    const told = facts.flatMap((fact) => (fact.kind === 'interval' && fact.toMs !== null ? [fact] : []));
    const activeMs = (list: typeof told) =>
      list
        .filter(({ activity }) => activity.state === 'active')
        .reduce((sum, { fromMs, toMs }) => sum + (toMs ?? 0) - fromMs, 0);

    expect(facts.length).toBeLessThanOrEqual(100);
    expect(facts[0]?.kind).toBe('session-started');
    expect(facts.at(-1)).toMatchObject({ kind: 'interval', intervalId: 'open' });
    expect(summaries).toHaveLength(1);
    // Nothing is lost: what was merged and what is told add up to all that happened.
    expect((summaries[0]?.facts ?? 0) + told.length).toBe(120);
    expect((summaries[0]?.sessions[0]?.activeMs ?? 0) + activeMs(told)).toBe(600);
    expect(outbox.read(0, ALL, ALL).map(({ seq }) => seq)).toEqual(facts.map((_, index) => index + 1));
  });

  it('[E28] [E31] never touches a number that may have been sent', () => {
    const outbox = open(limits);
    for (let index = 0; index < 90; index++)
      outbox.commit({ facts: [interval('a', `i${index}`, index, index + 1)], atMs: index });
    outbox.markSent(20);
    const sent = outbox.read(0, 20, ALL);

    for (let index = 90; index < 200; index++)
      outbox.commit({ facts: [interval('a', `i${index}`, index, index + 1)], atMs: index });

    expect(outbox.read(0, 20, ALL)).toEqual(sent);
    expect(outbox.read(20, 1, ALL)[0]?.fact.kind).toBe('summarized');
  });

  it('[E31] counts an interval once when a later version of it waits too', () => {
    const outbox = open(limits);
    for (let index = 0; index < 98; index++)
      outbox.commit({ facts: [interval('a', 'same', 0, index + 1)], atMs: index });
    outbox.commit({ facts: [interval('a', 'last', 200, 300), started('b'), started('c')], atMs: 99 });

    const summary = outbox.read(0, ALL, ALL).find(({ fact }) => fact.kind === 'summarized');
    const versions = outbox
      .read(0, ALL, ALL)
      .filter(({ fact }) => fact.kind === 'interval' && fact.intervalId === 'same');

    expect(summary?.fact).toMatchObject({ sessions: [] });
    expect(versions.at(-1)?.fact).toMatchObject({ toMs: 98 });
  });

  it('[E31] gives up starts and ends last, and only of sessions that are over', () => {
    const outbox = open(limits);
    outbox.commit({ facts: [started('running')], atMs: 0 });
    for (let index = 0; index < 60; index++)
      outbox.commit({ facts: [started(`s${index}`), ended(`s${index}`)], atMs: index });

    const facts = outbox.read(0, ALL, ALL).map(({ fact }) => fact);
    const starts = facts.filter((fact) => fact.kind === 'session-started');
    const ends = facts.filter((fact) => fact.kind === 'session-ended');

    expect(facts.length).toBeLessThanOrEqual(100);
    expect(starts.map(({ sessionId }) => sessionId)).toEqual([
      'running',
      ...ends.map(({ sessionId }) => sessionId),
    ]);
    const summarized = facts.flatMap((fact) => (fact.kind === 'summarized' ? [fact.facts] : []));
    expect(summarized.reduce((a, b) => a + b, 0) + starts.length + ends.length).toBe(121);
  });

  it('[E31] merges by size as well', () => {
    const outbox = open({ maximumFacts: 100_000, maximumBytes: 20_000 });

    for (let index = 0; index < 300; index++)
      outbox.commit({ facts: [interval('a', `i${index}`, index, index + 1)], atMs: index });

    expect(JSON.stringify(outbox.read(0, ALL, ALL)).length).toBeLessThan(30_000);
    const facts = outbox.read(0, ALL, ALL).map(({ fact }) => (fact.kind === 'summarized' ? fact.facts : 1));
    expect(facts.reduce((a, b) => a + b, 0)).toBe(300);
  });
});

describe('bad facts and bad disks', () => {
  it('[E34] parks a fact that does not fit the protocol; the others go on', () => {
    const outbox = open();

    outbox.commit({
      facts: [started('a'), { ...started('b'), productName: 'line\nbreak' } as Fact, started('c')],
      atMs: 5,
    });

    expect(outbox.read(0, ALL, ALL).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(outbox.parked).toBe(1);
    expect(warnings).toHaveLength(1);
  });

  it('[E35] keeps facts in memory while the disk is full, sends none of them, and writes them in order afterwards', () => {
    const file = openOutboxFile(path);
    if (!file.ok) throw new Error(file.message);
    const { database } = file.value;
    const outbox = new Outbox(new OutboxTable(database), { path, newId: () => 'one', log });
    opened.push(outbox);
    outbox.commit({ facts: [started('first')], atMs: 1 });
    // SQLite's own limit on pages stands for the end of the disk: the same error without filling a real one.
    database.exec('PRAGMA max_page_count = 1');
    for (let index = 0; index < 300 && warnings.length === 0; index++)
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
      () => writeFileSync(path, 'this is not a database, and long enough to be looked at as one'.repeat(200)),
    ],
    ['cut in the middle', () => truncateSync(path, Math.floor(statSync(path).size / 2) + 17)],
  ])('[E32] moves a damaged file aside and begins anew: %s', (_, damage) => {
    const first = open();
    for (let index = 0; index < 300; index++) first.commit({ facts: [started(`s${index}`)], atMs: index });
    const { outboxId } = first;
    first.close();

    damage();
    const second = open();
    second.commit({ facts: [started('after')], atMs: 9 });

    expect(second.outboxId).not.toBe(outboxId);
    expect(kinds(second)).toEqual(['session-started']);
    expect(readdirSync(dir).some((name) => name.includes('.damaged-1'))).toBe(true);
    expect(warnings[0]).toContain('moved aside');
  });

  it('[E32] notices a file that lost its end, and gives no number twice', () => {
    const first = open();
    first.commit({ facts: [started('a')], atMs: 1 });
    first.close();
    const writer = open();
    const { outboxId } = writer;
    writer.commit({ facts: [started('b'), started('c')], atMs: 2 });
    writer.markSent(3);
    writer.close();
    // The newest part of the file is gone, as after a power cut on a disk that lies about syncs.
    const shortened = new DatabaseSync(path);
    shortened.exec(
      `DELETE FROM facts WHERE seq > 1; UPDATE meta SET value = '{"outboxId":"${outboxId}","last":1,"sent":1,"acknowledged":0}' WHERE key = 'numbers'`,
    );
    shortened.close();

    const after = open();

    expect(after.outboxId).not.toBe(outboxId);
    expect(after.read(0, ALL, ALL).map(({ seq }) => seq)).toEqual([1]);
    expect(warnings[0]).toContain('lost its newest facts');
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
        [fileURLToPath(new URL('../support/outbox-writer.ts', import.meta.url)), path],
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

      const outbox = open();
      const facts = outbox.read(0, ALL, ALL);
      expect(outbox.lastSeq).toBeGreaterThanOrEqual(committed);
      expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, index) => index + 1));
      expect(facts).toHaveLength(outbox.lastSeq);
      expect(Number(outbox.trackerState())).toBe(outbox.lastSeq);
      committed = outbox.lastSeq;
      outbox.close();
    }
    expect(committed).toBeGreaterThan(30);
    expect(warnings).toEqual([]);
  });
});
