/**
 * Usage summed up by day, on every store: whatever comes in whatever order, folded or not, the report says what a naive
 * count of hours says.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadModel } from '../../server/read-model.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { foldSome, startDayKeeper } from '../../server/usage/day-keeper.ts';
import { readUsageTotals } from '../../server/usage/usage-totals.ts';
import { DAY, HOUR } from '../../shared/time.ts';
import { STORE_PLACES, type StorePlace } from '../support/a-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import {
  at,
  changeOf,
  type NaiveTotals,
  NOW_HOUR,
  naiveHours,
  naiveSessions,
  naiveTotals,
  PRODUCTS,
  START_MS,
  sayings,
  USERS,
} from '../support/naive-usage.ts';

const RUNS: Record<string, number> = { memory: 150, sqlite: 40, postgres: 25 };

const isSomething = ({ grantedMs, overageMs }: NaiveTotals) => grantedMs !== 0 || overageMs !== 0;

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
    const said = (to: number) => [
      changeOf('late', 0, { kind: 'session', user: 0, product: 0, from: 0, to }),
      changeOf('late', 0, { kind: 'grant', id: 0, from: 0, to }),
    ];
    while ((await foldSome(usageDays, clock)) > 0);
    await store.records.write(said(3));
    const unfolded = await usageDays.endedUnfolded(10);
    await store.records.write(said(7));

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
