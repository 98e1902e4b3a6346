import { describe, expect, it } from 'vitest';
import { createSupervisor } from '../../../main/cli/start/supervisor.ts';
import {
  type ChildName,
  type Exit,
  KILL_AFTER_MS,
  type Notice,
  READY_LIMIT_MS,
  STABLE_AFTER_MS,
} from '../../../main/cli/start/supervisor-state.ts';
import { noticeSentence } from '../../../main/cli/start/supervisor-words.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const CRASH: Exit = { code: 1, signal: null };

/** Children that do what the test says; `log` has everything that was done to them and told. */
function aHouse(wanted: readonly ChildName[] = ['server', 'agent']) {
  const clock = new FakeClock();
  const log: string[] = [];
  const living = new Map<ChildName, { ready: () => void; exit: (exit: Exit) => void }>();
  const obedient = new Set<ChildName>(['server', 'agent', 'colleagues', 'shell']);
  let ended: unknown = null;
  const supervisor = createSupervisor(wanted, {
    clock,
    spawn(child, events) {
      log.push(`spawn ${child}`);
      const exit = (how: Exit) => {
        living.delete(child);
        events.onExit(how);
      };
      living.set(child, { ready: () => events.onReady(), exit });
      return {
        pid: 100,
        askStop() {
          log.push(`ask ${child}`);
          if (obedient.has(child)) queueMicrotask(() => exit({ code: 0, signal: null }));
        },
        kill() {
          log.push(`kill ${child}`);
          queueMicrotask(() => exit({ code: null, signal: 'SIGKILL' }));
        },
      };
    },
    onNotice: (notice: Notice) => void log.push(`${notice.kind} ${notice.child}`),
    onStarting: () => {},
    onReady: () => {},
  });
  void supervisor.stopped.then((because) => {
    ended = because;
  });
  return {
    clock,
    log,
    supervisor,
    obedient,
    ready: (child: ChildName) => living.get(child)?.ready(),
    crash: (child: ChildName, exit: Exit = CRASH) => living.get(child)?.exit(exit),
    isAlive: (child: ChildName) => living.has(child),
    ended: () => ended,
  };
}

describe('the supervisor', () => {
  it('starts each process when what it needs is ready', () => {
    const house = aHouse(['server', 'agent', 'colleagues', 'shell']);

    house.supervisor.start();
    expect(house.log).toEqual(['spawn server']);
    house.ready('server');
    expect(house.log.slice(1)).toEqual(['spawn agent', 'spawn colleagues']);
    house.ready('agent');
    expect(house.log.slice(3)).toEqual(['spawn shell']);
  });

  it('starts an agent host alone without a server', () => {
    const house = aHouse(['agent']);

    house.supervisor.start();

    expect(house.log).toEqual(['spawn agent']);
  });

  it('restarts a crashed process after 0.5 s, then 1 s, and says so', () => {
    const house = aHouse();
    house.supervisor.start();
    house.ready('server');

    house.crash('agent');
    house.clock.advance(499);
    expect(house.isAlive('agent')).toBe(false);
    house.clock.advance(1);
    expect(house.isAlive('agent')).toBe(true);
    house.crash('agent');
    house.clock.advance(999);
    expect(house.isAlive('agent')).toBe(false);
    house.clock.advance(1);

    expect(house.log).toEqual([
      ...['spawn server', 'spawn agent'],
      ...['restarting agent', 'spawn agent'],
      ...['restarting agent', 'spawn agent'],
    ]);
  });

  it('stops everything when the server crashed three times in a row', async () => {
    const house = aHouse();
    house.supervisor.start();
    house.ready('server');
    house.ready('agent');

    for (let crash = 0; crash < 3; crash++) {
      house.crash('server');
      await house.clock.advanceAsync(2_000);
    }

    expect(house.log).toContain('gave-up server');
    expect(house.log).toContain('ask agent');
    expect(house.ended()).toEqual({ kind: 'crashed', child: 'server' });
    expect(house.clock.pendingTimers).toBe(0);
  });

  it('counts anew after a process has run for a while', () => {
    const house = aHouse();
    house.supervisor.start();

    for (let crash = 0; crash < 6; crash++) {
      house.ready('server');
      house.clock.advance(STABLE_AFTER_MS);
      house.crash('server');
      house.clock.advance(500);
    }

    expect(house.log).not.toContain('gave-up server');
    expect(house.isAlive('server')).toBe(true);
  });

  it('does without the shell when it cannot be kept alive, and when a person closes it', () => {
    const house = aHouse(['server', 'agent', 'shell']);
    house.supervisor.start();
    house.ready('server');
    house.ready('agent');

    for (let crash = 0; crash < 3; crash++) {
      house.ready('shell');
      house.crash('shell', { code: null, signal: 'SIGSEGV' });
      house.clock.advance(5_000);
    }
    expect(house.log.at(-1)).toBe('gave-up shell');
    expect(house.isAlive('agent')).toBe(true);

    const other = aHouse(['server', 'agent', 'shell']);
    other.supervisor.start();
    other.ready('server');
    other.ready('agent');
    other.crash('shell', { code: 0, signal: null });
    expect(other.log.at(-1)).toBe('closed shell');
    expect(other.isAlive('shell')).toBe(false);
  });

  it('ends a process that does not become ready, and tries again', () => {
    const house = aHouse(['server']);
    house.supervisor.start();

    house.clock.advance(READY_LIMIT_MS);

    expect(house.log).toEqual(['spawn server', 'too-slow server', 'kill server']);
  });

  it('asks the server last, so that the last facts of the agent host reach it', async () => {
    const house = aHouse(['server', 'agent', 'colleagues']);
    house.supervisor.start();
    house.ready('server');
    house.ready('agent');
    house.ready('colleagues');

    house.supervisor.stop();
    await house.clock.advanceAsync(0);

    expect(house.log.slice(3)).toEqual(['ask agent', 'ask colleagues', 'ask server']);
    expect(house.ended()).toEqual({ kind: 'asked' });
    expect(house.clock.pendingTimers).toBe(0);
  });

  it('ends everything within 2 s, whatever hangs', async () => {
    const house = aHouse();
    house.obedient.clear();
    house.supervisor.start();
    house.ready('server');
    house.ready('agent');

    house.supervisor.stop();
    await house.clock.advanceAsync(KILL_AFTER_MS);

    expect(house.log.slice(2)).toEqual(['ask agent', 'ask server', 'kill server', 'kill agent']);
    expect(house.ended()).toEqual({ kind: 'asked' });
    expect(KILL_AFTER_MS).toBeLessThan(2_000);
  });

  it('starts nothing again after it was asked to stop, also in the middle of a backoff', async () => {
    const house = aHouse();
    house.supervisor.start();
    house.ready('server');
    house.crash('agent');

    house.supervisor.stop();
    house.supervisor.stop();
    await house.clock.advanceAsync(10_000);

    expect(house.log.filter((line) => line === 'spawn agent')).toHaveLength(1);
    expect(house.ended()).toEqual({ kind: 'asked' });
    expect(house.clock.pendingTimers).toBe(0);
  });

  it('takes one more child on later', () => {
    const house = aHouse();
    house.supervisor.start();
    house.ready('server');
    house.ready('agent');

    house.supervisor.add('shell');
    house.supervisor.add('shell');

    expect(house.log.filter((line) => line === 'spawn shell')).toHaveLength(1);
  });

  it('says how a process ended, what it said and where to read on', () => {
    const notice = { kind: 'gave-up', child: 'server', exit: { code: null, signal: 'SIGKILL' } } as const;

    expect(noticeSentence(notice, 'The disk is full.', '/data/logs/server.log')).toBe(
      'The server ended 3 times in a row, at last by SIGKILL; Usher does not start it again. It said: The disk is full. More is in /data/logs/server.log.',
    );
  });
});
