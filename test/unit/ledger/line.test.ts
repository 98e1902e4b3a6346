/** A line of tickets keeps order and counts as a plain list would: rules L20 and L22. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRank, Line } from '../../../server/ledger/line.ts';

describe('a line', () => {
  it('[L20] puts the class before the number, and lets a risen ticket pass its old class', () => {
    const line = new Line();
    const entry = { rises: 0, overtaken: 0 };
    line.add({ ticketId: 'low', sequence: 1, priorityClass: 5, ...entry });
    line.add({ ticketId: 'high', sequence: 2, priorityClass: 4, ...entry });
    line.add({ ticketId: 'next', sequence: 3, priorityClass: 5, ...entry });
    line.countServed(3);
    expect(line.entries().map(({ ticketId }) => ticketId)).toEqual(['high', 'low', 'next']);

    expect(line.due(1)?.ticketId).toBe('high');
    line.remove('low');
    line.add({ ticketId: 'low', sequence: 1, priorityClass: 5, rises: 1, overtaken: 0 });

    expect(line.entries().map(({ ticketId }) => ticketId)).toEqual(['low', 'high', 'next']);
    line.add({ ticketId: 'back', sequence: 0, priorityClass: 5, ...entry });
    expect(line.entries().map(({ ticketId }) => ticketId)).toEqual(['low', 'high', 'back', 'next']);
  });
});

describe('a line of 10,000 tickets', () => {
  it('[L20] keeps order, counts and holes the same as a plain list', () => {
    const line = new Line();
    const plain: { ticketId: string; sequence: number; overtaken: number }[] = [];
    for (let sequence = 1; sequence <= 10_000; sequence++) {
      const ticketId = `t${sequence}`;
      line.add({ ticketId, sequence, priorityClass: 5, rises: 0, overtaken: 0 });
      plain.push({ ticketId, sequence, overtaken: 0 });
      if (sequence % 3 === 0) {
        const [gone] = plain.splice((sequence * 7) % plain.length, 1);
        line.remove(gone?.ticketId ?? '');
      }
      if (sequence % 500 === 0) {
        const served = (sequence * 13) % sequence;
        line.countServed(served);
        for (const entry of plain) if (entry.sequence < served) entry.overtaken += 1;
      }
    }

    const seen = line
      .entries()
      .map(({ ticketId, sequence, overtaken }) => ({ ticketId, sequence, overtaken }));
    expect(seen).toEqual(plain);
    expect(line.head()).toMatchObject(plain[0] ?? {});
  });
});

describe('a line of any tickets', () => {
  const class_ = fc.integer({ min: 3, max: 5 });
  const sequence = fc.integer({ min: -3, max: 12 });
  const step = fc.oneof(
    fc.record({
      do: fc.constant('add' as const),
      sequence,
      priorityClass: class_,
      rises: fc.integer({ min: 0, max: 1 }),
      overtaken: fc.integer({ min: 0, max: 4 }),
    }),
    fc.record({ do: fc.constant('remove' as const), sequence }),
    fc.record({ do: fc.constant('serve' as const), sequence }),
  );

  it('[L20] [L22] counts each ticket by itself, whatever count it came with', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const line = new Line();
        let plain: ReturnType<Line['entries']> = [];
        for (const one of steps) {
          const ticketId = `t${one.sequence}`;
          if (one.do === 'add' && !line.has(ticketId)) {
            const { do: _do, ...entry } = { ...one, ticketId };
            line.add(entry);
            plain.push({ ...entry, rankClass: entry.priorityClass - entry.rises });
          }
          if (one.do === 'remove') {
            expect(line.overtakenOf(ticketId)).toBe(
              plain.find((entry) => entry.ticketId === ticketId)?.overtaken ?? 0,
            );
            line.remove(ticketId);
            plain = plain.filter((entry) => entry.ticketId !== ticketId);
          }
          if (one.do === 'serve') {
            line.countServed(one.sequence);
            plain = plain.map((entry) =>
              entry.sequence < one.sequence ? { ...entry, overtaken: entry.overtaken + 1 } : entry,
            );
          }
          plain.sort(compareRank);
          expect(line.entries()).toEqual(plain);
          expect([line.size, line.head()]).toEqual([plain.length, plain[0]]);
          expect(line.due(3)).toEqual(plain.find(({ overtaken }) => overtaken >= 3));
        }
      }),
      { numRuns: 200 },
    );
  });
});
