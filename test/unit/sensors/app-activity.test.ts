import { describe, expect, it } from 'vitest';
import {
  ACTIVITY_DEFAULTS,
  type ActivityState,
  addSample,
  beginActivity,
  resumeActivity,
  verdictOf,
  weigh,
} from '../../../main/agent/sensors/app-activity.ts';
import type { SessionIdle } from '../../../main/agent/sensors/session-idle.ts';
import type { TreeUsage } from '../../../main/agent/sensors/tree-usage.ts';

const START = Date.UTC(2026, 0, 5, 8);
const HOUR = 3_600_000;
const STEP = 5_000;
const idleFor = (idleMs: number): SessionIdle => ({ known: true, idleMs, isInput: true });
const watchedFor = (idleMs: number): SessionIdle => ({ known: true, idleMs, isInput: false });
const usage = (percentOfCore: number | null, more: Partial<TreeUsage> = {}): TreeUsage => ({
  ...{ percentOfCore, diskBytes: 0, busiestWorker: undefined },
  ...more,
});

/** One sample each 5 s from START on; the session is idle since START. */
function sampled(samples: readonly TreeUsage[], state: ActivityState = beginActivity(START)) {
  let nowMs = START;
  let next = state;
  for (const sample of samples) {
    nowMs += STEP;
    next = addSample(next, sample, nowMs, idleFor(nowMs - START));
  }
  return { state: next, nowMs };
}

function evidenceAfter(samples: readonly TreeUsage[]) {
  const { state, nowMs } = sampled(samples);
  return { nowMs, ...weigh(state, idleFor(nowMs - START), nowMs, ACTIVITY_DEFAULTS).evidence };
}

const times = (count: number, one: TreeUsage) => Array.from({ length: count }, () => one);

describe('input', () => {
  it('makes it active at the instant of the last input, which lies in the past', () => {
    const { evidence } = weigh(beginActivity(START), idleFor(60_000), START + HOUR, ACTIVITY_DEFAULTS);

    expect(evidence).toEqual({
      lastActiveAtMs: START + HOUR - 60_000,
      reasons: [{ kind: 'input', inputAgoMs: 60_000 }],
      percentOfCore: null,
    });
    expect(verdictOf(evidence, START + HOUR)).toMatchObject({ state: 'active' });
    expect(verdictOf(evidence, START + HOUR, 60_000)).toEqual({
      state: 'idle',
      sinceMs: START + HOUR - 60_000,
      reason: { kind: 'no-input', percentOfCore: null },
    });
  });

  it('that is unknown counts as active now, and says why', () => {
    const { evidence } = weigh(
      beginActivity(START),
      { known: false, because: 'no-source' },
      START + HOUR,
      ACTIVITY_DEFAULTS,
    );

    expect(evidence).toMatchObject({
      lastActiveAtMs: START + HOUR,
      reasons: [{ kind: 'idle-unknown', because: 'no-source' }],
    });
  });

  it('of the past keeps its age in the reason when nothing else happened', () => {
    const first = weigh(beginActivity(START), idleFor(0), START + 1_000, ACTIVITY_DEFAULTS);
    const later = weigh(first.state, idleFor(90_000), START + 91_000, ACTIVITY_DEFAULTS);

    expect(later.evidence.reasons).toEqual([{ kind: 'input', inputAgoMs: 90_000 }]);
  });
});

describe('the beginning', () => {
  it('is not called input when nobody was seen', () => {
    const { evidence } = weigh(beginActivity(START), watchedFor(10_000), START + 10_000, ACTIVITY_DEFAULTS);

    expect(evidence).toMatchObject({ lastActiveAtMs: START, reasons: [{ kind: 'just-started' }] });
  });

  it('of watching anew resets the silence without calling it input', () => {
    const { evidence } = weigh(beginActivity(START), watchedFor(60_000), START + HOUR, ACTIVITY_DEFAULTS);

    expect(evidence).toMatchObject({
      lastActiveAtMs: START + HOUR - 60_000,
      reasons: [{ kind: 'idle-unknown' }],
    });
  });

  it('[H11] counts as active from the moment it was seen', () => {
    const { evidence } = weigh(beginActivity(START), idleFor(HOUR), START + 10_000, ACTIVITY_DEFAULTS);

    expect(evidence).toMatchObject({ lastActiveAtMs: START, reasons: [{ kind: 'just-started' }] });
  });

  it('[H17] after sleep counts as active, and forgets the samples of before', () => {
    const busy = sampled(times(12, usage(100)));
    const resumed = resumeActivity(busy.state, START + HOUR);
    const { evidence } = weigh(resumed, idleFor(0), START + HOUR, ACTIVITY_DEFAULTS);

    expect(evidence.lastActiveAtMs).toBe(START + HOUR);
    expect(resumed.samples).toEqual([]);
  });
});

describe('[H15] CPU', () => {
  it('of 2 to 2.4 %, as FreeCAD has at rest, is idle', () => {
    const evidence = evidenceAfter(times(120, usage(2.4)));

    expect(evidence.lastActiveAtMs).toBe(START);
    expect(verdictOf(evidence, evidence.nowMs)).toMatchObject({
      state: 'idle',
      reason: { percentOfCore: 2.4 },
    });
  });

  it('of 12 % is busy, also after hours without input', () => {
    const evidence = evidenceAfter(times(1_440, usage(12)));

    expect(evidence.lastActiveAtMs).toBe(evidence.nowMs);
    expect(evidence.reasons).toEqual([{ kind: 'cpu', percentOfCore: 12, floorPercent: 11 }]);
  });

  it('of a solver that ran all night never becomes its rest', () => {
    const evidence = evidenceAfter(times(5_000, usage(100)));

    expect(evidence.lastActiveAtMs).toBe(evidence.nowMs);
  });

  it('peaks in less than 3 of 12 samples are no work', () => {
    const twoPeaks = [...times(5, usage(0)), usage(90), usage(0), usage(90), ...times(4, usage(0))];
    const threePeaks = [
      ...times(4, usage(0)),
      usage(90),
      usage(90),
      usage(0),
      usage(90),
      ...times(4, usage(0)),
    ];

    expect(evidenceAfter(twoPeaks).lastActiveAtMs).toBe(START);
    expect(evidenceAfter(threePeaks).lastActiveAtMs).toBe(START + 8 * STEP);
  });

  it('that cannot be read is left out, not taken for 0', () => {
    expect(evidenceAfter(times(20, usage(null))).percentOfCore).toBeNull();
  });
});

describe('disk', () => {
  it('of 64 KiB/s over a minute is work, less is not', () => {
    const steady = evidenceAfter(times(12, usage(0, { diskBytes: 5 * 64 * 1024 })));
    const little = evidenceAfter(times(12, usage(0, { diskBytes: 5 * 60 * 1024 })));

    expect(steady.reasons).toEqual([{ kind: 'disk', bytesPerSecond: 65_536 }]);
    expect(steady.lastActiveAtMs).toBe(steady.nowMs);
    expect(little.lastActiveAtMs).toBe(START);
  });

  it('bursts of 1 MiB are a file being saved', () => {
    const evidence = evidenceAfter([
      ...times(6, usage(0)),
      usage(0, { diskBytes: 1024 * 1024 }),
      ...times(3, usage(0)),
    ]);

    expect(evidence.lastActiveAtMs).toBe(START + 7 * STEP);
  });

  it('that cannot be read is left out', () => {
    expect(evidenceAfter(times(12, usage(0, { diskBytes: null }))).lastActiveAtMs).toBe(START);
  });
});

it('[H14] a busy solver is named, also when the application itself rests', () => {
  const worker = { name: 'ccx', percentOfCore: 99.96 };
  const evidence = evidenceAfter([...times(3, usage(0)), usage(0, { busiestWorker: worker })]);

  expect(evidence.reasons).toEqual([{ kind: 'busy-child', childName: 'ccx', percentOfCore: 100 }]);
  expect(evidence.lastActiveAtMs).toBe(evidence.nowMs);
});

it('[H14] a solver that waits is not busy', () => {
  const worker = { name: 'orted', percentOfCore: 0.2 };

  expect(evidenceAfter(times(12, usage(0, { busiestWorker: worker }))).lastActiveAtMs).toBe(START);
});

it('evidence never lies in the future', () => {
  const { state, nowMs } = sampled(times(12, usage(50)));

  expect(weigh(state, idleFor(0), nowMs - HOUR, ACTIVITY_DEFAULTS).evidence.lastActiveAtMs).toBe(
    nowMs - HOUR,
  );
});
