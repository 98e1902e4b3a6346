/** A product's use by day or by person: the kept sums, corrected by what is not in them yet. */
import type { UsageTotals } from '../../shared/rest.ts';
import { type Clock, DAY } from '../../shared/time.ts';
import type { ReadModel } from '../read-model.ts';
import type { Records } from '../stores/records.ts';
import type { DaySum, Shares, UnfoldedSession } from '../stores/usage-days.ts';
import { sharesOf } from './day-shares.ts';

export interface TotalsParts {
  readonly records: Records;
  readonly readModel: ReadModel;
  readonly clock: Clock;
}

export interface TotalsQuery {
  readonly productId: string;
  /** Midnights, UTC. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly by: 'day' | 'user';
}

export interface Totals {
  readonly grantedMs: number;
  readonly actualMs: number;
  readonly overageMs: number;
}

export async function readUsageTotals(parts: TotalsParts, query: TotalsQuery): Promise<UsageTotals> {
  const { records, readModel, clock } = parts;
  const { productId, fromMs, toMs, by } = query;
  const range = { fromDay: fromMs / DAY, toDay: toMs / DAY };
  const { sums, unfolded } = await records.usageDays.read({ productId, by, ...range });
  const isCounted = readModel.product(productId).poolIds.length > 0;
  const keyOf = (sum: DaySum) => (by === 'day' ? String(sum.day) : sum.userId);
  const lines = new Map<string, Totals>();
  const add = (sum: DaySum, sign: 1 | -1) => addTo(lines, keyOf(sum), totalsOf(sum, isCounted), sign);
  for (const sum of sums) add(sum, 1);
  for (const session of unfolded) {
    for (const sum of daysOf(session.kept, productId, range)) add(sum, -1);
    for (const sum of daysOf(sharesNow(session, clock), productId, range)) add(sum, 1);
  }
  const used = [...lines].filter(([, totals]) => totals.grantedMs !== 0 || totals.overageMs !== 0);
  const { names } = readModel;
  return {
    productId,
    productName: names.productName(productId),
    fromMs,
    toMs,
    total: used.reduce((sum, [, totals]) => plus(sum, totals, 1), NOTHING),
    days:
      by === 'day'
        ? used
            .map(([day, totals]) => ({ dayMs: Number(day) * DAY, ...totals }))
            .sort((a, b) => a.dayMs - b.dayMs)
        : [],
    users:
      by === 'user'
        ? used
            .map(([userId, totals]) => ({ userId, userName: names.userName(userId), ...totals }))
            .sort((a, b) => b.grantedMs - a.grantedMs || (a.userId < b.userId ? -1 : 1))
        : [],
  };
}

const NOTHING: Totals = { grantedMs: 0, actualMs: 0, overageMs: 0 };

/** Time without a seat is overage only where a pool counts the product, or where the session had a seat once. */
const totalsOf = ({ grantedMs, actualMs, overageMs, unseatedMs }: DaySum, isCounted: boolean): Totals => ({
  grantedMs,
  actualMs,
  overageMs: overageMs + (isCounted ? unseatedMs : 0),
});

function addTo(lines: Map<string, Totals>, key: string, totals: Totals, sign: 1 | -1): void {
  lines.set(key, plus(lines.get(key) ?? NOTHING, totals, sign));
}

const plus = (a: Totals, b: Totals, sign: 1 | -1): Totals => ({
  grantedMs: a.grantedMs + sign * b.grantedMs,
  actualMs: a.actualMs + sign * b.actualMs,
  overageMs: a.overageMs + sign * b.overageMs,
});

function sharesNow({ session, intervals, grants }: UnfoldedSession, clock: Clock): Shares | null {
  return session === null ? null : sharesOf({ session, intervals, grants }, clock.wallMs());
}

function daysOf(
  shares: Shares | null,
  productId: string,
  { fromDay, toDay }: { readonly fromDay: number; readonly toDay: number },
): DaySum[] {
  if (shares?.productId !== productId) return [];
  return shares.days
    .filter(({ day }) => day >= fromDay && day < toDay)
    .map((share) => ({ ...share, userId: shares.userId }));
}
