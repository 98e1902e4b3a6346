/**
 * The usage record of one session, computed from what is stored about it and nothing else. Pure: a correction that
 * came later, or a fact that came twice, gives the record it should have given at once.
 */
import type { UsageRecord } from '../../shared/rest.ts';
import type { UsageGrantRow, UsageIntervalRow, UsageSessionRow } from '../stores/records.ts';
import { intersect, lengthMs, type Stretch, subtract, unite } from './stretches.ts';

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

const isActive = ({ activity }: UsageIntervalRow) => activity.state === 'active';

/** The time a session had a seat; several leases at once (tokens, suites) count once. */
function grantedStretches(grants: readonly UsageGrantRow[], nowMs: number): Stretch[] {
  return unite(grants.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs ?? nowMs })));
}

/**
 * The gaps that are not use: stretches without activity, idle, locked and suspended ones run together, that last at
 * least `usageIdleAfterMs`. Where nobody said anything, and where two intervals disagree, activity is assumed.
 */
function unusedStretches({ session, intervals, nowMs }: UsageSources): Stretch[] {
  const endMs = session.endedAtMs ?? nowMs;
  const asStretch = ({ fromMs, toMs }: UsageIntervalRow) => ({
    fromMs,
    toMs: Math.min(toMs ?? endMs, endMs),
  });
  const silent = unite(intervals.filter((interval) => !isActive(interval)).map(asStretch));
  const active = unite(intervals.filter(isActive).map(asStretch));
  return subtract(silent, active).filter(({ fromMs, toMs }) => toMs - fromMs >= session.usageIdleAfterMs);
}

export function makeUsageRecord(sources: UsageSources): UsageRecord {
  const { session, intervals, grants, names, isCounted, nowMs } = sources;
  const granted = grantedStretches(grants, nowMs);
  const grantedMs = lengthMs(granted);
  const unusedMs = lengthMs(intersect(granted, unusedStretches(sources)));
  const life = unite([{ fromMs: session.startedAtMs, toMs: session.endedAtMs ?? nowMs }]);
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
    grantedMs,
    actualMs: grantedMs - unusedMs,
    overageMs: isCounted ? lengthMs(subtract(life, granted)) : 0,
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
