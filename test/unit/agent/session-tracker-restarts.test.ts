/** The rules of docs/SESSION.md on an agent that stops and starts again: same boot, another boot, nobody watching. */
import { describe, expect, it } from 'vitest';
import { EMPTY_TRACKER } from '../../../main/agent/session/tracker-state.ts';
import { anInstance, aRunning, at, TrackerDriver } from '../../support/a-tracker.ts';

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
