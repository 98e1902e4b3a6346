/** What the outbox promises: numbers, order, and agreement with what the server says about it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOutbox } from '../../main/agent/report/outbox.ts';
import { ALL, ended, interval, OutboxFolder, started } from '../support/an-outbox.ts';

let folder: OutboxFolder;
beforeEach(() => {
  folder = new OutboxFolder();
});
afterEach(() => folder.remove());

describe('numbers', () => {
  it('[E28] numbers facts 1, 2, 3 ... and goes on where it was after a restart', () => {
    const first = folder.open();
    first.commit({ facts: [started('a'), interval('a', 'i', 1, null)], trackerState: 'one', atMs: 5 });
    const { outboxId } = first;
    first.close();

    const second = folder.open();
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
    const outbox = folder.open();
    outbox.commit({ facts: [started('a'), started('b'), started('c')], atMs: 5 });

    outbox.acknowledge(2);
    outbox.acknowledge(1);
    outbox.acknowledge(99);

    expect(outbox.read(0, ALL, ALL).map(({ seq }) => seq)).toEqual([3]);
    expect(outbox.waiting).toBe(1);
  });

  it('reads in pieces that stay below a size, but never nothing', () => {
    const outbox = folder.open();
    outbox.commit({ facts: ['a', 'b', 'c'].map(started), atMs: 5 });

    expect(outbox.read(0, 2, ALL)).toHaveLength(2);
    expect(outbox.read(0, ALL, 1)).toHaveLength(1);
    expect(outbox.read(3, ALL, ALL)).toEqual([]);
  });

  it('lets one agent host in, and says so to the second', () => {
    folder.open();

    expect(openOutbox({ path: folder.path, newId: () => 'x', log: folder.log })).toMatchObject({
      ok: false,
      code: 'IN_USE',
    });
  });
});

describe('what the server says about it', () => {
  it('[E33] takes the word of a server that has more than was acknowledged', () => {
    const outbox = folder.open();
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
      path: folder.path,
      newId: folder.newId,
      log: folder.log,
      onNewOutbox: () => news++,
      openFacts: () => [started('open'), started('c')],
    });
    if (!result.ok) throw new Error(result.message);
    const outbox = result.value;
    folder.opened.push(outbox);
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
