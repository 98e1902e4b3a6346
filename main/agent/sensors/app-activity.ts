/**
 * Is this application in use? Pure: counters of its process tree and the session's idle time in, evidence with reasons
 * out. Any one sign makes it active; what cannot be known counts as active. The numbers come from measurements of idle
 * and busy real programs: FreeCAD rests at 2 to 2.4 % of a core, an animation in a browser takes 11.
 */
import { type ActiveReason, type IdleReason, USAGE_IDLE_AFTER_MS } from '../../../shared/domain.ts';
import { MINUTE, SECOND } from '../../../shared/time.ts';
import type { ActivityEvidence } from './observations.ts';
import type { SessionIdle } from './session-idle.ts';
import type { TreeUsage } from './tree-usage.ts';

export interface ActivitySettings {
  /** How often the counters are read. */
  readonly samplePeriodMs: number;
  /** Percent of one core below which nothing counts as work. */
  readonly cpuFloorPercent: number;
  /** Linux and macOS count disks only; Windows also pipes and sockets, so its floor is higher. */
  readonly diskFloorBytesPerSecond: number;
}

export const ACTIVITY_DEFAULTS: ActivitySettings = {
  samplePeriodMs: 5 * SECOND,
  cpuFloorPercent: 5,
  diskFloorBytesPerSecond: 64 * 1024,
};

const WINDOW_SAMPLES = 12;
const BUSY_SAMPLES = 3;
/** This much within one sample is a file being saved or loaded. */
const DISK_BURST_BYTES = 1024 * 1024;
/** Samples count towards the resting CPU when nobody has touched the session for this long. */
const RESTING_AFTER_MS = 10 * MINUTE;
const BASELINE_SAMPLES = 60;
/** Application and session are looked at one after the other. */
const WATCH_TOLERANCE_MS = 2 * SECOND;

interface Sample extends TreeUsage {
  readonly atMs: number;
}

/** What is remembered of one application. */
export interface ActivityState {
  readonly samples: readonly Sample[];
  /** CPU percentages while the session was left alone. */
  readonly resting: readonly number[];
  readonly last: { readonly atMs: number; readonly reason: ActiveReason };
}

/** @param atMs when it was first seen: an application just started, and one that runs at the agent's start, count as active */
export function beginActivity(atMs: number): ActivityState {
  return { samples: [], resting: [], last: { atMs, reason: { kind: 'just-started' } } };
}

/** The machine woke up: silence is counted anew. */
export function resumeActivity(state: ActivityState, atMs: number): ActivityState {
  return { ...state, samples: [], last: { atMs, reason: { kind: 'resumed' } } };
}

export function addSample(
  state: ActivityState,
  usage: TreeUsage,
  atMs: number,
  session: SessionIdle,
): ActivityState {
  const isResting = session.known && session.idleMs >= RESTING_AFTER_MS && usage.percentOfCore !== null;
  return {
    ...state,
    samples: [...state.samples, { ...usage, atMs }].slice(-WINDOW_SAMPLES),
    resting: isResting ? [...state.resting, usage.percentOfCore].slice(-BASELINE_SAMPLES) : state.resting,
  };
}

/** The evidence now, and the state that remembers it. */
export function weigh(
  state: ActivityState,
  session: SessionIdle,
  nowMs: number,
  settings: ActivitySettings,
): { readonly state: ActivityState; readonly evidence: ActivityEvidence } {
  const signs = [
    ...inputSign(state, session, nowMs, settings),
    ...workerSign(state, settings),
    ...cpuSign(state, settings),
    ...diskSign(state, settings),
  ];
  const latest = signs.reduce((best, sign) => (sign.atMs > best.atMs ? sign : best), state.last);
  const holding = signs.filter(({ holds }) => holds).map(({ reason }) => reason);
  const next: ActivityState = { ...state, last: { atMs: latest.atMs, reason: latest.reason } };
  return {
    state: next,
    evidence: {
      lastActiveAtMs: Math.min(latest.atMs, nowMs),
      reasons: holding.length > 0 ? holding : [agedReason(latest, nowMs)],
      percentOfCore: state.samples.at(-1)?.percentOfCore ?? null,
    },
  };
}

interface Sign {
  readonly atMs: number;
  readonly reason: ActiveReason;
  /** false: it was so at `atMs` and is over. */
  readonly holds: boolean;
}

function inputSign(
  { last }: ActivityState,
  session: SessionIdle,
  nowMs: number,
  settings: ActivitySettings,
): readonly Sign[] {
  if (!session.known)
    return [{ atMs: nowMs, reason: { kind: 'idle-unknown', because: session.because }, holds: true }];
  const atMs = nowMs - session.idleMs;
  if (!session.isInput) {
    // The silence is counted from here, and usually the reason is known already: start, resume, a failed source.
    if (last.atMs >= atMs - WATCH_TOLERANCE_MS) return [];
    return [{ atMs, reason: { kind: 'idle-unknown', because: 'sample-gap' }, holds: false }];
  }
  const reason: ActiveReason = { kind: 'input', inputAgoMs: session.idleMs };
  return [{ atMs, reason, holds: session.idleMs < 2 * settings.samplePeriodMs }];
}

function workerSign({ samples }: ActivityState, settings: ActivitySettings): readonly Sign[] {
  const sample = samples.findLast(
    ({ busiestWorker }) => (busiestWorker?.percentOfCore ?? 0) > settings.cpuFloorPercent,
  );
  if (!sample?.busiestWorker) return [];
  const { name, percentOfCore } = sample.busiestWorker;
  const reason: ActiveReason = { kind: 'busy-child', childName: name, percentOfCore: rounded(percentOfCore) };
  return [{ atMs: sample.atMs, reason, holds: sample === samples.at(-1) }];
}

function cpuSign(state: ActivityState, settings: ActivitySettings): readonly Sign[] {
  const floorPercent = busyAbove(state.resting, settings.cpuFloorPercent);
  const busy = state.samples.filter(({ percentOfCore }) => (percentOfCore ?? 0) > floorPercent);
  const sample = busy.at(-1);
  if (busy.length < BUSY_SAMPLES || !sample) return [];
  const percentOfCore = rounded(sample.percentOfCore ?? 0);
  return [{ atMs: sample.atMs, reason: { kind: 'cpu', percentOfCore, floorPercent }, holds: true }];
}

/**
 * max(floor, 2 x resting CPU + 1 %). The resting CPU is believed up to the floor only: an application that computed
 * all night must not teach us that computing is its rest.
 */
function busyAbove(resting: readonly number[], floorPercent: number): number {
  if (resting.length < WINDOW_SAMPLES) return floorPercent;
  const median = [...resting].sort((a, b) => a - b)[Math.floor(resting.length / 2)] ?? 0;
  return rounded(Math.max(floorPercent, 2 * Math.min(median, floorPercent) + 1));
}

function diskSign({ samples }: ActivityState, settings: ActivitySettings): readonly Sign[] {
  const latest = samples.at(-1);
  if (!latest) return [];
  const windowSeconds = (WINDOW_SAMPLES * settings.samplePeriodMs) / SECOND;
  const bytesPerSecond = Math.round(sum(samples.map(({ diskBytes }) => diskBytes ?? 0)) / windowSeconds);
  const touched = samples.findLast(({ diskBytes }) => (diskBytes ?? 0) > 0);
  if (touched && bytesPerSecond >= settings.diskFloorBytesPerSecond)
    return [{ atMs: touched.atMs, reason: { kind: 'disk', bytesPerSecond }, holds: true }];
  const burst = samples.findLast(({ diskBytes }) => (diskBytes ?? 0) >= DISK_BURST_BYTES);
  if (!burst) return [];
  const burstRate = Math.round((burst.diskBytes ?? 0) / (settings.samplePeriodMs / SECOND));
  return [{ atMs: burst.atMs, reason: { kind: 'disk', bytesPerSecond: burstRate }, holds: burst === latest }];
}

/** The reason of the past as one says it today. */
function agedReason({ atMs, reason }: ActivityState['last'], nowMs: number): ActiveReason {
  return reason.kind === 'input' ? { kind: 'input', inputAgoMs: Math.max(0, nowMs - atMs) } : reason;
}

export type Verdict =
  | { readonly state: 'active'; readonly reasons: readonly ActiveReason[] }
  | { readonly state: 'idle'; readonly sinceMs: number; readonly reason: IdleReason };

/** @param idleAfterMs silence this long or longer is idle; it began at the last sign, not now */
export function verdictOf(
  evidence: ActivityEvidence,
  nowMs: number,
  idleAfterMs: number = USAGE_IDLE_AFTER_MS,
): Verdict {
  if (nowMs - evidence.lastActiveAtMs < idleAfterMs) return { state: 'active', reasons: evidence.reasons };
  const reason: IdleReason = { kind: 'no-input', percentOfCore: evidence.percentOfCore };
  return { state: 'idle', sinceMs: evidence.lastActiveAtMs, reason };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function rounded(percent: number): number {
  return Math.round(percent * 10) / 10;
}
