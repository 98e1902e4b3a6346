/**
 * Usage summed up by day, on every store: whatever comes in whatever order, folded or not, the report says what a naive
 * count of hours says.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadModel } from '../../server/read-model.ts';
import type { RecordChange } from '../../server/stores/records.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { foldSome, startDayKeeper } from '../../server/usage/day-keeper.ts';
import { readUsageTotals, type Totals } from '../../server/usage/usage-totals.ts';
import type { Activity } from '../../shared/domain.ts';
import { DAY, HOUR } from '../../shared/time.ts';
import { STORE_PLACES, type StorePlace } from '../support/a-store.ts';
import { FakeClock } from '../support/fake-clock.ts';

const START_MS = Date.UTC(2026, 0, 30);
const HOURS = 24 * 5;
const NOW_HOUR = HOURS;
const USERS = ['ann', 'bob'];
const PRODUCTS = ['cad', 'mesh'];
const IDLE_AFTER_HOURS = 2;
const RUNS: Record<string, number> = { memory: 150, sqlite: 40, postgres: 25 };

const activity = (isActive: boolean): Activity =>
  isActive
    ? { state: 'active', sinceMs: 0, reasons: [] }
    : { state: 'idle', sinceMs: 0, reason: { kind: 'no-input', percentOfCore: null } };

/** What may be said about one of a few sessions; hours are counted from START_MS. */
type Saying =
  | { kind: 'session'; user: number; product: number; from: number; to: number | null }
  | { kind: 'end'; to: number | null }
  | { kind: 'interval'; id: number; isActive: boolean; from: number; to: number | null }
  | { kind: 'grant'; id: number; from: number; to: number | null }
  | { kind: 'grant-end'; id: number; to: number }
  | { kind: 'fold' };

const hour = fc.integer({ min: 0, max: HOURS - 1 });
const endHour = fc.option(fc.integer({ min: 0, max: HOURS - 1 }), { nil: null, freq: 4 });
const few = fc.integer({ min: 0, max: 2 });
const sayings = fc.array(
  fc.record({
    session: few,
    saying: fc.oneof<fc.Arbitrary<Saying>[]>(
      fc.record({
        kind: fc.constant('session'),
        user: fc.integer({ min: 0, max: 1 }),
        product: fc.integer({ min: 0, max: 1 }),
        from: hour,
        to: endHour,
      }),
      fc.record({ kind: fc.constant('end'), to: endHour }),
      fc.record({ kind: fc.constant('interval'), id: few, isActive: fc.boolean(), from: hour, to: endHour }),
      fc.record({ kind: fc.constant('grant'), id: few, from: hour, to: endHour }),
      fc.record({ kind: fc.constant('grant-end'), id: few, to: hour }),
      fc.record({ kind: fc.constant('fold') }),
    ),
  }),
  { minLength: 1, maxLength: 40 },
);

const at = (hours: number) => START_MS + hours * HOUR;
const atOrNull = (hours: number | null) => (hours === null ? null : at(hours));

function changeOf(run: string, session: number, saying: Exclude<Saying, { kind: 'fold' }>): RecordChange {
  const sessionId = `${run}-${session}`;
  switch (saying.kind) {
    case 'session': {
      const endedAtMs = atOrNull(saying.to);
      const row = {
        sessionId,
        workstationId: 'w',
        userId: USERS[saying.user] ?? '',
        productId: `${PRODUCTS[saying.product]}-${run}`,
      };
      const rest = {
        startedAtMs: at(saying.from),
        endedAtMs,
        endReason: null,
        usageIdleAfterMs: IDLE_AFTER_HOURS * HOUR,
      };
      return { record: 'usageSession', op: 'put', row: { ...row, ...rest } };
    }
    case 'end':
      return {
        record: 'usageSession',
        op: 'patch',
        key: { sessionId },
        set: { endedAtMs: atOrNull(saying.to) },
      };
    case 'interval': {
      const row = {
        sessionId,
        intervalId: `i${saying.id}`,
        activity: activity(saying.isActive),
        projectId: null,
      };
      return {
        record: 'usageInterval',
        op: 'put',
        row: { ...row, fromMs: at(saying.from), toMs: atOrNull(saying.to) },
      };
    }
    case 'grant': {
      const row = { sessionId, leaseId: `l${saying.id}`, poolId: 'p' };
      return {
        record: 'usageGrant',
        op: 'put',
        row: { ...row, fromMs: at(saying.from), toMs: atOrNull(saying.to) },
      };
    }
    case 'grant-end':
      return {
        record: 'usageGrant',
        op: 'patch',
        key: { sessionId, leaseId: `l${saying.id}` },
        set: { toMs: at(saying.to) },
      };
  }
}

interface NaiveSession {
  session: Extract<Saying, { kind: 'session' }> | null;
  intervals: Map<number, Extract<Saying, { kind: 'interval' }>>;
  grants: Map<number, { from: number; to: number | null }>;
}

/** The last word on each thing, as anybody would keep it. */
function naiveSessions(all: readonly { session: number; saying: Saying }[]): NaiveSession[] {
  const sessions = new Map<number, NaiveSession>();
  for (const { session: number, saying } of all) {
    const one = sessions.get(number) ?? { session: null, intervals: new Map(), grants: new Map() };
    sessions.set(number, one);
    if (saying.kind === 'session') one.session = saying;
    if (saying.kind === 'end' && one.session) one.session = { ...one.session, to: saying.to };
    if (saying.kind === 'interval') one.intervals.set(saying.id, saying);
    if (saying.kind === 'grant') one.grants.set(saying.id, saying);
    const grant = saying.kind === 'grant-end' ? one.grants.get(saying.id) : undefined;
    if (saying.kind === 'grant-end' && grant) one.grants.set(saying.id, { ...grant, to: saying.to });
  }
  return [...sessions.values()];
}

type Hour = { user: string; product: string; day: number; granted: boolean; used: boolean; overage: boolean };

/** Hour by hour. */
function naiveHours({ session, intervals, grants }: NaiveSession, isCounted: boolean): Hour[] {
  if (!session) return [];
  const end = session.to ?? NOW_HOUR;
  const covers = (one: { from: number; to: number | null }, hour: number, openEnd: number) =>
    hour >= one.from && hour < (one.to ?? openEnd);
  const ticks = Array.from({ length: HOURS }, (_, hour) => hour);
  const said = (hour: number, isActive: boolean) =>
    [...intervals.values()].some((one) => one.isActive === isActive && hour < end && covers(one, hour, end));
  const silent = ticks.map((hour) => said(hour, false) && !said(hour, true));
  const isGap = (hour: number) => {
    let first = hour;
    let last = hour;
    while (silent[first - 1]) first--;
    while (silent[last + 1]) last++;
    return silent[hour] === true && last - first + 1 >= IDLE_AFTER_HOURS;
  };
  return ticks.map((hour) => {
    const granted = [...grants.values()].some((one) => covers(one, hour, end));
    const lives = hour >= session.from && hour < end;
    return {
      user: USERS[session.user] ?? '',
      product: PRODUCTS[session.product] ?? '',
      day: Math.floor(hour / 24),
      granted,
      used: granted && !isGap(hour),
      overage: lives && !granted && (isCounted || grants.size > 0),
    };
  });
}

function naiveTotals(hours: readonly Hour[]): Totals {
  const count = (is: (one: Hour) => boolean) => hours.filter(is).length * HOUR;
  return {
    grantedMs: count(({ granted }) => granted),
    actualMs: count(({ used }) => used),
    overageMs: count(({ overage }) => overage),
  };
}

const isSomething = ({ grantedMs, overageMs }: Totals) => grantedMs !== 0 || overageMs !== 0;

describe.each(Object.entries(STORE_PLACES))('usage by day in the %s store', (name, makePlace) => {
  let place: StorePlace;
  let store: ServerStore;
  let runs = 0;

  beforeAll(async () => {
    place = makePlace();
    store = await place.open();
  });
  afterAll(async () => {
    await store.close();
    await place.remove();
  });

  const clock = new FakeClock({ wallMs: at(NOW_HOUR) });
  const reportOf = (productId: string, by: 'day' | 'user', days: [number, number], isCounted: boolean) => {
    const readModel = {
      product: () => ({ poolIds: isCounted ? ['p'] : [] }),
      names: { productName: (id: string) => id, userName: (id: string) => id },
    } as unknown as ReadModel;
    const query = { productId, by, fromMs: START_MS + days[0] * DAY, toMs: START_MS + days[1] * DAY };
    return readUsageTotals({ records: store.records, readModel, clock }, query);
  };

  it('is what a naive count of hours says, under corrections of the past, folded or not', async () => {
    const property = fc.asyncProperty(sayings, fc.boolean(), async (all, isCounted) => {
      const run = `run${++runs}`;
      for (const { session, saying } of all) {
        if (saying.kind === 'fold') await foldSome(store.records.usageDays, clock, 2);
        else await store.records.write([changeOf(run, session, saying)]);
      }
      const hours = naiveSessions(all).flatMap((one) => naiveHours(one, isCounted));
      for (const product of PRODUCTS) {
        const ofProduct = hours.filter((one) => one.product === product);
        const byDay = await reportOf(`${product}-${run}`, 'day', [0, 5], isCounted);
        const days = [0, 1, 2, 3, 4].map((day) => ({
          dayMs: START_MS + day * DAY,
          ...naiveTotals(ofProduct.filter((one) => one.day === day)),
        }));
        expect(byDay.days).toEqual(days.filter(isSomething));
        expect(byDay.total).toEqual(naiveTotals(ofProduct));
        const byUser = await reportOf(`${product}-${run}`, 'user', [1, 3], isCounted);
        const within = ofProduct.filter(({ day }) => day >= 1 && day < 3);
        const users = USERS.map((userId) => ({
          userId,
          userName: userId,
          ...naiveTotals(within.filter(({ user }) => user === userId)),
        }));
        expect([...byUser.users].sort((a, b) => (a.userId < b.userId ? -1 : 1))).toEqual(
          users.filter(isSomething),
        );
      }
    });
    await fc.assert(property, { numRuns: RUNS[name] ?? 20 });
  });

  it('loses no change that comes between reading and folding', async () => {
    const { usageDays } = store.records;
    const said = (to: number, id: string) => [
      changeOf('late', 0, { kind: 'session', user: 0, product: 0, from: 0, to }),
      { ...changeOf('late', 0, { kind: 'grant', id: 0, from: 0, to }), id } as RecordChange,
    ];
    while ((await foldSome(usageDays, clock)) > 0);
    await store.records.write(said(3, 'a'));
    const unfolded = await usageDays.endedUnfolded(10);
    await store.records.write(said(7, 'b'));

    const { sessionId = '', version = 0 } = unfolded[0] ?? {};
    const three = {
      day: START_MS / DAY,
      grantedMs: 3 * HOUR,
      actualMs: 3 * HOUR,
      overageMs: 0,
      unseatedMs: 0,
    };
    const after = { productId: 'cad-late', userId: 'ann', days: [three] };
    await usageDays.fold([{ sessionId, version, before: null, after }]);
    await usageDays.fold([{ sessionId, version, before: null, after }]);

    expect((await reportOf('cad-late', 'day', [0, 5], true)).total.grantedMs).toBe(7 * HOUR);
    while ((await foldSome(usageDays, clock)) > 0);
    expect((await reportOf('cad-late', 'day', [0, 5], true)).total.grantedMs).toBe(7 * HOUR);
    expect(await usageDays.endedUnfolded(10)).toEqual([]);
  });

  it('is folded by the keeper in the background, and goes on after a failure', async () => {
    const { usageDays } = store.records;
    const problems: string[] = [];
    let failures = 1;
    const keeperClock = new FakeClock({ wallMs: at(NOW_HOUR) });
    const keeper = startDayKeeper({
      usageDays: {
        ...{ read: (query) => usageDays.read(query), fold: (folds) => usageDays.fold(folds) },
        endedUnfolded: async (limit) => {
          if (failures-- > 0) throw new Error('the disk is tired');
          return usageDays.endedUnfolded(limit);
        },
      },
      clock: keeperClock,
      onProblem: (sentence) => problems.push(sentence),
    });
    await store.records.write([
      changeOf('kept', 0, { kind: 'session', user: 0, product: 0, from: 0, to: 3 }),
    ]);

    const deadline = Date.now() + 20_000;
    while ((await usageDays.endedUnfolded(10)).length > 0 && Date.now() < deadline) {
      await keeperClock.advanceAsync(5_000);
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(await usageDays.endedUnfolded(10)).toEqual([]);
    expect(problems).toHaveLength(1);
    await keeper.stop();
  });
});
