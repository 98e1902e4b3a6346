/** Sums of usage records by product. Pure. */
import type { UsageRecord } from '../../../shared/rest.ts';

export interface UsageSum {
  readonly productId: string;
  readonly productName: string;
  readonly sessions: number;
  readonly people: number;
  readonly grantedMs: number;
  readonly actualMs: number;
  readonly overageMs: number;
}

export function sumByProduct(records: readonly UsageRecord[]): UsageSum[] {
  const groups = Map.groupBy(records, ({ productId }) => productId);
  const total = (rows: readonly UsageRecord[], of: (row: UsageRecord) => number) =>
    rows.reduce((sum, row) => sum + of(row), 0);
  return [...groups].map(([productId, rows]) => ({
    productId,
    productName: rows[0]?.productName ?? productId,
    sessions: rows.length,
    people: new Set(rows.map(({ userId }) => userId)).size,
    grantedMs: total(rows, ({ grantedMs }) => grantedMs),
    actualMs: total(rows, ({ actualMs }) => actualMs),
    overageMs: total(rows, ({ overageMs }) => overageMs),
  }));
}

/** Share of the granted time that was used, 0 to 1; null where nothing was granted. */
export function usedShare({ grantedMs, actualMs }: Pick<UsageSum, 'grantedMs' | 'actualMs'>): number | null {
  return grantedMs === 0 ? null : Math.min(1, actualMs / grantedMs);
}
