/**
 * The usage record of one session, computed from what is stored about it and nothing else. Pure: a correction that
 * came later, or a fact that came twice, gives the record it should have given at once.
 */
import type { UsageRecord } from '../../shared/rest.ts';
import type { UsageGrantRow, UsageIntervalRow, UsageSessionRow } from '../stores/records.ts';
import { lengthMs } from './stretches.ts';
import { usedTime } from './used-time.ts';

export interface UsageNames {
  readonly userName: string;
  readonly workstationName: string;
  readonly productName: string;
  readonly simulated: boolean;
}

export interface UsageSources {
  readonly session: UsageSessionRow;
  /** One row for each intervalId: its last word. */
  readonly intervals: readonly UsageIntervalRow[];
  readonly grants: readonly UsageGrantRow[];
  readonly names: UsageNames;
  /** false: no pool counts the product, so running without a seat is not overage. */
  readonly isCounted: boolean;
  /** Where what is still going on ends for now. */
  readonly nowMs: number;
}

export function makeUsageRecord(sources: UsageSources): UsageRecord {
  const { session, intervals, grants, names, isCounted, nowMs } = sources;
  const { granted, actual, ungranted } = usedTime({ session, intervals, grants, nowMs });
  return {
    sessionId: session.sessionId,
    userId: session.userId,
    userName: names.userName,
    workstationId: session.workstationId,
    workstationName: names.workstationName,
    productId: session.productId,
    productName: names.productName,
    startedAtMs: session.startedAtMs,
    endedAtMs: session.endedAtMs,
    endReason: session.endReason,
    grantedMs: lengthMs(granted),
    actualMs: lengthMs(actual),
    overageMs: isCounted ? lengthMs(ungranted) : 0,
    usageIdleAfterMs: session.usageIdleAfterMs,
    grants: grants.map(({ leaseId, poolId, fromMs, toMs }) => ({ leaseId, poolId, fromMs, toMs })),
    intervals: intervals.map(({ intervalId, activity, fromMs, toMs, projectId }) => ({
      intervalId,
      state: activity.state,
      activity,
      fromMs,
      toMs,
      projectId,
    })),
    simulated: names.simulated,
  };
}
