/**
 * Random schedules on the ledger and on a naive model of its rules, which must agree after every step. The seed of a
 * failure is printed; USHER_FUZZ_RUNS sets how many schedules are played, USHER_FUZZ_SEED repeats one.
 */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { emptyDisk, openMemoryStore } from '../../server/stores/memory/memory-store.ts';
import type { Rules } from '../support/ledger-model.ts';
import { type PlayedStep, Schedule, type Step, USERS } from '../support/ledger-schedule.ts';

const runs = Number(process.env.USHER_FUZZ_RUNS ?? 300);
const seed = process.env.USHER_FUZZ_SEED;

const pool = fc.constantFrom('x', 'y', 'z');
const user = fc.constantFrom(...USERS);
const machine = fc.constantFrom('m1', 'm2');
const product = fc.constantFrom('p', 'q', 'r');
const id = fc.constantFrom('s1', 's2', 's3', 's4', 's5', 's6', 's7', 's8');

const settings = fc.record({
  capacity: fc.integer({ min: 0, max: 3 }),
  key: fc.constantFrom('user' as const, 'user+machine' as const),
  perSeat: fc.constantFrom(1, 2, 99),
});
const way = fc.uniqueArray(fc.record({ pool, units: fc.constantFrom(1, 1, 2) }), {
  minLength: 1,
  maxLength: 2,
  selector: (take) => take.pool,
});
const ways = fc.array(way, { minLength: 1, maxLength: 2 });
const rules: fc.Arbitrary<Rules> = fc.record({
  pools: fc.record({ x: settings, y: settings, z: settings }),
  products: fc.record({ p: ways, q: ways, r: ways }),
  ageAfter: fc.integer({ min: 1, max: 3 }),
  windowMs: fc.constant(200_000),
  maximumMissed: fc.integer({ min: 1, max: 3 }),
  ttlMs: fc.constant(120_000),
});

const who = { user, product };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('start' as const), id, machine, ...who, hold: fc.boolean() }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('end' as const, 'end' as const, 'release' as const), id }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('queue' as const), ...who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('leave' as const, 'decline' as const), ...who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('claim' as const), machine, ...who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('capacity' as const),
      pool,
      units: fc.integer({ min: 0, max: 4 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1_000, 50_000, 110_000, 130_000, 260_000),
      asleep: fc.subarray(USERS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      ms: fc.constantFrom(-90_000_000, 6_000, 90_000_000),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'kill' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'repeat' as const }) },
);
const played: fc.Arbitrary<PlayedStep> = fc.record({
  step,
  store: fc.oneof(
    { weight: 20, arbitrary: fc.constant('works' as const) },
    { weight: 1, arbitrary: fc.constantFrom('fails' as const, 'lies' as const) },
  ),
});

describe('the ledger and its model', () => {
  it(`[L1] [L18] [L20] [L80] [L83] [L84] agree after every step of ${runs} schedules`, async () => {
    await fc.assert(
      fc.asyncProperty(rules, fc.array(played, { maxLength: 60, size: 'max' }), async (chosen, steps) => {
        const disk = emptyDisk();
        await new Schedule(chosen, async () => openMemoryStore(disk)).play(steps);
      }),
      { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    );
  }, 600_000);
});
