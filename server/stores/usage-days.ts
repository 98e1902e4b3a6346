/**
 * Usage summed up by UTC day, and what is not in the sums yet. Every write of usage marks its session as unfolded, in
 * the same transaction. Folding puts a session's own shares into the sums, in the place of those that it had there
 * before; they are kept with the session, so that a correction of the past changes the sums by exactly what it changes.
 * The sums are therefore always those of the kept shares, and every session whose kept shares may be out of date is
 * marked: sums, minus the kept shares of marked sessions, plus what those come to now, is exact at any moment.
 */
import type { UsageGrantRow, UsageIntervalRow, UsageSessionRow } from './usage-rows.ts';

/** One product's use by one person on one day. */
export interface DaySum {
  /** Days since 1970-01-01, UTC. */
  readonly day: number;
  readonly userId: string;
  readonly grantedMs: number;
  readonly actualMs: number;
  /** Time without a seat of sessions that had one for some time. */
  readonly overageMs: number;
  /** Time of sessions that never had a seat: overage where a pool counts the product. */
  readonly unseatedMs: number;
}

/** What a session has in the sums. */
export interface Shares {
  readonly productId: string;
  readonly userId: string;
  readonly days: readonly Omit<DaySum, 'userId'>[];
}

/** A session that changed since it was folded, with everything that its shares are computed from. */
export interface UnfoldedSession {
  readonly sessionId: string;
  /** Grows with every change; a fold that was computed from an older one leaves the mark. */
  readonly version: number;
  /** null: there are intervals or grants, but nobody told of the session. */
  readonly session: UsageSessionRow | null;
  readonly intervals: readonly UsageIntervalRow[];
  readonly grants: readonly UsageGrantRow[];
  readonly kept: Shares | null;
}

export interface Fold {
  readonly sessionId: string;
  readonly version: number;
  readonly before: Shares | null;
  readonly after: Shares | null;
}

export interface UsageDaysQuery {
  readonly productId: string;
  /** Days [fromDay, toDay). */
  readonly fromDay: number;
  readonly toDay: number;
  /** user: summed up over the days, with `day` of the first. */
  readonly by: 'day' | 'user';
}

/** At one moment. */
export interface UsageDaysAnswer {
  /** by day: userId is ''. */
  readonly sums: readonly DaySum[];
  /** All of them, of every product. */
  readonly unfolded: readonly UnfoldedSession[];
}

export interface UsageDays {
  read(query: UsageDaysQuery): Promise<UsageDaysAnswer>;
  /** Ended ones, and marks without a session; the lowest ids first. */
  endedUnfolded(limit: number): Promise<readonly UnfoldedSession[]>;
  /** Does nothing for a session whose kept shares are not `before` any more. */
  fold(folds: readonly Fold[]): Promise<void>;
}

type ShareTuple = [day: number, grantedMs: number, actualMs: number, overageMs: number, unseatedMs: number];

/** Equal shares give equal texts. */
export function textOfShares(shares: Shares | null): string | null {
  if (shares === null) return null;
  const days = shares.days.map(
    (one): ShareTuple => [one.day, one.grantedMs, one.actualMs, one.overageMs, one.unseatedMs],
  );
  return JSON.stringify([shares.productId, shares.userId, days]);
}

export function sharesFrom(text: string | null): Shares | null {
  if (text === null) return null;
  const [productId, userId, tuples] = JSON.parse(text) as [string, string, ShareTuple[]];
  const days = tuples.map(([day, grantedMs, actualMs, overageMs, unseatedMs]) => ({
    ...{ day, grantedMs, actualMs, overageMs, unseatedMs },
  }));
  return { productId, userId, days };
}

/** What a fold changes: one line for each product, day and person. */
export interface DayDelta extends DaySum {
  readonly productId: string;
}

export function deltasOf({ before, after }: Pick<Fold, 'before' | 'after'>): DayDelta[] {
  const minus = before ? linesOf(before, -1) : [];
  const plus = after ? linesOf(after, 1) : [];
  return addUp([...minus, ...plus]).filter(isSomething);
}

const isSomething = ({ grantedMs, actualMs, overageMs, unseatedMs }: DaySum): boolean =>
  grantedMs !== 0 || actualMs !== 0 || overageMs !== 0 || unseatedMs !== 0;

function linesOf({ productId, userId, days }: Shares, sign: 1 | -1): DayDelta[] {
  return days.map(({ day, grantedMs, actualMs, overageMs, unseatedMs }) => ({
    productId,
    day,
    userId,
    grantedMs: sign * grantedMs,
    actualMs: sign * actualMs,
    overageMs: sign * overageMs,
    unseatedMs: sign * unseatedMs,
  }));
}

/** Lines of the same product, day and person become one. */
export function addUp(lines: readonly DayDelta[]): DayDelta[] {
  const sums = new Map<string, DayDelta>();
  for (const line of lines) {
    const key = JSON.stringify([line.productId, line.day, line.userId]);
    const known = sums.get(key);
    sums.set(key, known ? { ...line, ...sumOf(known, line) } : line);
  }
  return [...sums.values()];
}

type Times = Omit<DaySum, 'day' | 'userId'>;

export function sumOf(a: Times, b: Times): Times {
  return {
    grantedMs: a.grantedMs + b.grantedMs,
    actualMs: a.actualMs + b.actualMs,
    overageMs: a.overageMs + b.overageMs,
    unseatedMs: a.unseatedMs + b.unseatedMs,
  };
}
