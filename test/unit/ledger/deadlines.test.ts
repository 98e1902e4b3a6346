import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Deadlines } from '../../../server/ledger/deadlines.ts';

it('[L50] gives back what is due, earliest first, equal ones in the order of adding', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 })),
      fc.integer({ min: 0, max: 20 }),
      (times, nowMs) => {
        const deadlines = new Deadlines<{ atMs: number; index: number }>();
        const items = times.map((atMs, index) => ({ atMs, index }));
        for (const item of items) deadlines.add(item.atMs, item);
        const sorted = items.toSorted((a, b) => a.atMs - b.atMs || a.index - b.index);
        const due = sorted.filter(({ atMs }) => atMs <= nowMs);

        expect(deadlines.takeDue(nowMs)).toEqual(due);
        expect(deadlines.nextAtMs()).toBe(sorted[due.length]?.atMs ?? null);
        expect(deadlines.takeDue(99)).toEqual(sorted.slice(due.length));
      },
    ),
  );
});

it('[L50] keeps the order of what is left when the rest is taken out', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.integer({ min: 1, max: 4 }), (times, step) => {
      const deadlines = new Deadlines<{ atMs: number; index: number }>();
      const items = times.map((atMs, index) => ({ atMs, index }));
      for (const item of items) deadlines.add(item.atMs, item);

      deadlines.keepOnly(({ index }) => index % step === 0);
      deadlines.add(7, { atMs: 7, index: times.length });

      const left = [...items.filter(({ index }) => index % step === 0), { atMs: 7, index: times.length }];
      expect(deadlines.size).toBe(left.length);
      expect(deadlines.takeDue(99)).toEqual(left.toSorted((a, b) => a.atMs - b.atMs || a.index - b.index));
    }),
  );
});
