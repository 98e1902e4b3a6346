import { describe, expect, it } from 'vitest';
import { type PoolNow, simulateQueue } from '../../../server/forecast/queue-simulation.ts';
import { survivalOf } from '../../../server/forecast/survival.ts';
import { seededRandom } from '../../../shared/seeded-random.ts';

const HOUR = 3_600_000;
const random = seededRandom(3);
const exponentialSeats = survivalOf(
  Array.from({ length: 3_000 }, () => ({ lengthMs: -HOUR * Math.log(1 - random()), isEnded: true })),
);

const aPool = (over: Partial<PoolNow> = {}): PoolNow => ({
  freeUnits: 0,
  out: Array.from({ length: 4 }, () => ({ units: 1, ageMs: HOUR })),
  waiting: [{ units: 1 }],
  offerWindowMs: 300_000,
  missedShare: 0,
  ...over,
});

function waitsOf(pool: PoolNow): Float64Array[] {
  if (!exponentialSeats) throw new Error('there are enough seats');
  return simulateQueue(pool, exponentialSeats, seededRandom(11));
}
const meanOf = (waits: Float64Array | undefined) =>
  [...(waits ?? [])].reduce((sum, wait) => sum + wait, 0) / 200;

describe('playing a pool’s future', () => {
  it('gives the k-th of a memoryless pool the textbook wait: k times the mean length over the seats', () => {
    const waits = waitsOf(aPool({ waiting: Array.from({ length: 8 }, () => ({ units: 1 })) }));

    for (const place of [1, 4, 8]) {
      const expectedMs = (place * HOUR) / 4;
      expect(meanOf(waits[place - 1]) / expectedMs).toBeGreaterThan(0.8);
      expect(meanOf(waits[place - 1]) / expectedMs).toBeLessThan(1.2);
    }
  });

  it('serves at once where units are free, and never where there are no seats', () => {
    expect(meanOf(waitsOf(aPool({ freeUnits: 1 }))[0])).toBe(0);
    expect(waitsOf(aPool({ out: [] }))[0]?.[0]).toBe(Number.POSITIVE_INFINITY);
  });

  it('waits for as many units as somebody needs', () => {
    const one = meanOf(waitsOf(aPool())[0]);
    const three = meanOf(waitsOf(aPool({ waiting: [{ units: 3 }] }))[0]);

    expect(three).toBeGreaterThan(2 * one);
  });

  it('counts offers that nobody takes as short seats', () => {
    const waiting = Array.from({ length: 10 }, () => ({ units: 1 }));
    const [taken, missed] = [0, 1].map((missedShare) => meanOf(waitsOf(aPool({ waiting, missedShare }))[9]));

    expect(missed).toBeLessThan(taken ?? 0);
  });

  it('plays a large pool by a sample of it, with the same result', () => {
    const large = aPool({
      out: Array.from({ length: 4_000 }, () => ({ units: 1, ageMs: HOUR })),
      waiting: Array.from({ length: 200 }, () => ({ units: 1 })),
    });

    expect(meanOf(waitsOf(large)[199]) / ((200 * HOUR) / 4_000)).toBeGreaterThan(0.8);
    expect(meanOf(waitsOf(large)[199]) / ((200 * HOUR) / 4_000)).toBeLessThan(1.2);
  });
});
