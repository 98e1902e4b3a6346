/** Denials by day, product, pool and reason, true and false ones apart. Pure over the counts of the records. */
import { DateTime } from 'luxon';
import type { DenialReport } from '../../shared/rest/denials.ts';
import type { DenialCount } from '../stores/tallies.ts';

interface Counts {
  readonly denials: number;
  readonly falseDenials: number;
}

export interface ReportNames {
  productName(productId: string): string;
  poolName(poolId: string): string;
  poolIdsOf(productId: string): readonly string[];
}

/** Midnight of the first day of the report, in the zone. */
export function firstMidnightMs(nowMs: number, days: number, timeZone: string): number {
  return DateTime.fromMillis(nowMs, { zone: timeZone })
    .startOf('day')
    .minus({ days: days - 1 })
    .startOf('day')
    .toMillis();
}

function dayNames(fromMs: number, nowMs: number, timeZone: string): string[] {
  const names: string[] = [];
  const end = DateTime.fromMillis(nowMs, { zone: timeZone });
  for (let day = DateTime.fromMillis(fromMs, { zone: timeZone }); day <= end; day = day.plus({ days: 1 }))
    names.push(day.toISODate() ?? '');
  return names;
}

const sumOf = (rows: readonly DenialCount[]): Counts => ({
  denials: rows.reduce((sum, { isFalse, denials }) => sum + (isFalse ? 0 : denials), 0),
  falseDenials: rows.reduce((sum, { isFalse, denials }) => sum + (isFalse ? denials : 0), 0),
});

const mostFirst = (left: Counts, right: Counts): number =>
  right.denials - left.denials || right.falseDenials - left.falseDenials;

export function denialReport(
  counts: readonly DenialCount[],
  { fromMs, nowMs, timeZone }: { fromMs: number; nowMs: number; timeZone: string },
  names: ReportNames,
): DenialReport {
  const days = dayNames(fromMs, nowMs, timeZone);
  const dayOf = (atMs: number) => DateTime.fromMillis(atMs, { zone: timeZone }).toISODate() ?? '';
  const byDay = (rows: readonly DenialCount[]) => {
    const groups = Map.groupBy(rows, (row) => dayOf(row.fromMs));
    return days.map((day) => ({ day, ...sumOf(groups.get(day) ?? []) }));
  };
  const products = [...Map.groupBy(counts, ({ productId }) => productId)].map(([productId, rows]) => ({
    productId,
    productName: names.productName(productId),
    ...sumOf(rows),
    days: byDay(rows),
  }));
  const poolIds = new Set(products.flatMap(({ productId }) => names.poolIdsOf(productId)));
  const pools = [...poolIds].map((poolId) => ({
    poolId,
    poolName: names.poolName(poolId),
    ...sumOf(counts.filter(({ productId }) => names.poolIdsOf(productId).includes(poolId))),
  }));
  const reasons = [...Map.groupBy(counts, ({ reason }) => reason)].map(([reason, rows]) => ({
    reason,
    ...sumOf(rows),
  }));
  return {
    fromMs,
    timeZone,
    days: byDay(counts),
    products: products.toSorted(mostFirst),
    pools: pools.toSorted(mostFirst),
    reasons: reasons.toSorted(mostFirst),
  };
}
