/** The rules of docs/SESSION.md on active, idle, locked and suspended, and on the intervals that tell of them. */
import { describe, expect, it } from 'vitest';
import { aRunning, at, MINUTE } from '../../support/a-tracker.ts';

describe('what a session does', () => {
  it('[E7] is active from its start and stays so while signs of activity come', () => {
    const driver = aRunning();

    for (let minute = 1; minute < 20; minute++)
      driver.sample(at(minute), at(minute), [{ kind: 'just-started' }]);

    expect(driver.timeline()).toEqual([['active', 0, null]]);
  });

  it('[E8] is idle after five minutes without a sign, since the last sign, and active since the next one', () => {
    const driver = aRunning();
    driver.sample(at(4), at(3));
    driver.sample(at(7.9), at(3));
    expect(driver.timeline()).toEqual([['active', 0, null]]);

    driver.sample(at(8), at(3));
    driver.sample(at(30), at(29.5), [{ kind: 'input', inputAgoMs: 30_000 }]);

    expect(driver.timeline()).toEqual([
      ['active', 0, 3],
      ['idle', 3, 29.5],
      ['active', 29.5, null],
    ]);
  });

  it('[E9] takes unknown for active: no idle comes of a source that fails', () => {
    const driver = aRunning();

    for (let minute = 1; minute < 60; minute++)
      driver.sample(at(minute), at(minute), [{ kind: 'idle-unknown', because: 'source-failed' }]);

    expect(driver.timeline()).toEqual([['active', 0, null]]);
  });

  it('[E10] is locked since the lock while it only waits; input on the lock screen changes nothing', () => {
    const driver = aRunning();
    driver.sample(at(10), at(10), [{ kind: 'input', inputAgoMs: 0 }]);

    driver.send({ kind: 'locked', atMs: at(10) });
    driver.sample(at(12), at(12), [{ kind: 'input', inputAgoMs: 0 }]);

    expect(driver.timeline()).toEqual([
      ['active', 0, 10],
      ['locked', 10, null],
    ]);
  });

  it('[E10] stays active behind the lock while it computes, and is locked since its last sign once it is silent', () => {
    const driver = aRunning();
    const busy = [{ kind: 'cpu' as const, percentOfCore: 180, floorPercent: 5 }];
    driver.sample(at(10), at(10), busy);

    driver.send({ kind: 'locked', atMs: at(10) });
    for (let minute = 11; minute <= 40; minute++) driver.sample(at(minute), at(minute), busy);
    driver.sample(at(44), at(40));
    expect(driver.timeline()).toEqual([['active', 0, null]]);

    driver.sample(at(45), at(40));
    expect(driver.timeline()).toEqual([
      ['active', 0, 40],
      ['locked', 40, null],
    ]);
  });

  it('[E11] is active since the unlock', () => {
    const driver = aRunning();
    driver.sample(at(1), at(1));
    driver.send({ kind: 'locked', atMs: at(1) });

    driver.send({ kind: 'unlocked', atMs: at(9) });
    driver.sample(at(10), at(1));

    expect(driver.timeline()).toEqual([
      ['active', 0, 1],
      ['locked', 1, 9],
      ['active', 9, null],
    ]);
  });

  it('[E12] is suspended since the last instant before the sleep, whatever arrives late', () => {
    const driver = aRunning();
    driver.sample(at(3), at(3));

    driver.send({ kind: 'machine-suspended', atMs: at(2.9) });
    driver.sample(at(4), at(4), [{ kind: 'input', inputAgoMs: 0 }]);

    expect(driver.timeline()).toEqual([
      ['active', 0, 2.9],
      ['suspended', 2.9, null],
    ]);
  });

  it('[E13] is active since the resume, and silence counts from there', () => {
    const driver = aRunning();
    driver.sample(at(2), at(2));
    driver.send({ kind: 'machine-suspended', atMs: at(2) });

    driver.send({ kind: 'machine-resumed', atMs: at(60) });
    driver.sample(at(64.9), at(2));
    driver.sample(at(65), at(2));

    expect(driver.timeline()).toEqual([
      ['active', 0, 2],
      ['suspended', 2, 60],
      ['idle', 60, null],
    ]);
  });

  it('[E13] is locked since the resume when the screen is still locked', () => {
    const driver = aRunning();
    driver.sample(at(1), at(1));
    driver.send({ kind: 'locked', atMs: at(1) });
    driver.send({ kind: 'machine-suspended', atMs: at(2) });

    driver.send({ kind: 'machine-resumed', atMs: at(60) });

    expect(driver.timeline()).toEqual([
      ['active', 0, 1],
      ['locked', 1, 2],
      ['suspended', 2, 60],
      ['locked', 60, null],
    ]);
  });
});

describe('intervals', () => {
  it('[E15] closes the open interval under its own id and opens another', () => {
    const driver = aRunning();

    const facts = driver.send({ kind: 'locked', atMs: at(2) });

    const first = driver.only('interval')[0]?.intervalId;
    expect(facts).toMatchObject([
      { intervalId: first, toMs: at(2), activity: { state: 'active' } },
      { intervalId: expect.not.stringMatching(`^${first}$`), toMs: null, activity: { state: 'locked' } },
    ]);
  });

  it('[E15] replaces an interval of which nothing would remain', () => {
    const driver = aRunning();

    driver.sample(at(5), at(0));

    const ids = new Set(driver.only('interval').map(({ intervalId }) => intervalId));
    expect(ids.size).toBe(1);
    expect(driver.timeline()).toEqual([['idle', 0, null]]);
  });

  it('[E16] cuts the active interval back when a locked silence turns out to last five minutes', () => {
    const driver = aRunning();
    driver.sample(at(12), at(9), [{ kind: 'input', inputAgoMs: 3 * MINUTE }]);
    driver.send({ kind: 'locked', atMs: at(12) });
    expect(driver.sample(at(13), at(9))).toEqual([]);

    driver.sample(at(14), at(9));

    expect(driver.timeline()).toEqual([
      ['active', 0, 9],
      ['idle', 9, 12],
      ['locked', 12, null],
    ]);
  });

  it('[E16] leaves the active interval alone when the silence was short', () => {
    const driver = aRunning();
    driver.sample(at(12), at(9), [{ kind: 'input', inputAgoMs: 3 * MINUTE }]);
    driver.send({ kind: 'locked', atMs: at(12) });

    driver.send({ kind: 'unlocked', atMs: at(13) });
    driver.sample(at(30), at(30));

    expect(driver.timeline()).toEqual([
      ['active', 0, 12],
      ['locked', 12, 13],
      ['active', 13, null],
    ]);
  });

  it('[E16] corrects the past of a machine that slept in the middle of a silence', () => {
    const driver = aRunning();
    driver.sample(at(4), at(0.5));
    driver.send({ kind: 'machine-suspended', atMs: at(4) });

    driver.send({ kind: 'machine-resumed', atMs: at(600) });

    expect(driver.timeline()).toEqual([
      ['active', 0, 0.5],
      ['idle', 0.5, 4],
      ['suspended', 4, 600],
      ['active', 600, null],
    ]);
  });

  it('[E17] states the open interval again with its new leading reason, at most once a minute', () => {
    const driver = aRunning();
    const cpu = [{ kind: 'cpu' as const, percentOfCore: 90, floorPercent: 5 }];
    const input = [{ kind: 'input' as const, inputAgoMs: 0 }];

    const told = [
      driver.sample(at(0.5), at(0.5), input),
      driver.sample(at(1), at(1), cpu),
      driver.sample(at(1.5), at(1.5), input),
      driver.sample(at(1.9), at(1.9), cpu),
      driver.sample(at(2.1), at(2.1), input),
      driver.sample(at(9), at(9), input),
    ].map((facts) => facts.map((fact) => (fact.kind === 'interval' ? fact.activity : null)));

    expect(told).toMatchObject([[], [{ reasons: cpu }], [], [], [{ reasons: input }], []]);
    expect(driver.timeline()).toHaveLength(1);
  });

  it('[E18] ends nothing before it began when the wall clock is set back', () => {
    const driver = aRunning();
    driver.send({ kind: 'locked', atMs: at(30) });
    driver.send({ kind: 'unlocked', atMs: at(31) });

    driver.sample(at(-20), at(-20));
    driver.vanish(at(-10));

    expect(driver.only('session-ended')).toMatchObject([{ endedAtMs: at(31) }]);
    for (const { fromMs, toMs } of driver.only('interval'))
      expect(toMs ?? fromMs).toBeGreaterThanOrEqual(fromMs);
  });
});
