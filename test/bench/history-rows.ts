/** What the history bench is about: who used what for how long, as changes for the real insert path. */
import type { RecordChange } from '../../server/stores/records.ts';
import { DAY, HOUR, MINUTE } from '../../shared/time.ts';

/** Two years, up to yesterday as seen by a store that files nothing in the far future. */
export const DAYS = 720;
export const FIRST_DAY = Math.floor(Date.now() / DAY) - DAYS;
export const USERS = 3_000;
export const PRODUCTS = 30;
/** A session, its grant, and four intervals. */
export const ROWS_PER_SESSION = 6;

/** One ended session with its rows, at the end of the two years; `index` makes its ids its own. */
export function sessionChanges(run: string, index: number): RecordChange[] {
  const sessionId = `${run}-${index.toString(36)}-${((index * 2_654_435_761) % 4_294_967_296).toString(16)}`;
  const startedAtMs = (FIRST_DAY + DAYS - 1) * DAY + 8 * HOUR + (index % 28_800) * 1_000;
  const quarterMs = (1 + (index % 60)) * MINUTE;
  const endedAtMs = startedAtMs + 4 * quarterMs;
  const userId = `user-${index % USERS}`;
  const productId = `product-${index % PRODUCTS}`;
  const session = {
    sessionId,
    userId,
    workstationId: `workstation-of-${userId}`,
    productId,
    startedAtMs,
    endedAtMs,
  };
  const grant = {
    sessionId,
    leaseId: `lease-${sessionId}`,
    poolId: productId,
    fromMs: startedAtMs,
    toMs: endedAtMs,
  };
  return [
    {
      record: 'usageSession',
      op: 'put',
      row: { ...session, endReason: 'exit', usageIdleAfterMs: 5 * MINUTE },
    },
    { record: 'usageGrant', op: 'put', row: grant },
    ...[0, 1, 2, 3].map((quarter): RecordChange => {
      const fromMs = startedAtMs + quarter * quarterMs;
      const activity =
        quarter % 2 === 0
          ? ({ state: 'active', sinceMs: fromMs, reasons: [] } as const)
          : ({ state: 'idle', sinceMs: fromMs, reason: { kind: 'no-input', percentOfCore: null } } as const);
      const row = {
        intervalId: `interval-${quarter}`,
        sessionId,
        activity,
        fromMs,
        toMs: fromMs + quarterMs,
        projectId: null,
      };
      return { record: 'usageInterval', op: 'put', row };
    }),
  ];
}
