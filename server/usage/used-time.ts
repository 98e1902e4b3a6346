/** Which of a session's time it had a seat, which of that it was used, and which it went without. Pure. */
import type { UsageGrantRow, UsageIntervalRow, UsageSessionRow } from '../stores/records.ts';
import { intersect, type Stretch, subtract, unite } from './stretches.ts';

export interface TimeSources {
  readonly session: UsageSessionRow;
  /** One row for each intervalId: its last word. */
  readonly intervals: readonly UsageIntervalRow[];
  readonly grants: readonly UsageGrantRow[];
  /** Where what is still going on ends for now. */
  readonly nowMs: number;
}

export interface UsedTime {
  readonly granted: readonly Stretch[];
  /** Of the granted time. */
  readonly actual: readonly Stretch[];
  readonly ungranted: readonly Stretch[];
}

export function usedTime(sources: TimeSources): UsedTime {
  const { session, grants, nowMs } = sources;
  // Who has ended has no seat any more, whatever the end of the grant says.
  const granted = grantedStretches(grants, session.endedAtMs ?? nowMs);
  const life = unite([{ fromMs: session.startedAtMs, toMs: session.endedAtMs ?? nowMs }]);
  const unused = intersect(granted, unusedStretches(sources));
  return { granted, actual: subtract(granted, unused), ungranted: subtract(life, granted) };
}

const isActive = ({ activity }: UsageIntervalRow) => activity.state === 'active';

/** The time a session had a seat; several leases at once (tokens, suites) count once. */
function grantedStretches(grants: readonly UsageGrantRow[], openEndMs: number): Stretch[] {
  return unite(grants.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs ?? openEndMs })));
}

/**
 * The gaps that are not use: stretches without activity, idle, locked and suspended ones run together, that last at
 * least `usageIdleAfterMs`. Where nobody said anything, and where two intervals disagree, activity is assumed.
 */
function unusedStretches({ session, intervals, nowMs }: TimeSources): Stretch[] {
  const endMs = session.endedAtMs ?? nowMs;
  const asStretch = ({ fromMs, toMs }: UsageIntervalRow) => ({
    fromMs,
    toMs: Math.min(toMs ?? endMs, endMs),
  });
  const silent = unite(intervals.filter((interval) => !isActive(interval)).map(asStretch));
  const active = unite(intervals.filter(isActive).map(asStretch));
  return subtract(silent, active).filter(({ fromMs, toMs }) => toMs - fromMs >= session.usageIdleAfterMs);
}
