/** The rules of docs/SESSION.md on start, activity, intervals, the machine, restarts and holds. */
import { describe, expect, it } from 'vitest';
import { EMPTY_TRACKER } from '../../../main/agent/session/tracker-state.ts';
import { anInstance, EIGHT, MINUTE, TrackerDriver } from '../../support/a-tracker.ts';

const at = (minutes: number) => EIGHT + minutes * MINUTE;
const office = (rootPid: number, startedAtMs = EIGHT) =>
  anInstance({ productId: 'libreoffice', rootPid, startedAtMs });

function aRunning(): TrackerDriver {
  const driver = new TrackerDriver();
  driver.start(at(0));
  driver.appear(at(0));
  return driver;
}

describe('start, processes, end', () => {
  it('[E1] starts a session with the start of its first process, also before the agent came', () => {
    const driver = new TrackerDriver();

    driver.start(at(90), [anInstance({ startedAtMs: at(10) })]);

    expect(driver.only('session-started')).toMatchObject([
      {
        startedAtMs: at(10),
        productId: 'freecad',
        productName: 'FreeCAD',
        origin: 'application',
        processKey: 'key(freecad|boot-1|100|7)',
      },
    ]);
    expect(driver.timeline()).toEqual([['active', 10, null]]);
    expect(driver.only('interval')[0]?.activity).toMatchObject({
      reasons: [{ kind: 'idle-unknown', because: 'sample-gap' }],
    });
  });

  it('[E1] counts a start in the future as now', () => {
    const driver = new TrackerDriver();
    driver.start(at(0));

    driver.appear(at(1), { startedAtMs: at(61) });

    expect(driver.only('session-started')[0]?.startedAtMs).toBe(at(1));
  });

  it('[E2] makes one session of all processes of a product that counts per login session', () => {
    const driver = new TrackerDriver();
    driver.start(at(0), [office(2, at(-5)), office(1, at(-9))]);
    driver.send({ kind: 'instance-appeared', atMs: at(1), instance: office(3) });

    expect(driver.only('session-started')).toMatchObject([{ startedAtMs: at(-9) }]);
    expect(driver.state.sessions[0]?.instances).toHaveLength(3);
    for (const pid of [1, 2]) expect(driver.vanish(at(2), office(pid).instanceKey)).toEqual([]);
    expect(driver.vanish(at(3), office(3).instanceKey).at(-1)).toMatchObject({
      kind: 'session-ended',
      endedAtMs: at(3),
    });
  });

  it('[E2] makes a session of each root process of a product that counts per instance', () => {
    const driver = new TrackerDriver();
    driver.start(at(0));

    driver.appear(at(0), { rootPid: 1 });
    driver.appear(at(1), { rootPid: 2 });

    expect(new Set(driver.only('session-started').map(({ sessionId }) => sessionId)).size).toBe(2);
  });

  it('[E4] ends a session once, when its last process is gone, and says nothing about it afterwards', () => {
    const driver = aRunning();

    driver.vanish(at(7));
    const later = [
      driver.vanish(at(8)),
      driver.sample(at(8), at(8)),
      driver.send({ kind: 'locked', atMs: at(9) }),
    ];

    expect(driver.only('session-ended')).toMatchObject([{ endedAtMs: at(7), reason: 'exit' }]);
    expect(driver.timeline()).toEqual([['active', 0, 7]]);
    expect(later.flat()).toEqual([]);
  });

  it('[E5] ends the sessions of a product that left the catalog, although its processes run on', () => {
    const driver = aRunning();

    driver.send({ kind: 'products-removed', atMs: at(4), productIds: ['freecad'] });

    expect(driver.only('session-ended')).toMatchObject([{ endedAtMs: at(4), reason: 'product-removed' }]);
    expect(driver.vanish(at(5))).toEqual([]);
  });

  it('[E6] tracks at most a thousand open sessions', () => {
    const driver = new TrackerDriver();
    driver.start(at(0));

    for (let rootPid = 1; rootPid <= 1001; rootPid++) driver.appear(at(0), { rootPid });

    expect(driver.state.sessions).toHaveLength(1000);
    driver.vanish(at(1), anInstance({ rootPid: 5 }).instanceKey);
    expect(driver.appear(at(2), { rootPid: 1002 })).toHaveLength(2);
  });
});

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

describe('the agent comes and goes', () => {
  it('[E19] goes on with the same session when the application still runs after a restart', () => {
    const before = aRunning();
    before.sample(at(2), at(2));

    const after = new TrackerDriver(before.state);
    const facts = after.start(at(3), [anInstance({ processCount: 4 })]);

    expect(facts).toEqual([]);
    expect(after.state.sessions).toMatchObject([
      { sessionId: before.state.sessions[0]?.sessionId, instances: [{ processCount: 4 }] },
    ]);
  });

  it('[E20] counts the time in which nobody watched as active', () => {
    const before = aRunning();
    before.sample(at(10), at(1));

    const after = new TrackerDriver(before.state);
    after.facts.push(...before.facts);
    after.start(at(20), [anInstance()]);

    expect(after.timeline()).toEqual([
      ['active', 0, 1],
      ['idle', 1, 10],
      ['active', 10, null],
    ]);
  });

  it('[E20] counts it as sleep when the machine slept as the agent stopped', () => {
    const before = aRunning();
    before.sample(at(3), at(3));
    before.send({ kind: 'machine-suspended', atMs: at(3) });

    const after = new TrackerDriver(before.state);
    after.facts.push(...before.facts);
    after.start(at(600), [anInstance()]);

    expect(after.timeline()).toEqual([
      ['active', 0, 3],
      ['suspended', 3, 600],
      ['active', 600, null],
    ]);
  });

  it('[E21] ends what was gone when the agent came back at the time it was last seen', () => {
    const before = aRunning();
    before.send({ kind: 'still-watching', atMs: at(8) });

    const after = new TrackerDriver(before.state);
    after.facts.push(...before.facts);
    after.start(at(100));

    expect(after.only('session-ended')).toMatchObject([{ endedAtMs: at(8), reason: 'unseen' }]);
    expect(after.timeline()).toEqual([['active', 0, 8]]);
  });

  it('[E21] keeps that time when the agent dies again before its first scan', () => {
    const before = aRunning();
    before.send({ kind: 'still-watching', atMs: at(8) });
    const second = new TrackerDriver(before.state);
    second.send({ kind: 'agent-started', atMs: at(50), bootId: 'boot-1' });

    const third = new TrackerDriver(second.state);
    third.start(at(100));

    expect(third.only('session-ended')).toMatchObject([{ endedAtMs: at(8), reason: 'unseen' }]);
  });

  it('[E22] ends every session of another boot, also when a process has the same number', () => {
    const before = aRunning();
    before.send({ kind: 'still-watching', atMs: at(8) });

    const after = new TrackerDriver(before.state);
    after.start(
      at(60),
      [anInstance({ instanceKey: 'freecad|boot-2|100|7', bootId: 'boot-2', startedAtMs: at(59) })],
      'boot-2',
    );

    expect(after.only('session-ended')).toMatchObject([{ endedAtMs: at(8), reason: 'reboot' }]);
    expect(after.only('session-started')).toMatchObject([{ startedAtMs: at(59) }]);
  });

  it('[E23] decides nothing before the first full scan is done, then tells ends before starts', () => {
    const before = aRunning();

    const after = new TrackerDriver(before.state);
    after.send({ kind: 'agent-started', atMs: at(10), bootId: 'boot-1' });
    const early = [
      after.send({ kind: 'locked', atMs: at(10) }),
      after.appear(at(10), { rootPid: 55 }),
      after.appear(at(10), { rootPid: 56 }),
      after.vanish(at(10), anInstance({ rootPid: 56 }).instanceKey),
    ];
    const facts = after.send({ kind: 'first-scan-done', atMs: at(10.1) });

    expect(early.flat()).toEqual([]);
    expect(facts.map(({ kind }) => kind)).toEqual([
      'interval',
      'session-ended',
      'session-started',
      'interval',
      'interval',
    ]);
    expect(after.state.sessions).toHaveLength(1);
  });

  it('starts empty when nothing was saved', () => {
    expect(new TrackerDriver(EMPTY_TRACKER).start(at(0))).toEqual([]);
  });
});

describe('holds', () => {
  const hold = { kind: 'hold-started' as const, sessionId: 'hold-1', productId: 'freecad', pid: 900 };

  it('[E24] lives as long as its caller, is active, and ends with exit', () => {
    const driver = new TrackerDriver();
    driver.start(at(0));

    driver.send({ ...hold, atMs: at(1) });
    driver.send({ kind: 'locked', atMs: at(30) });
    driver.send({ kind: 'machine-suspended', atMs: at(40) });
    driver.send({ kind: 'machine-resumed', atMs: at(50) });
    driver.send({ kind: 'hold-ended', atMs: at(60), sessionId: 'hold-1' });

    expect(driver.only('session-started')).toMatchObject([{ origin: 'hold', startedAtMs: at(1) }]);
    expect(driver.timeline('hold-1')).toEqual([
      ['active', 1, 40],
      ['suspended', 40, 50],
      ['active', 50, 60],
    ]);
    expect(driver.only('session-ended')).toMatchObject([
      { sessionId: 'hold-1', reason: 'exit', endedAtMs: at(60) },
    ]);
  });

  it('[E25] takes the processes of its product below its own process, and no others', () => {
    const driver = new TrackerDriver();
    driver.start(at(0));
    driver.send({ ...hold, atMs: at(1) });

    const below = driver.appear(at(2), { rootPid: 905, ancestorPids: [903, 900, 1] });
    const beside = driver.appear(at(2), { rootPid: 44, ancestorPids: [1] });
    const other = driver.appear(at(2), { productId: 'libreoffice', rootPid: 906, ancestorPids: [900, 1] });

    expect(below.filter(({ kind }) => kind === 'session-started')).toEqual([]);
    expect(driver.state.sessions.find(({ sessionId }) => sessionId === 'hold-1')?.instances).toHaveLength(1);
    expect([beside[0]?.kind, other[0]?.kind]).toEqual(['session-started', 'session-started']);
  });

  it('[E25] goes on when the process below it ends before the command does', () => {
    const driver = new TrackerDriver();
    driver.start(at(0));
    driver.send({ ...hold, atMs: at(1) });
    driver.appear(at(2), { rootPid: 905, ancestorPids: [900] });

    driver.vanish(at(3), anInstance({ rootPid: 905 }).instanceKey);

    expect(driver.only('session-ended')).toEqual([]);
  });

  it('[E26] leaves a process that runs on to a session of its own from that instant', () => {
    const driver = new TrackerDriver();
    driver.start(at(0));
    driver.send({ ...hold, atMs: at(1) });
    driver.appear(at(8), { rootPid: 905, ancestorPids: [900] });

    const facts = driver.send({ kind: 'hold-ended', atMs: at(9), sessionId: 'hold-1' });

    expect(facts).toMatchObject([
      { kind: 'interval', toMs: at(9) },
      { kind: 'session-ended', sessionId: 'hold-1', endedAtMs: at(9) },
      { kind: 'session-started', origin: 'application', startedAtMs: at(9) },
      { kind: 'interval', fromMs: at(9), toMs: null },
    ]);
  });

  it('[E27] is the same session when its caller comes back after a restart of the agent', () => {
    const before = new TrackerDriver();
    before.start(at(0));
    before.send({ ...hold, atMs: at(1) });

    const after = new TrackerDriver(before.state);
    after.start(at(5));
    after.send({ ...hold, sessionId: 'hold-2', atMs: at(5.1) });
    after.send({ kind: 'holds-lapsed', atMs: at(5.3) });

    expect(after.state.sessions.map(({ sessionId }) => sessionId)).toEqual(['hold-1']);
    expect(after.facts).toEqual([]);
  });

  it('[E27] ended when it was last seen if its caller does not come back', () => {
    const before = new TrackerDriver();
    before.start(at(0));
    before.send({ ...hold, atMs: at(1) });
    before.send({ kind: 'still-watching', atMs: at(2) });

    const after = new TrackerDriver(before.state);
    after.start(at(5));
    after.send({ kind: 'holds-lapsed', atMs: at(5.3) });

    expect(after.only('session-ended')).toMatchObject([
      { sessionId: 'hold-1', reason: 'unseen', endedAtMs: at(2) },
    ]);
  });
});
