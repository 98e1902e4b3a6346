/** Sums by day in PostgreSQL: the statements of marks and folds, and the reads of one moment. */

import {
  deltasOf,
  type Fold,
  textOfShares,
  type UnfoldedSession,
  type UsageDaysAnswer,
  type UsageDaysQuery,
} from '../usage-days.ts';
import {
  idsOf,
  partsQuestions,
  sumFrom,
  sumsQuestion,
  unfoldedFrom,
  unfoldedQuestion,
} from '../usage-days-sql.ts';
import { POSTGRES } from './dialect.ts';
import type { Row, Sql } from './link.ts';

type Ask = (sql: Sql) => Promise<readonly Row[]>;

const JOIN = `LEFT JOIN session_files AS files ON files.session_id = marks.session_id
  LEFT JOIN usage_sessions AS sessions
    ON sessions.session_id = marks.session_id AND sessions.filed_ms = files.filed_ms`;

/** `ask` asks within one snapshot. */
export async function readUsageDays(ask: Ask, query: UsageDaysQuery): Promise<UsageDaysAnswer> {
  const sums = (await ask(sumsQuestion(query, POSTGRES))).map(sumFrom);
  return { sums, unfolded: await readUnfolded(ask, null) };
}

export async function readUnfolded(ask: Ask, limit: number | null): Promise<UnfoldedSession[]> {
  const marks = await ask(unfoldedQuestion(JOIN, limit, POSTGRES));
  const ids = idsOf(marks);
  if (ids.length === 0) return [];
  const { intervals, grants } = partsQuestions(ids, POSTGRES);
  return unfoldedFrom(marks, await ask(intervals), await ask(grants), POSTGRES);
}

/** One statement for all folds: sessions whose kept shares are not those of `before` any more are left out of it. */
export function foldStatements(folds: readonly Fold[]): Sql[] {
  const changed = folds.filter(({ before, after }) => before !== null || after !== null);
  const deltas = changed.flatMap((fold) =>
    deltasOf(fold).map((delta) => ({ sessionId: fold.sessionId, delta })),
  );
  const values = [
    changed.map(({ sessionId }) => sessionId),
    changed.map(({ before }) => textOfShares(before)),
    changed.map(({ after }) => textOfShares(after)),
    deltas.map(({ sessionId }) => sessionId),
    deltas.map(({ delta }) => delta.productId),
    deltas.map(({ delta }) => delta.day),
    deltas.map(({ delta }) => delta.userId),
    deltas.map(({ delta }) => delta.grantedMs),
    deltas.map(({ delta }) => delta.actualMs),
    deltas.map(({ delta }) => delta.overageMs),
    deltas.map(({ delta }) => delta.unseatedMs),
  ];
  const keep: Sql = {
    text: `WITH kept AS (
      UPDATE usage_sessions AS sessions SET folded_days = fold.after
      FROM unnest($1::text[], $2::text[], $3::text[]) AS fold (session_id, before, after)
      JOIN session_files AS files ON files.session_id = fold.session_id
      WHERE sessions.session_id = fold.session_id AND sessions.filed_ms = files.filed_ms
        AND sessions.folded_days IS NOT DISTINCT FROM fold.before
      RETURNING sessions.session_id)
    INSERT INTO usage_days AS sums (product_id, day, user_id, granted_ms, actual_ms, overage_ms, unseated_ms)
    SELECT product_id, day, user_id, sum(granted_ms), sum(actual_ms), sum(overage_ms), sum(unseated_ms)
    FROM unnest($4::text[], $5::text[], $6::bigint[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
      AS delta (session_id, product_id, day, user_id, granted_ms, actual_ms, overage_ms, unseated_ms)
    JOIN kept USING (session_id)
    GROUP BY product_id, day, user_id ORDER BY product_id, day, user_id
    ON CONFLICT (product_id, day, user_id) DO UPDATE SET
      granted_ms = sums.granted_ms + excluded.granted_ms, actual_ms = sums.actual_ms + excluded.actual_ms,
      overage_ms = sums.overage_ms + excluded.overage_ms, unseated_ms = sums.unseated_ms + excluded.unseated_ms`,
    values,
  };
  const unmark: Sql = {
    text: `DELETE FROM usage_unfolded AS marks
           USING unnest($1::text[], $2::bigint[], $3::text[]) AS fold (session_id, version, after)
           WHERE marks.session_id = fold.session_id AND marks.version = fold.version
             AND (fold.after IS NULL OR EXISTS (
               SELECT 1 FROM session_files AS files
               JOIN usage_sessions AS sessions USING (session_id, filed_ms)
               WHERE files.session_id = fold.session_id AND sessions.folded_days = fold.after))`,
    values: [
      folds.map(({ sessionId }) => sessionId),
      folds.map(({ version }) => version),
      folds.map(({ after }) => textOfShares(after)),
    ],
  };
  return changed.length > 0 ? [keep, unmark] : [unmark];
}

/** Usage of these sessions is written in the same transaction. In their order, so that writers do not wait in a circle. */
export function markStatements(sessionIds: ReadonlySet<string>): Sql[] {
  if (sessionIds.size === 0) return [];
  return [
    {
      text: `INSERT INTO usage_unfolded AS marks SELECT id, 1 FROM unnest($1::text[]) AS id
             ON CONFLICT (session_id) DO UPDATE SET version = marks.version + 1`,
      values: [[...sessionIds].sort()],
    },
  ];
}
