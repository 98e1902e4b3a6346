import { describe, expect, it } from 'vitest';
import type { Activity } from '../../../shared/domain.ts';
import { makeFormatClock } from '../../../shared/durations.ts';
import { explainActivity, formatByteRate, nameActivity } from '../../../shared/explain.ts';
import { minutesAgo, NOW } from '../../support/a-state.ts';

const utc = makeFormatClock('UTC');
const active = (...reasons: Extract<Activity, { state: 'active' }>['reasons']): Activity => ({
  state: 'active',
  sinceMs: minutesAgo(5),
  reasons,
});

describe('explainActivity', () => {
  it.each<[string, Activity]>([
    [
      'idle 34 min: no input since 13:28, CPU 0.3 % of a core',
      { state: 'idle', sinceMs: minutesAgo(34), reason: { kind: 'no-input', percentOfCore: 0.3 } },
    ],
    [
      'idle 34 min: no input since 13:28, CPU could not be read',
      { state: 'idle', sinceMs: minutesAgo(34), reason: { kind: 'no-input', percentOfCore: null } },
    ],
    ['active: input 3 s ago', active({ kind: 'input', inputAgoMs: 3000 })],
    [
      'active: no source can tell idle here, so Usher counts it as active',
      active({ kind: 'idle-unknown', because: 'no-source' }),
    ],
    [
      'active: CPU 87 % of a core, above its resting 1.5 %',
      active({ kind: 'cpu', percentOfCore: 87.2, floorPercent: 1.5 }),
    ],
    ['active: reads and writes 340 KiB/s', active({ kind: 'disk', bytesPerSecond: 348_160 })],
    [
      'active: solver computes for it, CPU 99 % of a core',
      active({ kind: 'busy-child', childName: 'solver', percentOfCore: 99 }),
    ],
    ['active: it has just started', active({ kind: 'just-started' })],
    ['active: since 13:57', active()],
    [
      'locked 2 h 10 min: the screen has been locked since 11:52',
      { state: 'locked', sinceMs: minutesAgo(130) },
    ],
    [
      'suspended 1 min: stopped since 14:01, its work is kept in memory',
      { state: 'suspended', sinceMs: minutesAgo(1) },
    ],
  ])('says "%s"', (sentence, activity) => {
    expect(explainActivity(activity, NOW, utc)).toBe(sentence);
  });

  it('gives the first reason, which is the one that decided', () => {
    const activity = active({ kind: 'input', inputAgoMs: 3000 }, { kind: 'just-started' });
    expect(explainActivity(activity, NOW, utc)).toBe('active: input 3 s ago');
  });

  it('never says a negative length when the clock was set back', () => {
    expect(nameActivity({ state: 'locked', sinceMs: NOW + 60_000 }, NOW)).toBe('locked 0 s');
  });
});

it('writes byte rates with binary units', () => {
  expect([0, 900, 2048, 5 * 1024 ** 2, 3 * 1024 ** 4].map(formatByteRate)).toEqual([
    '0 B/s',
    '900 B/s',
    '2.0 KiB/s',
    '5.0 MiB/s',
    '3072 GiB/s',
  ]);
});
