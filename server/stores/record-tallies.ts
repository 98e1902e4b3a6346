/** Questions to the records whose answers are counts: denials by time, people by what they started. */
import type { DenialReason } from '../../shared/domain.ts';
import type { Condition, PlainRow, RecordQuery } from './record-tables.ts';
import type { DenialCount, DenialQuery, UserTally } from './tallies.ts';

/** Every zone's offset is a multiple of it, so that days of any zone can be summed up from such steps. */
export const DENIAL_STEP_MS = 15 * 60_000;

type Ask = (query: RecordQuery) => Promise<readonly PlainRow[]>;

/** Beyond every instant: an instant below it is one that is set, an open one is one that is not. */
const END_OF_TIME_MS = 9_999_999_999_999;

export function denialConditions(query: DenialQuery): Condition[] {
  const { productId, userId, reason, isFalse, fromMs, toMs } = query;
  const conditions: Condition[] = [];
  if (productId !== undefined) conditions.push({ column: 'productId', is: 'equal', value: productId });
  if (userId !== undefined) conditions.push({ column: 'userId', is: 'equal', value: userId });
  if (reason !== undefined) conditions.push({ column: 'reason', is: 'equal', value: reason });
  if (isFalse !== undefined) conditions.push(falseCondition(isFalse));
  if (fromMs !== undefined) conditions.push({ column: 'atMs', is: 'from', value: fromMs });
  if (toMs !== undefined) conditions.push({ column: 'atMs', is: 'below', value: toMs });
  return conditions;
}

const falseCondition = (isFalse: boolean): Condition => ({
  column: 'provedFalseAtMs',
  is: isFalse ? 'below' : 'open-or-above',
  value: END_OF_TIME_MS,
});

export async function countDenials(
  ask: Ask,
  range: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly DenialCount[]> {
  const counted = await Promise.all([false, true].map((isFalse) => countKind(ask, { ...range, isFalse })));
  return counted.flat();
}

async function countKind(
  ask: Ask,
  query: DenialQuery & { readonly isFalse: boolean },
): Promise<DenialCount[]> {
  const step = { column: 'atMs', ms: DENIAL_STEP_MS };
  const tally = { by: ['productId', 'reason'], step, newest: null };
  const rows = await ask({ ...TALLIED, record: 'denial', where: denialConditions(query), tally });
  return rows.map((row) => ({
    fromMs: Number(row.tallyStep) * DENIAL_STEP_MS,
    productId: String(row.productId),
    reason: row.reason as DenialReason,
    isFalse: query.isFalse,
    denials: Number(row.tallyCount),
  }));
}

/** @param fromMs of sessions that started then or later */
export async function tallyUsers(
  ask: Ask,
  productIds: readonly string[],
  fromMs: number,
): Promise<readonly UserTally[]> {
  if (productIds.length === 0) return [];
  const rows = await ask({
    ...TALLIED,
    record: 'usageSession',
    where: [
      { column: 'productId', is: 'one-of', values: productIds },
      { column: 'startedAtMs', is: 'from', value: fromMs },
    ],
    tally: { by: ['userId'], step: null, newest: 'startedAtMs' },
  });
  return rows.map((row) => ({
    userId: String(row.userId),
    sessions: Number(row.tallyCount),
    lastStartedAtMs: Number(row.tallyNewest),
  }));
}

const TALLIED = { order: [], descending: false, after: null, limit: null } as const;
