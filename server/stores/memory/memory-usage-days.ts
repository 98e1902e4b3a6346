/** Sums by day in memory: the same marks, folds and answers as a database's. */
import type { PlainRow, RecordQuery } from '../record-tables.ts';
import type { RecordChange, UsageGrantRow, UsageIntervalRow, UsageSessionRow } from '../records.ts';
import {
  addUp,
  type DayDelta,
  type DaySum,
  deltasOf,
  type Fold,
  sharesFrom,
  sumOf,
  textOfShares,
  type UnfoldedSession,
  type UsageDays,
  type UsageDaysAnswer,
  type UsageDaysQuery,
} from '../usage-days.ts';

const NOTHING = { grantedMs: 0, actualMs: 0, overageMs: 0, unseatedMs: 0 };

type Ask = (query: RecordQuery) => readonly PlainRow[];

export class MemoryUsageDays implements UsageDays {
  readonly #ask: Ask;
  readonly #versions = new Map<string, number>();
  readonly #kept = new Map<string, string>();
  #sums: readonly DayDelta[] = [];

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  mark(changes: readonly RecordChange[]): void {
    for (const change of changes) {
      if (!['usageSession', 'usageInterval', 'usageGrant'].includes(change.record)) continue;
      const { sessionId }: PlainRow = { ...(change.op === 'put' ? change.row : change.key) };
      this.#versions.set(String(sessionId), (this.#versions.get(String(sessionId)) ?? 0) + 1);
    }
  }

  async read({ productId, fromDay, toDay, by }: UsageDaysQuery): Promise<UsageDaysAnswer> {
    const lines = this.#sums.filter(
      (line) => line.productId === productId && line.day >= fromDay && line.day < toDay,
    );
    const groups = Map.groupBy(lines, (line) => (by === 'day' ? String(line.day) : line.userId));
    const sums = [...groups.values()].map((members): DaySum => {
      const day = Math.min(...members.map((line) => line.day));
      const userId = by === 'day' ? '' : (members[0]?.userId ?? '');
      return { day, userId, ...members.reduce(sumOf, NOTHING) };
    });
    return { sums, unfolded: [...this.#versions.keys()].map((sessionId) => this.#unfolded(sessionId)) };
  }

  async endedUnfolded(limit: number): Promise<readonly UnfoldedSession[]> {
    const all = [...this.#versions.keys()].sort().map((sessionId) => this.#unfolded(sessionId));
    return all.filter(({ session }) => session === null || session.endedAtMs !== null).slice(0, limit);
  }

  async fold(folds: readonly Fold[]): Promise<void> {
    for (const { sessionId, version, before, after } of folds) {
      if ((this.#kept.get(sessionId) ?? null) !== textOfShares(before)) continue;
      const text = textOfShares(after);
      if (text === null) this.#kept.delete(sessionId);
      else this.#kept.set(sessionId, text);
      this.#sums = addUp([...this.#sums, ...deltasOf({ before, after })]);
      if (this.#versions.get(sessionId) === version) this.#versions.delete(sessionId);
    }
  }

  #unfolded(sessionId: string): UnfoldedSession {
    const of = (record: RecordQuery['record']): unknown =>
      this.#ask({
        record,
        where: [{ column: 'sessionId', is: 'equal', value: sessionId }],
        order: ['sessionId'],
        descending: false,
        after: null,
        limit: null,
      });
    const [session = null] = of('usageSession') as UsageSessionRow[];
    return {
      sessionId,
      version: this.#versions.get(sessionId) ?? 0,
      session,
      intervals: of('usageInterval') as UsageIntervalRow[],
      grants: of('usageGrant') as UsageGrantRow[],
      kept: sharesFrom(this.#kept.get(sessionId) ?? null),
    };
  }
}
