/** The rules of docs/SESSION.md on what starts a session, which processes are one, and what ends it. */
import { describe, expect, it } from 'vitest';
import { anInstance, aRunning, at, EIGHT, TrackerDriver } from '../../support/a-tracker.ts';

const office = (rootPid: number, startedAtMs = EIGHT) =>
  anInstance({ productId: 'libreoffice', rootPid, startedAtMs });

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
