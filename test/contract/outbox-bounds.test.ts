/** What the outbox gives up when it grows beyond its bounds, and what it never gives up. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL, ended, interval, OutboxFolder, started } from '../support/an-outbox.ts';

let folder: OutboxFolder;
beforeEach(() => {
  folder = new OutboxFolder();
});
afterEach(() => folder.remove());

describe('bounds', () => {
  const limits = { maximumFacts: 100, maximumBytes: 1_000_000 };

  it('[E31] merges the oldest unsent facts into a summary and keeps starts, ends and the open interval', () => {
    const outbox = folder.open(limits);
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
    const outbox = folder.open(limits);
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
    const outbox = folder.open(limits);
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
    const outbox = folder.open(limits);
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
    const outbox = folder.open({ maximumFacts: 100_000, maximumBytes: 20_000 });

    for (let index = 0; index < 300; index++)
      outbox.commit({ facts: [interval('a', `i${index}`, index, index + 1)], atMs: index });

    expect(JSON.stringify(outbox.read(0, ALL, ALL)).length).toBeLessThan(30_000);
    const facts = outbox.read(0, ALL, ALL).map(({ fact }) => (fact.kind === 'summarized' ? fact.facts : 1));
    expect(facts.reduce((a, b) => a + b, 0)).toBe(300);
  });
});
