/**
 * Usage history at size: 50 million rows (`--rows N`) on SQLite and on PostgreSQL (`--store sqlite|postgres`). A measured
 * stretch of rows goes in by the real insert path, when the database is empty and when it is full; what lies between is
 * filled in bulk. Measured: insert and fold rates, a month's report of one product, console pages near and deep.
 */

import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { systemClock } from '../../server/clock.ts';
import type { ReadModel } from '../../server/read-model.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { foldSome } from '../../server/usage/day-keeper.ts';
import { readUsageTotals } from '../../server/usage/usage-totals.ts';
import { DAY } from '../../shared/time.ts';
import { DAYS, FIRST_DAY, PRODUCTS, ROWS_PER_SESSION, sessionChanges } from './history-rows.ts';
import { type HistoryPlace, postgresPlace, sqlitePlace } from './history-store.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string' }, store: { type: 'string' }, json: { type: 'boolean' } },
});
const ROWS = Number(values.rows ?? 50_000_000);
const SMALL_ROWS = Math.min(1_000_000, ROWS / 2);
const MEASURED_SESSIONS = 20_000;
const SESSIONS_A_WRITE = 100;
const WRITES_AT_ONCE = 8;
const CHUNK_SESSIONS = 100_000;
const PAGE = 50;
const PAGES_MEASURED = 40;

const say = (text: string) => process.stderr.write(`${text}\n`);
const round = (value: number, digits = 1) => Number(value.toFixed(digits));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Several callers at once, as agents report: the store puts their writes together. */
async function insertRate({ records }: ServerStore, run: string): Promise<number> {
  let next = 0;
  const caller = async () => {
    while (next < MEASURED_SESSIONS) {
      const first = next;
      next += SESSIONS_A_WRITE;
      const changes = Array.from({ length: SESSIONS_A_WRITE }, (_, index) =>
        sessionChanges(run, first + index),
      );
      await records.write(changes.flat());
    }
  };
  const ms = await timed(() => Promise.all(Array.from({ length: WRITES_AT_ONCE }, caller)));
  return (MEASURED_SESSIONS * ROWS_PER_SESSION * 1_000) / ms;
}

async function foldRate({ records }: ServerStore): Promise<number> {
  let folded = 0;
  const ms = await timed(async () => {
    for (let some = 1; some > 0; folded += some) some = await foldSome(records.usageDays, systemClock);
  });
  return (folded * 1_000) / ms;
}

/** The three reads of a console page, at places all over [from, to) of the history; milliseconds. */
async function pageMs(
  { records }: ServerStore,
  query: { productId?: string },
  fromShare: number,
  toShare: number,
  filledDays: number,
): Promise<{ p50: number; p99: number }> {
  const samples: number[] = [];
  for (let index = 0; index < PAGES_MEASURED; index++) {
    const share = fromShare + ((toShare - fromShare) * index) / PAGES_MEASURED;
    const atMs = Math.round((FIRST_DAY + filledDays * (1 - share)) * DAY);
    const cursor = share === 0 ? null : Buffer.from(JSON.stringify([atMs, '~'])).toString('base64url');
    samples.push(
      await timed(async () => {
        const page = await records.usage.sessions(query, { limit: PAGE, cursor });
        if (page.items.length < PAGE) throw new Error('a page of the history is not full');
        const ids = page.items.map(({ sessionId }) => sessionId);
        await Promise.all([records.usage.intervals(ids), records.usage.grants(ids)]);
      }),
    );
  }
  return { p50: round(quantile(samples, 0.5), 2), p99: round(quantile(samples, 0.99), 2) };
}

async function pages(store: ServerStore, filledDays: number) {
  const productId = 'product-7';
  return {
    newest: await pageMs(store, {}, 0, 0, filledDays),
    deep: await pageMs(store, {}, 0.4, 0.95, filledDays),
    newestOfProduct: await pageMs(store, { productId }, 0, 0, filledDays),
    deepOfProduct: await pageMs(store, { productId }, 0.4, 0.95, filledDays),
  };
}

const readModel = {
  product: () => ({ poolIds: ['pool'] }),
  names: { productName: (id: string) => id, userName: (id: string) => id },
} as unknown as ReadModel;

async function monthReport({ store, naiveGrantedMs }: HistoryPlace, filledDays: number) {
  const lastDay = FIRST_DAY + Math.floor(filledDays) - 2;
  const range = { fromMs: (lastDay - 30) * DAY, toMs: lastDay * DAY };
  const parts = { records: store.records, readModel, clock: systemClock };
  const samples = { day: [] as number[], user: [] as number[] };
  let users = 0;
  for (let index = 0; index < 10; index++)
    for (const by of ['day', 'user'] as const) {
      const productId = `product-${(index * 7) % PRODUCTS}`;
      samples[by].push(
        await timed(async () => {
          const report = await readUsageTotals(parts, { productId, by, ...range });
          users = Math.max(users, report.users.length);
        }),
      );
    }
  const report = await readUsageTotals(parts, { productId: 'product-7', by: 'day', ...range });
  const naive = await naiveGrantedMs('product-7', range.fromMs, range.toMs);
  if (report.total.grantedMs !== naive)
    throw new Error(`the report says ${report.total.grantedMs}, the grants ${naive}`);
  return {
    byDayMs: round(quantile(samples.day, 0.99)),
    byUserMs: round(quantile(samples.user, 0.99)),
    users,
  };
}

async function measure(name: string, open: () => Promise<HistoryPlace>) {
  const place = await open();
  try {
    const { store } = place;
    const total = Math.floor(ROWS / ROWS_PER_SESSION);
    const small = Math.floor(SMALL_ROWS / ROWS_PER_SESSION);
    const insertRowsPerS = round(await insertRate(store, 'empty'), 0);
    const foldSessionsPerS = round(await foldRate(store), 0);
    say(`${name}: ${insertRowsPerS} rows/s into an empty database, ${foldSessionsPerS} sessions/s folded`);
    const fill = async (from: number, to: number) => {
      for (let first = from; first < to; first += CHUNK_SESSIONS) {
        await place.fill(first, Math.min(to, first + CHUNK_SESSIONS), total);
        if ((first / CHUNK_SESSIONS) % 10 === 0) say(`${name}: ${first * ROWS_PER_SESSION} rows`);
      }
      await place.settle();
    };
    const smallFillMs = await timed(() => fill(0, small));
    const smallDays = Math.max(3, (DAYS * small) / total);
    const small1 = { rows: SMALL_ROWS, pagesMs: await pages(store, smallDays) };
    say(`${name}: at ${SMALL_ROWS} rows ${JSON.stringify(small1.pagesMs)}`);
    const fillMs = await timed(() => fill(small, total));
    const full = { pagesMs: await pages(store, DAYS), monthReport: await monthReport(place, DAYS) };
    say(`${name}: at ${ROWS} rows ${JSON.stringify(full)}`);
    const insertRowsPerSAtSize = round(await insertRate(store, 'full'), 0);
    const foldSessionsPerSAtSize = round(await foldRate(store), 0);
    return {
      ...{ insertRowsPerS, insertRowsPerSAtSize, foldSessionsPerS, foldSessionsPerSAtSize },
      bulkRowsPerS: round((total * ROWS_PER_SESSION * 1_000) / (smallFillMs + fillMs), 0),
      monthReportMs: Math.max(full.monthReport.byDayMs, full.monthReport.byUserMs),
      monthReport: full.monthReport,
      pagesAtSmallMs: small1.pagesMs,
      pagesAtSizeMs: full.pagesMs,
      megabytes: round(await place.megabytes(), 0),
    };
  } finally {
    await place.remove();
  }
}

const places = { sqlite: sqlitePlace, postgres: postgresPlace };
const result: Record<string, unknown> = { rows: ROWS, smallRows: SMALL_ROWS, cores: cpus().length };
for (const [name, open] of Object.entries(places))
  if (values.store === undefined || values.store === name) result[name] = await measure(name, open);
process.stdout.write(`${JSON.stringify({ history: result })}\n`);
