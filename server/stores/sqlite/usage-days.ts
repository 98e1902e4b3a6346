/** Sums by day in SQLite: what the reading thread asks and what the writing thread changes. */

import type { SQLInputValue } from 'node:sqlite';
import type { Question } from '../record-columns.ts';
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
import { ManyRows } from './many-rows.ts';
import { SQLITE, type Statements } from './record-sql.ts';

const JOIN = 'LEFT JOIN usage_sessions AS sessions ON sessions.session_id = marks.session_id';
const IDS_AT_ONCE = 500;

/** Within one transaction of the caller: all parts are of one moment. */
export function readUsageDays(statements: Statements, query: UsageDaysQuery): UsageDaysAnswer {
  const sums = rowsOf(statements, sumsQuestion(query, SQLITE)).map(sumFrom);
  return { sums, unfolded: readUnfolded(statements, null) };
}

export function readUnfolded(statements: Statements, limit: number | null): UnfoldedSession[] {
  const marks = rowsOf(statements, unfoldedQuestion(JOIN, limit, SQLITE));
  const unfolded: UnfoldedSession[] = [];
  for (let first = 0; first < marks.length; first += IDS_AT_ONCE) {
    const some = marks.slice(first, first + IDS_AT_ONCE);
    const { intervals, grants } = partsQuestions(idsOf(some), SQLITE);
    unfolded.push(...unfoldedFrom(some, rowsOf(statements, intervals), rowsOf(statements, grants), SQLITE));
  }
  return unfolded;
}

function rowsOf(statements: Statements, { text, values }: Question<SQLInputValue>) {
  return statements.get(text).all(...values);
}

const marksOf = new WeakMap<Statements, ManyRows>();

/** Usage of these sessions was written: their shares in the sums may be out of date. */
export function markUnfolded(statements: Statements, sessionIds: Iterable<string>): void {
  let marks = marksOf.get(statements);
  if (!marks) {
    const counts = 'ON CONFLICT (session_id) DO UPDATE SET version = version + 1';
    marks = new ManyRows(statements, 'INSERT INTO usage_unfolded', '(?, 1)', counts);
    marksOf.set(statements, marks);
  }
  marks.insert([...sessionIds]);
}

export function applyFolds(statements: Statements, folds: readonly Fold[]): void {
  const keep = statements.get(
    'UPDATE usage_sessions SET folded_days = ? WHERE session_id = ? AND folded_days IS ?',
  );
  const unmark = statements.get('DELETE FROM usage_unfolded WHERE session_id = ? AND version = ?');
  const add = statements.get(
    `INSERT INTO usage_days VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       granted_ms = granted_ms + excluded.granted_ms, actual_ms = actual_ms + excluded.actual_ms,
       overage_ms = overage_ms + excluded.overage_ms, unseated_ms = unseated_ms + excluded.unseated_ms`,
  );
  for (const fold of folds) {
    const { sessionId, version, before, after } = fold;
    if (before !== null || after !== null) {
      const kept = keep.run(textOfShares(after), sessionId, textOfShares(before));
      if (kept.changes !== 1) continue;
      for (const { productId, day, userId, grantedMs, actualMs, overageMs, unseatedMs } of deltasOf(fold))
        add.run(productId, day, userId, grantedMs, actualMs, overageMs, unseatedMs);
    }
    unmark.run(sessionId, version);
  }
}
