import { beforeEach, describe, expect, it } from 'vitest';
import { IdleWatcher } from '../../../main/agent/sensors/idle-watcher.ts';
import type { Observation } from '../../../main/agent/sensors/observations.ts';
import type { IdleReading, PowerEvent } from '../../../main/agent/sensors/os/ports.ts';
import { clampIdle } from '../../../main/agent/sensors/session-idle.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const HOUR = 3_600_000;
let clock: FakeClock;
let reading: IdleReading | Error;
let source: string;
let periodMs: number;
let reads: number;
let asleepMs: number | undefined;
let announce: (event: PowerEvent) => void;
let seen: Observation[];

beforeEach(() => {
  clock = new FakeClock();
  reading = { known: true, idleMs: HOUR };
  source = 'x11';
  periodMs = 1_000;
  reads = 0;
  asleepMs = undefined;
  seen = [];
});

function start(isLocked?: boolean): IdleWatcher {
  return new IdleWatcher({
    clock,
    onObservation: (observation) => seen.push(observation),
    ports: {
      idle: {
        async read() {
          reads += 1;
          if (reading instanceof Error) throw reading;
          return reading;
        },
        periodMs: () => periodMs,
        health: () => ({ source, state: 'working' }),
        close() {},
      },
      power: {
        listen(onEvent) {
          announce = onEvent;
          return () => {};
        },
        isLocked: () => isLocked,
        asleepMs: () => asleepMs,
        health: () => ({ source: 'fake', state: 'working' }),
        close() {},
      },
    },
  });
}

const idleMs = (watcher: IdleWatcher) => {
  const session = watcher.session();
  return session.known ? session.idleMs : session.because;
};
const events = () => seen.map(({ kind, atMs }) => [kind, atMs]);

describe('[H12] what a source says', () => {
  it('is never more than the agent has watched: a display that nobody touched tells its own age', async () => {
    const watcher = start();

    await clock.advanceAsync(20_000);

    expect(watcher.session()).toEqual({ known: true, idleMs: 20_000, isInput: false });
  });

  it('0 for ever is active for ever', async () => {
    reading = { known: true, idleMs: 0 };
    const watcher = start();

    await clock.advanceAsync(HOUR);

    expect(idleMs(watcher)).toBeLessThan(1_001);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, '12x' as unknown as number])(
    '%s is no number: unknown',
    (odd) => {
      expect(clampIdle({ known: true, idleMs: odd }, HOUR)).toEqual({
        known: false,
        because: 'source-failed',
      });
    },
  );

  it('a bigint is a number', () => {
    expect(clampIdle({ known: true, idleMs: 5n as unknown as number }, HOUR)).toEqual({
      known: true,
      idleMs: 5,
      isInput: true,
    });
  });

  it('an exception is unknown, and silence counts anew when it works again', async () => {
    const watcher = start();
    await clock.advanceAsync(60_000);
    reading = new Error('gone');
    await clock.advanceAsync(2_000);
    expect(idleMs(watcher)).toBe('source-failed');

    reading = { known: true, idleMs: HOUR };
    await clock.advanceAsync(10_000);

    expect(idleMs(watcher)).toBeLessThanOrEqual(11_000);
  });

  it('by another source counts anew', async () => {
    const watcher = start();
    await clock.advanceAsync(60_000);

    source = 'mutter';
    await clock.advanceAsync(5_000);

    expect(idleMs(watcher)).toBeLessThanOrEqual(5_000);
  });

  it('is asked for as often as it is worth its price', async () => {
    periodMs = 5_000;
    const watcher = start();

    await clock.advanceAsync(60_000);
    watcher.stop();

    expect(reads).toBe(13); // at 0, 5, ... 60 s
  });
});

describe('[H17] lock and sleep', () => {
  it('are reported once each, and a locked screen at the start at once', () => {
    start(true);
    announce('lock');
    announce('unlock');
    announce('unlock');

    expect(seen.map(({ kind }) => kind)).toEqual(['locked', 'unlocked']);
  });

  it('unlocking starts the silence anew', async () => {
    const watcher = start();
    await clock.advanceAsync(60_000);
    announce('lock');
    announce('unlock');

    await clock.advanceAsync(3_000);

    expect(idleMs(watcher)).toBeLessThanOrEqual(3_000);
  });

  it('sleep that was announced is reported when it comes and when it ends, once', async () => {
    start();
    await clock.advanceAsync(10_000);
    const sleptAtMs = clock.wallMs();
    announce('sleep');
    clock.sleep(HOUR);
    await clock.advanceAsync(1_000);
    announce('resume');

    expect(events()).toEqual([
      ['machine-suspended', sleptAtMs],
      ['machine-resumed', sleptAtMs + HOUR + 1_000],
    ]);
  });

  it('sleep that nobody announced is seen afterwards, from the last look on', async () => {
    const watcher = start();
    await clock.advanceAsync(10_000);
    const lastLookMs = clock.wallMs();
    clock.sleep(HOUR);
    await clock.advanceAsync(1_000);

    expect(events()).toEqual([
      ['machine-suspended', lastLookMs],
      ['machine-resumed', lastLookMs + HOUR + 1_000],
    ]);
    expect(idleMs(watcher)).toBeLessThanOrEqual(1_000);
  });

  it('sleep is seen by the time not awake where the monotonic clock runs on', async () => {
    asleepMs = 0;
    start();
    await clock.advanceAsync(10_000);
    const lastLookMs = clock.wallMs();
    asleepMs = HOUR;
    // Timers do not run in sleep: the next tick comes an hour late.
    clock.jump(HOUR);
    const runOn = clock.monotonicMs.bind(clock);
    clock.monotonicMs = () => runOn() + HOUR;
    await clock.advanceAsync(1_000);

    expect(events()).toEqual([
      ['machine-suspended', lastLookMs],
      ['machine-resumed', lastLookMs + HOUR + 1_000],
    ]);
  });

  it('announced sleep that was called off ends by itself', async () => {
    start();
    announce('sleep');

    await clock.advanceAsync(60_000);

    expect(seen.map(({ kind }) => kind)).toEqual(['machine-suspended', 'machine-resumed']);
  });
});

describe('[H18] a look that comes late', () => {
  it('makes the time between unknown and starts the silence anew', async () => {
    const watcher = start();
    await clock.advanceAsync(60_000);
    const onTime = clock.monotonicMs.bind(clock);
    const wall = clock.wallMs.bind(clock);
    clock.monotonicMs = () => onTime() + 20_000; // the process was stopped for 20 s
    clock.wallMs = () => wall() + 20_000;

    await clock.advanceAsync(1_000);
    expect(idleMs(watcher)).toBe('sample-gap');
    await clock.advanceAsync(5_000);

    expect(idleMs(watcher)).toBeLessThanOrEqual(5_000);
    expect(seen).toEqual([]);
  });
});

describe('[H9] a wall clock that is set', () => {
  it('back makes this look unknown, without a word of sleep', async () => {
    const watcher = start();
    await clock.advanceAsync(60_000);
    clock.jump(-HOUR);

    await clock.advanceAsync(1_000);

    expect([idleMs(watcher), seen]).toEqual(['clock-step', []]);
  });

  it('by less than 5 s changes nothing', async () => {
    const watcher = start();
    await clock.advanceAsync(60_000);
    clock.jump(-4_000);
    await clock.advanceAsync(1_000);

    expect(idleMs(watcher)).toBe(61_000);
  });

  it('by daylight saving does not exist here: UTC does not jump', async () => {
    clock = new FakeClock({ wallMs: Date.parse('2026-03-29T00:59:50Z') });
    const watcher = start();

    await clock.advanceAsync(60_000);

    expect([idleMs(watcher), seen]).toEqual([60_000, []]);
  });
});

it('leaves no timer behind', async () => {
  const watcher = start();
  await clock.advanceAsync(5_000);

  watcher.stop();
  await clock.advanceAsync(5_000);

  expect(clock.pendingTimers).toBe(0);
});
