/** Why a session counts as active or idle, as one sentence that a person can check. Pure; shared by every face. */
import type { ActiveReason, Activity, IdleUnknownBecause } from './domain.ts';
import { type FormatClock, formatDuration } from './durations.ts';
import { assertNever } from './outcome.ts';

/** "0.3", "12": one decimal below ten, none above. */
export function formatPercent(percent: number): string {
  return percent < 10 ? percent.toFixed(1) : Math.round(percent).toString();
}

/** Bytes per second with binary units, as the systems' own monitors show them: "340 KiB/s". */
export function formatByteRate(bytesPerSecond: number): string {
  const units = ['B/s', 'KiB/s', 'MiB/s', 'GiB/s'];
  let value = bytesPerSecond;
  let index = 0;
  while (value >= 1024 && index < units.length - 1) {
    value /= 1024;
    index++;
  }
  return `${value < 10 && index > 0 ? value.toFixed(1) : Math.round(value)} ${units[index]}`;
}

/** The state and how long: "idle 34 min", "active", "locked 2 h 10 min". Fits a badge. */
export function nameActivity(activity: Activity, nowMs: number): string {
  switch (activity.state) {
    case 'active':
      return 'active';
    case 'idle':
    case 'locked':
    case 'suspended':
      return `${activity.state} ${formatDuration(nowMs - activity.sinceMs)}`;
    default:
      return assertNever(activity);
  }
}

/** The state with its reason: "idle 34 min: no input since 14:02, CPU 0.3 % of a core". */
export function explainActivity(activity: Activity, nowMs: number, formatClock: FormatClock): string {
  return `${nameActivity(activity, nowMs)}: ${explainReason(activity, nowMs, formatClock)}`;
}

/** The reason alone, for places that show the state beside it: "no input since 14:02, CPU 0.3 % of a core". */
export function explainReason(activity: Activity, nowMs: number, formatClock: FormatClock): string {
  const since = formatClock(activity.sinceMs, nowMs);
  switch (activity.state) {
    case 'active': {
      const [first] = activity.reasons;
      return first ? explainActiveReason(first) : `since ${since}`;
    }
    case 'idle': {
      const { percentOfCore } = activity.reason;
      const cpu =
        percentOfCore === null ? 'CPU could not be read' : `CPU ${formatPercent(percentOfCore)} % of a core`;
      return `no input since ${since}, ${cpu}`;
    }
    case 'locked':
      return `the screen has been locked since ${since}`;
    case 'suspended':
      return `stopped since ${since}, its work is kept in memory`;
    default:
      return assertNever(activity);
  }
}

export function explainActiveReason(reason: ActiveReason): string {
  switch (reason.kind) {
    case 'input':
      return `input ${formatDuration(reason.inputAgoMs)} ago`;
    case 'cpu':
      return `CPU ${formatPercent(reason.percentOfCore)} % of a core, above its resting ${formatPercent(reason.floorPercent)} %`;
    case 'disk':
      return `reads and writes ${formatByteRate(reason.bytesPerSecond)}`;
    case 'busy-child':
      return `${reason.childName} computes for it, CPU ${formatPercent(reason.percentOfCore)} % of a core`;
    case 'idle-unknown':
      return explainIdleUnknown(reason.because);
    case 'just-started':
      return 'it has just started';
    case 'resumed':
      return 'it has just been resumed';
    default:
      return assertNever(reason);
  }
}

function explainIdleUnknown(because: IdleUnknownBecause): string {
  switch (because) {
    case 'no-source':
      return 'no source can tell idle here, so Usher counts it as active';
    case 'source-failed':
      return 'the source for idle did not answer, so Usher counts it as active';
    case 'sample-gap':
      return 'Usher was not looking for a while, so it counts as active';
    case 'clock-step':
      return 'the clock was set, so Usher measures again and counts it as active';
    default:
      return assertNever(because);
  }
}
