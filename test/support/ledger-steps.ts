/** Random steps of a schedule: every command of the ledger, time that passes or jumps, faults of the store, kills. */
import fc from 'fast-check';
import type { LedgerCommand } from '../../server/ledger/commands.ts';
import type { Alternative, PoolSettings, WeekHours } from '../../shared/domain.ts';
import { DEFAULT_POOL_SETTINGS } from '../../shared/domain-schemas.ts';

export const USERS = ['ann', 'bob', 'cy', 'dee', 'eve'];
export const GROUPS = ['all', 'crew', 'guests'];
export const METERED = ['x', 'y', 'z'];
export const PRODUCTS = ['p', 'q', 'r', 'm'];

/** What is chosen by chance for one command; each kind uses what it needs. */
export interface Draw {
  readonly kind: Exclude<LedgerCommand['kind'], TimedKind>;
  readonly user: string;
  readonly product: string;
  readonly pool: string;
  readonly group: string;
  /** Which of several, or how many. */
  readonly at: number;
  readonly flag: boolean;
  readonly settings: Partial<PoolSettings>;
  readonly ways: readonly Alternative[];
}
type TimedKind =
  | 'start-grace'
  | 'expire-lease'
  | 'expire-offer'
  | 'call-back'
  | 'expire-handover'
  | 'start-pack'
  | 'end-pack'
  | 'end-deny'
  | 'change-hours'
  | 'return-session';

export type Step =
  | { readonly do: 'ask'; readonly draw: Draw; readonly store: 'works' | 'fails' | 'lies' }
  | { readonly do: 'pass'; readonly ms: number; readonly asleep: readonly string[] }
  | { readonly do: 'jump'; readonly ms: number }
  | { readonly do: 'kill' }
  | { readonly do: 'repeat' };

const often = <T>(weights: readonly (readonly [number, T])[]) =>
  fc.oneof(...weights.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));
const hours: fc.Arbitrary<WeekHours | null> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('UTC', 'America/New_York').map((timeZone) => ({
      timeZone,
      spans: [1, 2, 3].map((weekday) => ({ weekday, fromMinute: 485, toMinute: 490 })),
    })),
  },
);
const maybe = (units: fc.Arbitrary<number>) => fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, units);
const share = fc.record({
  groupId: fc.constantFrom(...GROUPS),
  reservedUnits: fc.constantFrom(0, 1, 2),
  capUnits: maybe(fc.constantFrom(1, 2, 3)),
  priorityClass: maybe(fc.constantFrom(2, 4, 5)),
});
const denied = fc.record({
  denyId: fc.constantFrom('d1', 'd2'),
  who: fc.oneof(
    fc.record({ kind: fc.constant('user' as const), userId: fc.constantFrom(...USERS) }),
    fc.record({ kind: fc.constant('group' as const), groupId: fc.constantFrom(...GROUPS) }),
  ),
  reason: fc.constant('a dispute about costs'),
  untilMs: maybe(fc.constant(Date.UTC(2026, 0, 5, 8, 6))),
});
const byId = <T>(id: (one: T) => string) => ({ selector: id, maxLength: 2 });
const allocation = fc.record({
  shares: fc.uniqueArray(
    share,
    byId((one) => one.groupId),
  ),
  unitsPerUser: maybe(fc.constantFrom(1, 2)),
  lending: fc.constantFrom('never' as const, 'until-asked' as const),
  denied: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    fc.uniqueArray(
      denied,
      byId((one) => one.denyId),
    ),
  ),
});
const packs = fc
  .constantFrom(0, 1)
  .map((units) =>
    units === 0
      ? []
      : [{ packId: 'k', units, fromMs: Date.UTC(2026, 0, 5, 8, 3), untilMs: Date.UTC(2026, 0, 5, 8, 9) }],
  );

/** Most pools divide nothing, so that plain queues stay well tried. */
export const poolSettings: fc.Arbitrary<Partial<PoolSettings>> = fc.record(
  {
    capacity: fc.integer({ min: 1, max: 4 }),
    overdraft: fc.constantFrom(0, 0, 1),
    packs,
    counting: fc.record({
      key: fc.constantFrom(
        ['user'] as const,
        ['user', 'workstation'] as const,
        ['user', 'device', 'product'] as const,
      ),
      instancesPerSeat: fc.constantFrom(1, 2, null),
    }),
    maximumMissedOffers: fc.integer({ min: 1, max: 3 }),
    agingAfterServed: fc.integer({ min: 1, max: 3 }),
    keepWhileAsleep: fc.boolean(),
    maximumLeaseAgeMs: fc.constantFrom(null, null, 500_000),
    admission: often([
      [12, 'open'],
      [1, 'paused'],
      [1, 'draining'],
    ]),
    allocation,
    workingHours: hours,
    quietHours: hours,
    returnTicketsPerDay: fc.constantFrom(0, 1, 3),
    fairShare: fc.constantFrom(null, { halfLifeMs: 3_600_000, idlePerClassMs: 60_000, maximumClasses: 2 }),
  },
  { requiredKeys: ['capacity'] },
);
const take = fc.record({ poolId: fc.constantFrom(...METERED), units: fc.constantFrom(1, 1, 2) });
const way = fc.uniqueArray(take, { minLength: 1, maxLength: 2, selector: (one) => one.poolId });
export const waysOfProduct: fc.Arbitrary<readonly Alternative[]> = fc.array(way, {
  minLength: 1,
  maxLength: 2,
});

const kind = often<Draw['kind']>([
  [24, 'start-session'],
  [8, 'end-session'],
  [1, 'reconcile-sessions'],
  [14, 'queue'],
  [3, 'leave'],
  [6, 'claim'],
  [3, 'decline'],
  [4, 'release'],
  [4, 'defer'],
  [6, 'ask-holder'],
  [6, 'answer-handover'],
  [1, 'report-unsaved'],
  [2, 'note-idle'],
  [4, 'configure-pool'],
  [1, 'remove-pool'],
  [1, 'configure-product'],
  [1, 'configure-group'],
  [1, 'remove-group'],
  [4, 'change-members'],
  [2, 'end-lease'],
  [1, 'withdraw-warning'],
  [1, 'end-ticket'],
  [3, 'checkouts-observed'],
  [1, 'poll-failed'],
]);
const draw: fc.Arbitrary<Draw> = fc.record({
  kind,
  user: fc.constantFrom(...USERS),
  product: fc.constantFrom(...PRODUCTS, 'p', 'q'),
  pool: fc.constantFrom(...METERED),
  group: fc.constantFrom(...GROUPS),
  at: fc.nat({ max: 7 }),
  flag: fc.boolean(),
  settings: poolSettings,
  ways: waysOfProduct,
});
const store = often<'works' | 'fails' | 'lies'>([
  [40, 'works'],
  [1, 'fails'],
  [1, 'lies'],
]);
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ do: fc.constant('ask' as const), draw, store }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1_000, 50_000, 110_000, 130_000, 260_000, 1_000_000),
      asleep: fc.subarray(USERS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      ms: fc.constantFrom(-3_600_000, 6_000, 3_600_000, 31_536_000_000, -31_536_000_000),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'kill' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'repeat' as const }) },
);

export function aPool(name: string, over: Partial<PoolSettings> = {}): PoolSettings {
  return { ...DEFAULT_POOL_SETTINGS, name, capacity: 1, offerWindowMs: 200_000, ...over };
}

/** What is there before the first step. */
export interface Scene {
  readonly pools: Readonly<Record<string, Partial<PoolSettings>>>;
  readonly products: Readonly<Record<string, readonly Alternative[]>>;
  readonly members: Readonly<Record<string, readonly string[]>>;
}
const members = fc.subarray(USERS);
const scene: fc.Arbitrary<Scene> = fc.record({
  pools: fc.record({ x: poolSettings, y: poolSettings, z: fc.constant({ capacity: 2 }) }),
  products: fc.record({ p: waysOfProduct, q: waysOfProduct, r: waysOfProduct }),
  members: fc.record({ all: members, crew: members, guests: members }),
});
export const playedScene = fc.tuple(scene, fc.array(step, { maxLength: 90, size: 'max' }));

/** How many schedules are played: USHER_FUZZ_RUNS, else what the short or the long form has. */
export function scheduleRuns(short: number, long: number): number {
  return Number(process.env.USHER_FUZZ_RUNS ?? (process.env.USHER_TEST_LONG ? long : short));
}

const seed = process.env.USHER_FUZZ_SEED;
const path = process.env.USHER_FUZZ_PATH;
export const scheduleSeed = {
  ...(seed === undefined ? {} : { seed: Number(seed) }),
  ...(path === undefined ? {} : { path }),
};
