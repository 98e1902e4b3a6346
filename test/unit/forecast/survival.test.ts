import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SeatLength, survivalOf } from '../../../server/forecast/survival.ts';
import { seededRandom } from '../../../shared/seeded-random.ts';

const MEAN_MS = 3_600_000;
const exponential = (random: () => number) => -MEAN_MS * Math.log(1 - random());

describe('how long seats are kept', () => {
  it('says nothing from fewer than five ended seats', () => {
    const lengths: SeatLength[] = [1, 2, 3, 4].map((lengthMs) => ({ lengthMs, isEnded: true }));

    expect(survivalOf([...lengths, { lengthMs: 9, isEnded: false }])).toBeNull();
  });

  it('follows a worked example of Nelson and Aalen', () => {
    const lengths = [10, 20, 20, 30, 40].map((lengthMs) => ({ lengthMs, isEnded: true }));
    const survival = survivalOf([...lengths, { lengthMs: 25, isEnded: false }]);

    // At 20: 1/6 + 2/5; at 30: + 1/2 (three of six are over, one was censored); at 40: + 1/1.
    expect(survival?.survivalAt(20)).toBeCloseTo(Math.exp(-(1 / 6 + 2 / 5)), 10);
    expect(survival?.survivalAt(30)).toBeCloseTo(Math.exp(-(1 / 6 + 2 / 5 + 1 / 2)), 10);
    expect(survival?.survivalAt(40)).toBeCloseTo(Math.exp(-(1 / 6 + 2 / 5 + 1 / 2 + 1)), 10);
  });

  it('is not fooled by seats that are still out: the true mean comes back, the naive one is far too short', () => {
    const random = seededRandom(7);
    const watchedForMs = MEAN_MS;
    const lengths = Array.from({ length: 4_000 }, (): SeatLength => {
      const [begunAgoMs, keptMs] = [random() * watchedForMs, exponential(random)];
      return { lengthMs: Math.min(keptMs, begunAgoMs), isEnded: keptMs <= begunAgoMs };
    });
    const ended = lengths.filter(({ isEnded }) => isEnded);
    const naiveMs = ended.reduce((sum, { lengthMs }) => sum + lengthMs, 0) / ended.length;
    const survival = survivalOf(lengths);

    const draws = Array.from({ length: 20_000 }, () => survival?.sampleRestMs(0, random) ?? 0);
    const meanMs = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;

    expect(naiveMs).toBeLessThan(0.5 * MEAN_MS);
    expect(meanMs / MEAN_MS).toBeGreaterThan(0.9);
    expect(meanMs / MEAN_MS).toBeLessThan(1.1);
  });

  it('never falls below zero, never grows with age, and draws what it says, for any lengths', () => {
    const anyLength = fc.record({ lengthMs: fc.integer({ min: 0, max: 1e9 }), isEnded: fc.boolean() });
    fc.assert(
      fc.property(fc.array(anyLength, { maxLength: 60 }), fc.integer(), (lengths, seed) => {
        const survival = survivalOf(lengths);
        if (!survival) return lengths.filter(({ isEnded }) => isEnded).length < 5;
        const ages = [0, 1, 1e3, 1e6, 1e9, 1e10];
        const values = ages.map((ageMs) => survival.survivalAt(ageMs));
        const random = seededRandom(seed);
        const draws = ages.map((ageMs) => survival.sampleRestMs(ageMs, random));
        return (
          values.every((value, index) => value >= 0 && value <= (values[index - 1] ?? 1)) &&
          draws.every((draw) => draw >= 0 && !Number.isNaN(draw))
        );
      }),
    );
  });
});
