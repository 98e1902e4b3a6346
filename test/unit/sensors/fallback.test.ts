import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ListDifference } from '../../../main/agent/sensors/os/fallback/list-difference.ts';
import { toListed } from '../../../main/agent/sensors/os/fallback/ps-list-scanner.ts';
import { parseCpuTime, parsePs } from '../../../main/agent/sensors/os/fallback/ps-text.ts';
import { withFallback } from '../../../main/agent/sensors/os/fallback/scanner-choice.ts';
import { parseBusAddress, toMilliseconds } from '../../../main/agent/sensors/os/linux/dbus-address.ts';
import type { ProcessInfo, ProcessScanner } from '../../../main/agent/sensors/os/ports.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/sensors/${name}`, import.meta.url), 'utf8');

describe('ps', () => {
  it('of Linux gives names with spaces, long CPU times and dead processes', () => {
    const list = parsePs(fixture('ps-linux.txt'));

    expect(list.map(({ info }) => [info.pid, info.ppid, info.account, info.name])).toEqual([
      [1, 0, '0', 'systemd'],
      [2, 0, '0', 'kthreadd'],
      [4, 2, '0', 'kworker/R-rcu_gp'],
      [31483, 31467, '1000', 'soffice.bin'],
      [31501, 1, '1000', 'Very Long App (x'],
      [31502, 31501, '1000', 'app'],
    ]);
    expect(list[3]).toMatchObject({
      info: { startedAtMs: new Date('Sun Nov 22 07:40:44 2026').getTime() },
      counters: { cpuMs: 3_723_000, residentBytes: 297_074_688 },
    });
    expect(list[4]?.counters?.cpuMs).toBe(183_845_000);
  });

  it('of macOS gives whole paths', () => {
    expect(parsePs(fixture('ps-macos.txt'))[1]).toMatchObject({
      info: {
        name: 'Rhinoceros',
        exePath: '/Applications/Rhino 8.app/Contents/MacOS/Rhinoceros',
        account: '501',
      },
      counters: { cpuMs: 7_425_670 },
    });
  });

  it('that says something else is no process', () => {
    expect(parsePs('error: list of process IDs must follow -p\n\n 1 2 3')).toEqual([]);
    expect(parseCpuTime('x')).toBeUndefined();
  });
});

describe('ps-list', () => {
  it('of Windows tells pid, parent and name only, and nothing is invented', () => {
    expect(toListed({ pid: 4, ppid: 0, name: 'System' })).toEqual({
      info: { pid: 4, ppid: 0, startKey: 'unknown', name: 'System' },
    });
  });
});

describe('whole lists', () => {
  const info = (pid: number, startKey: string, name = 'app'): ProcessInfo => ({
    pid,
    ppid: 1,
    startKey,
    name,
  });

  it('become differences, by pid and start', () => {
    const difference = new ListDifference();
    difference.update([{ info: info(1, 'a') }, { info: info(2, 'b') }], 0);

    const result = difference.update([{ info: info(2, 'c') }, { info: info(3, 'd') }], 5);

    expect(result).toEqual({
      atMonotonicMs: 5,
      appeared: [info(2, 'c'), info(3, 'd')],
      vanished: [
        { pid: 1, startKey: 'a' },
        { pid: 2, startKey: 'b' },
      ],
      totalProcesses: 2,
    });
    expect([difference.find(2, 'c')?.info.pid, difference.find(2, 'b')]).toEqual([2, undefined]);
  });

  it('[H2] show a process that became another program', () => {
    const difference = new ListDifference();
    difference.update([{ info: info(1, 'a', 'bash') }], 0);

    expect(difference.update([{ info: info(1, 'a', 'app') }], 1)).toMatchObject({
      appeared: [{ name: 'app' }],
      vanished: [],
    });
  });
});

describe('the choice of a scanner', () => {
  function aScanner(
    source: string,
    state: { fails: boolean; pids: number[]; closed: number },
  ): ProcessScanner {
    const known = new Set<number>();
    return {
      async scan() {
        if (state.fails) throw new Error(`${source} is broken`);
        const appeared = state.pids
          .filter((pid) => !known.has(pid))
          .map((pid) => ({ pid, ppid: 1, startKey: source, name: 'app' }));
        for (const { pid } of appeared) known.add(pid);
        return { atMonotonicMs: 0, appeared, vanished: [], totalProcesses: state.pids.length };
      },
      details: (pid, startKey) => ({ pid, ppid: 1, startKey, name: source }),
      counters: () => undefined,
      health: () => ({ source, state: 'working' }),
      close() {
        state.closed += 1;
      },
    };
  }
  function aChoice() {
    const clock = new FakeClock();
    const first = { fails: false, pids: [10], closed: 0 };
    const second = { fails: false, pids: [10, 11], closed: 0 };
    const scanner = withFallback(
      [
        { source: 'good', open: async () => aScanner('good', first) },
        { source: 'spare', open: async () => aScanner('spare', second) },
      ],
      clock,
    );
    return { clock, first, second, scanner };
  }

  it('takes the first that works, and says nothing special', async () => {
    const { scanner } = aChoice();
    await scanner.scan();

    expect(scanner.health()).toEqual({ source: 'good', state: 'working' });
  });

  it('falls back with the reason, and everything of the former vanishes', async () => {
    const { scanner, first } = aChoice();
    await scanner.scan();
    first.fails = true;

    const result = await scanner.scan();

    expect(result.appeared.map(({ pid, startKey }) => `${pid} ${startKey}`)).toEqual([
      '10 spare',
      '11 spare',
    ]);
    expect(result.vanished).toEqual([{ pid: 10, startKey: 'good' }]);
    expect(scanner.health()).toEqual({
      source: 'spare',
      state: 'fallback',
      detail: 'good does not work: good is broken',
    });
    expect(first.closed).toBe(1);
  });

  it('tries the first again after a while', async () => {
    const { scanner, first, clock } = aChoice();
    first.fails = true;
    await scanner.scan();
    first.fails = false;
    clock.advance(600_000);

    const result = await scanner.scan();

    expect(result.vanished.map(({ pid, startKey }) => `${pid} ${startKey}`)).toEqual([
      '10 spare',
      '11 spare',
    ]);
    expect(scanner.health()).toEqual({ source: 'good', state: 'working' });
  });

  it('fails with a cause when none works, and starts over at the next scan', async () => {
    const { scanner, first, second } = aChoice();
    first.fails = true;
    second.fails = true;

    await expect(scanner.scan()).rejects.toThrow('processes cannot be listed');
    expect(scanner.health()).toMatchObject({ source: 'good', state: 'failed' });
    second.fails = false;

    expect(await scanner.scan()).toMatchObject({ totalProcesses: 2 });
  });

  it('forgets nobody who ended while none worked', async () => {
    const { scanner, first, second } = aChoice();
    await scanner.scan();
    first.fails = true;
    second.fails = true;
    await expect(scanner.scan()).rejects.toThrow();
    first.fails = false;
    first.pids = [20];

    expect(await scanner.scan()).toMatchObject({
      appeared: [{ pid: 20 }],
      vanished: [{ pid: 10, startKey: 'good' }],
    });
  });
});

describe('D-Bus', () => {
  it.each([
    ['unix:path=/run/user/1000/bus', ['/run/user/1000/bus']],
    ['unix:path=/run/a,guid=00', ['/run/a']],
    ['unix:abstract=/tmp/dbus-x%20y,guid=00', ['\0/tmp/dbus-x y']],
    ['tcp:host=localhost,port=1;unix:path=/b', ['/b']],
    ['autolaunch:', []],
    ['', []],
  ])('address %j', (address, paths) => {
    expect(parseBusAddress(address)).toEqual(paths);
  });

  it.each([
    [5n, 5],
    [7, 7],
    ['9', 9],
    [{ toNumber: () => 11 }, 11],
    [-1, undefined],
    ['', undefined],
    ['x', undefined],
    [null, undefined],
    [2n ** 63n, undefined],
  ])('[H12] answer %s as milliseconds', (value, milliseconds) => {
    expect(toMilliseconds(value)).toBe(milliseconds);
  });
});
