/** The rules of docs/SESSION.md on holds: sessions that last as long as a command, and the processes below it. */
import { describe, expect, it } from 'vitest';
import { anInstance, at, TrackerDriver } from '../../support/a-tracker.ts';

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
