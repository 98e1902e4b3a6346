import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seatStretches } from '../../../renderer/kit/seat-stretches.ts';

const seats = (capacity: number, inUse: number, offered = 0) =>
  ({ state: 'known', capacity, inUse, offered, free: Math.max(0, capacity - inUse - offered) }) as const;

describe('the meter of a pool', () => {
  it('draws single seats where they fit: mine, others, offered, free', () => {
    expect(seatStretches(seats(5, 3, 1), 1).map(({ use }) => use)).toEqual([
      'mine',
      'used',
      'used',
      'offered',
      'free',
    ]);
  });

  it('draws stretches where single seats do not fit', () => {
    expect(seatStretches(seats(30, 27, 1), 0)).toEqual([
      { use: 'used', units: 27 },
      { use: 'offered', units: 1 },
      { use: 'free', units: 2 },
    ]);
  });

  it('shows a pool above its capacity as full, and unknown as unknown', () => {
    expect(seatStretches(seats(2, 3), 0).map(({ use }) => use)).toEqual(['used', 'used', 'used']);
    expect(seatStretches({ state: 'unknown', sinceMs: 0, capacity: 50 }, 0)).toEqual([
      { use: 'unknown', units: 50 },
    ]);
  });

  it('draws every seat once', () => {
    const amount = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(amount, amount, amount, amount, (capacity, inUse, offered, mine) => {
        const total = seatStretches(seats(capacity, inUse, offered), mine).reduce(
          (sum, { units }) => sum + units,
          0,
        );
        expect(total).toBe(Math.max(capacity, inUse + offered));
      }),
    );
  });
});
