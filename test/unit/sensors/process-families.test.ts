import { describe, expect, it } from 'vitest';
import {
  type FamilyEvent,
  type FamilyProcess,
  ProcessFamilies,
  type SessionPer,
} from '../../../main/agent/sensors/process-families.ts';
import type { ProcessRole } from '../../../main/agent/sensors/process-match.ts';

const NOW = 1_000_000;

/** A process that started `pid` milliseconds after time 0, so a higher pid is younger. */
function aProcess(pid: number, ppid: number, role?: ProcessRole, productId = 'cad'): FamilyProcess {
  const match = role && { match: { productId, role } };
  return {
    pid,
    ppid,
    startKey: String(pid),
    name: `p${pid}`,
    startedAtMs: pid,
    exePath: '/opt/cad',
    ...match,
  };
}

const families = (sessionPer: SessionPer) => new ProcessFamilies(() => sessionPer);
const short = (events: readonly FamilyEvent[]) =>
  events.map(({ kind, family }) => `${kind} ${family.productId} ${family.root.pid} x${family.members.size}`);
const gone = (...pids: number[]) => pids.map((pid) => ({ pid, startKey: String(pid) }));

describe('a product with one session per login session', () => {
  it('[H10] is one instance, however many processes it has, named by the oldest', () => {
    const all = families('login-session');

    const events = all.update(
      [aProcess(30, 20, 'main'), aProcess(20, 1, 'main'), aProcess(40, 1, 'main')],
      [],
      NOW,
    );

    expect(short(events)).toEqual(['appeared cad 20 x3']);
  });

  it('[H10] goes on when its first process ends and another one is left', () => {
    const all = families('login-session');
    all.update([aProcess(20, 1, 'main'), aProcess(30, 20, 'main')], [], NOW);

    expect(short(all.update([], gone(20), NOW))).toEqual(['changed cad 20 x1']);
    expect(short(all.update([], gone(30), NOW))).toEqual(['vanished cad 20 x0']);
  });

  it('goes on when it restarts itself between two scans', () => {
    const all = families('login-session');
    all.update([aProcess(20, 1, 'main')], [], NOW);

    expect(short(all.update([aProcess(30, 1, 'main')], gone(20), NOW))).toEqual([]);
    expect(short(all.update([], gone(30), NOW))).toEqual(['vanished cad 20 x0']);
  });

  it('counts a second process that hands its file over and ends as a member, not as a session', () => {
    const all = families('login-session');
    all.update([aProcess(20, 1, 'main')], [], NOW);

    expect(short(all.update([aProcess(NOW - 50, 1, 'main')], [], NOW))).toEqual(['changed cad 20 x2']);
    expect(short(all.update([], gone(NOW - 50), NOW))).toEqual(['changed cad 20 x1']);
  });
});

describe('a product with one session per instance', () => {
  it('has an instance for each root, and none for main processes below a root', () => {
    const all = families('instance');

    const events = all.update(
      [aProcess(20, 1, 'main'), aProcess(21, 20, 'main'), aProcess(40, 1, 'main')],
      [],
      NOW,
    );

    expect(short(events)).toEqual(['appeared cad 20 x2', 'appeared cad 40 x1']);
  });

  it('starts a first instance at once, however young', () => {
    expect(short(families('instance').update([aProcess(NOW - 10, 1, 'main')], [], NOW))).toEqual([
      `appeared cad ${NOW - 10} x1`,
    ]);
  });

  it('waits a moment before a second root of the same program counts, and forgets it when it ends', () => {
    const all = families('instance');
    all.update([aProcess(20, 1, 'main')], [], NOW);

    const young = NOW - 100;
    expect(short(all.update([aProcess(young, 1, 'main')], [], NOW))).toEqual([]);
    expect(all.nextSettleAtMs()).toBe(young + 300);
    expect(short(all.settle(young + 300, () => false))).toEqual([]);
    expect(all.nextSettleAtMs()).toBeUndefined();
  });

  it('counts a second root that stays', () => {
    const all = families('instance');
    all.update([aProcess(20, 1, 'main')], [], NOW);
    all.update([aProcess(NOW - 100, 1, 'main')], [], NOW);

    expect(short(all.settle(NOW + 100, () => true))).toEqual([]); // 200 ms old
    expect(short(all.settle(NOW + 200, () => true))).toEqual([`appeared cad ${NOW - 100} x1`]);
  });
});

describe('a tree', () => {
  it('holds children whenever they come, also those that were there before the application', () => {
    const all = families('instance');
    all.update([aProcess(20, 1), aProcess(30, 20)], [], NOW);
    const became = { ...aProcess(20, 1, 'main') };

    expect(short(all.update([became], [], NOW))).toEqual(['appeared cad 20 x2']);
    expect(short(all.update([aProcess(40, 30)], [], NOW))).toEqual(['changed cad 20 x3']);
  });

  it('[H10] keeps a child whose parent ended, and ends with its last main process', () => {
    const all = families('instance');
    all.update([aProcess(20, 1, 'main'), aProcess(30, 20), aProcess(40, 30)], [], NOW);

    expect(short(all.update([{ ...aProcess(40, 1) }], gone(30), NOW))).toEqual(['changed cad 20 x2']);
    expect(short(all.update([], gone(20), NOW))).toEqual(['vanished cad 20 x1']);
    expect([...all.families()]).toEqual([]);
  });

  it('holds the launchers above its root', () => {
    const all = families('login-session');
    const script = { ...aProcess(10, 1, 'launcher') };
    const splash = { ...aProcess(11, 10, 'launcher') };

    expect(short(all.update([script, splash], [], NOW))).toEqual([]);
    expect(short(all.update([aProcess(20, 11, 'main')], [], NOW))).toEqual(['appeared cad 20 x3']);
    expect(short(all.update([], gone(10, 11), NOW))).toEqual(['changed cad 20 x1']);
  });

  it('leaves out helpers and what they start', () => {
    const events = families('instance').update(
      [aProcess(20, 1, 'main'), aProcess(30, 20, 'helper'), aProcess(40, 30)],
      [],
      NOW,
    );

    expect(short(events)).toEqual(['appeared cad 20 x1']);
  });

  it('does not swallow another product that was started from it', () => {
    const events = families('instance').update(
      [aProcess(20, 1, 'main', 'terminal'), aProcess(30, 20, 'main', 'cad'), aProcess(40, 30)],
      [],
      NOW,
    );

    expect(short(events)).toEqual(['appeared terminal 20 x1', 'appeared cad 30 x2']);
  });

  it('does not take a process for a child that is older than the process with its parent pid', () => {
    const all = families('instance');
    const orphan = { ...aProcess(15, 20) };

    expect(short(all.update([orphan, aProcess(20, 1, 'main')], [], NOW))).toEqual(['appeared cad 20 x1']);
  });

  it('knows solvers that left it', () => {
    const all = families('instance');
    all.update([aProcess(20, 1, 'main'), aProcess(30, 20, 'worker'), aProcess(40, 1, 'worker')], [], NOW);

    expect(all.strayWorkers('cad').map(({ pid }) => pid)).toEqual([40]);
  });

  it('names the ancestors of its root, nearest first', () => {
    const all = families('instance');
    all.update([aProcess(10, 1), aProcess(11, 10), aProcess(20, 11, 'main')], [], NOW);
    const [family] = all.families();

    expect(family && all.ancestorPids(family.root)).toEqual([11, 10]);
  });

  it('survives a circle of parents', () => {
    const looped = [
      { ...aProcess(20, 30), startKey: 'unknown' },
      { ...aProcess(30, 20), startKey: 'unknown' },
    ];

    expect(short(families('instance').update(looped, [], NOW))).toEqual([]);
  });
});

describe('[H2] a process that becomes another program in place', () => {
  it('ends its instance when it is no product any more', () => {
    const all = families('instance');
    all.update([aProcess(20, 1, 'main')], [], NOW);

    expect(short(all.update([aProcess(20, 1)], [], NOW))).toEqual(['vanished cad 20 x0']);
  });

  it('changes the product', () => {
    const all = families('instance');
    all.update([aProcess(20, 1, 'main', 'shell')], [], NOW);

    expect(short(all.update([aProcess(20, 1, 'main', 'cad')], [], NOW))).toEqual([
      'vanished shell 20 x0',
      'appeared cad 20 x1',
    ]);
  });

  it('stays the same instance when it becomes a newer version of itself', () => {
    const all = families('instance');
    all.update([aProcess(20, 1, 'main')], [], NOW);

    expect(short(all.update([{ ...aProcess(20, 1, 'main'), exePath: '/opt/cad2' }], [], NOW))).toEqual([]);
  });
});

it('[H1] a pid that comes back in the same scan is another instance', () => {
  const all = families('instance');
  all.update([aProcess(20, 1, 'main')], [], NOW);

  const again = { ...aProcess(20, 1, 'main'), startKey: '999', startedAtMs: 999 };
  const events = all.update([again], gone(20), NOW);

  expect(short(events)).toEqual(['vanished cad 20 x0', 'appeared cad 20 x1']);
});
