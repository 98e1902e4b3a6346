/** The questions of usage-days.ts in SQL, for databases whose tables are alike; how they are asked is the store's. */
import { columnsOf, type Dialect, plainRowOf, type Question, questionOf, sqlName } from './record-columns.ts';
import type { PlainRow, RecordQuery } from './record-tables.ts';
import type { UsageGrantRow, UsageIntervalRow, UsageSessionRow } from './records.ts';
import { type DaySum, sharesFrom, type UnfoldedSession, type UsageDaysQuery } from './usage-days.ts';

type Row = Readonly<Record<string, unknown>>;

export function sumsQuestion<Value>(query: UsageDaysQuery, dialect: Dialect<Value>): Question<Value> {
  const { productId, fromDay, toDay, by } = query;
  const group = by === 'day' ? 'day' : 'user_id';
  const other = by === 'day' ? `'' AS user_id` : 'MIN(day) AS day';
  return {
    text: `SELECT ${group}, ${other}, SUM(granted_ms) AS granted_ms, SUM(actual_ms) AS actual_ms,
             SUM(overage_ms) AS overage_ms, SUM(unseated_ms) AS unseated_ms
           FROM usage_days
           WHERE product_id = ${dialect.mark(1)} AND day >= ${dialect.mark(2)} AND day < ${dialect.mark(3)}
           GROUP BY ${group} ORDER BY ${group}`,
    values: [
      dialect.stored(productId, 'text'),
      dialect.stored(fromDay, 'integer'),
      dialect.stored(toDay, 'integer'),
    ],
  };
}

export function sumFrom(row: Row): DaySum {
  return {
    day: Number(row.day),
    userId: String(row.user_id),
    grantedMs: Number(row.granted_ms),
    actualMs: Number(row.actual_ms),
    overageMs: Number(row.overage_ms),
    unseatedMs: Number(row.unseated_ms),
  };
}

/**
 * @param join from `marks` to the sessions' table, called `sessions`
 * @param limit null: all of them; else only those that are ended or unknown
 */
export function unfoldedQuestion<Value>(
  join: string,
  limit: number | null,
  dialect: Dialect<Value>,
): Question<Value> {
  const columns = [...columnsOf('usageSession').keys()].map((name) => `sessions.${sqlName(name)}`).join(', ');
  const ended = 'WHERE sessions.session_id IS NULL OR sessions.ended_at_ms IS NOT NULL';
  return {
    text: `SELECT marks.session_id AS marked_id, marks.version, sessions.folded_days, ${columns}
           FROM usage_unfolded AS marks ${join}
           ${limit === null ? '' : `${ended} ORDER BY marks.session_id LIMIT ${dialect.mark(1)}`}`,
    values: limit === null ? [] : [dialect.stored(limit, 'integer')],
  };
}

/** The questions for the intervals and grants of sessions. */
export function partsQuestions<Value>(ids: readonly string[], dialect: Dialect<Value>) {
  const where = [{ column: 'sessionId', is: 'one-of', values: ids } as const];
  const rest = { where, order: ['sessionId'], descending: false, after: null, limit: null };
  const ask = (record: RecordQuery['record']) => questionOf({ record, ...rest }, dialect);
  return { intervals: ask('usageInterval'), grants: ask('usageGrant') };
}

/** Puts the rows of the three questions together. */
export function unfoldedFrom<Value>(
  marks: readonly Row[],
  intervals: readonly Row[],
  grants: readonly Row[],
  dialect: Dialect<Value>,
): UnfoldedSession[] {
  const plain = (record: RecordQuery['record'], rows: readonly Row[]) =>
    rows.map((row) => plainRowOf(row, record, dialect));
  const intervalsOf = bySession(plain('usageInterval', intervals) as unknown as UsageIntervalRow[]);
  const grantsOf = bySession(plain('usageGrant', grants) as unknown as UsageGrantRow[]);
  return marks.map((row) => {
    const sessionId = String(row.marked_id);
    const session: PlainRow | null =
      row.session_id === null ? null : plainRowOf(row, 'usageSession', dialect);
    return {
      sessionId,
      version: Number(row.version),
      session: session as UsageSessionRow | null,
      intervals: intervalsOf.get(sessionId) ?? [],
      grants: grantsOf.get(sessionId) ?? [],
      kept: sharesFrom(row.folded_days === null ? null : String(row.folded_days)),
    };
  });
}

const bySession = <T extends { readonly sessionId: string }>(rows: readonly T[]): Map<string, T[]> =>
  Map.groupBy(rows, ({ sessionId }) => sessionId);

export const idsOf = (marks: readonly Row[]): string[] => marks.map((row) => String(row.marked_id));
