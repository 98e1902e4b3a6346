/** What the /proc scanner saves while nothing starts or ends, and what it must see all the same. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTaskStamp } from '../../../main/agent/sensors/os/linux/proc-parse.ts';
import { openProcReader } from '../../../main/agent/sensors/os/linux/proc-reader.ts';
import { pidsOf, ScannerDriver } from '../../support/a-proc-scanner.ts';

let driver: ScannerDriver;
let lists = 0;
beforeEach(() => {
  driver = new ScannerDriver();
  lists = 0;
});
afterEach(() => driver.proc.destroy());

const tasks = (count: number, newestPid: number) =>
  writeFileSync(join(driver.proc.root, 'loadavg'), `0.20 0.18 0.12 2/${count} ${newestPid}\n`);

function open() {
  const reader = openProcReader(driver.proc.root);
  return driver.open({
    listPids() {
      lists += 1;
      return reader.listPids();
    },
  });
}

describe('while the newest pid and the number of tasks stand still', () => {
  it('does not list /proc, and lists it again after three seconds all the same', async () => {
    driver.proc.put({ pid: 10 });
    tasks(80, 10);
    const scanner = open();
    const counts: number[] = [];

    for (let second = 0; second < 5; second += 1) {
      await scanner.scan();
      counts.push(lists);
      driver.clock.advance(1_000);
    }

    expect(counts).toEqual([1, 1, 1, 2, 2]);
  });

  it('[H2] still sees a young process become another program in place', async () => {
    driver.proc.put({ pid: 10, comm: 'sh', startTicks: 99_999 });
    tasks(80, 10);
    const scanner = open();
    await scanner.scan();
    driver.proc.put({ pid: 10, comm: 'freecad', startTicks: 99_999 });
    driver.clock.advance(1_000);

    const { appeared } = await scanner.scan();

    expect(appeared.map(({ name }) => name)).toEqual(['freecad']);
    expect(lists).toBe(1);
  });
});

describe('when they move', () => {
  it('sees what started at the next scan', async () => {
    driver.proc.put({ pid: 10 });
    tasks(80, 10);
    const scanner = open();
    await scanner.scan();
    driver.proc.put({ pid: 11 });
    tasks(81, 11);
    driver.clock.advance(1_000);

    expect(pidsOf((await scanner.scan()).appeared)).toEqual([11]);
  });

  it('sees what ended at the next scan, though the newest pid stays', async () => {
    driver.proc.put({ pid: 10 });
    driver.proc.put({ pid: 11 });
    tasks(81, 11);
    const scanner = open();
    await scanner.scan();
    driver.proc.remove(10);
    tasks(80, 11);
    driver.clock.advance(1_000);

    expect(pidsOf((await scanner.scan()).vanished)).toEqual([10]);
  });

  it('sees what started between the reading of the numbers and the list', async () => {
    driver.proc.put({ pid: 10 });
    tasks(80, 10);
    const reader = openProcReader(driver.proc.root);
    const scanner = driver.open({
      listPids() {
        const names = reader.listPids();
        if (!names.includes('11')) {
          driver.proc.put({ pid: 11 });
          tasks(81, 11);
        }
        return names;
      },
    });
    await scanner.scan();
    driver.clock.advance(1_000);

    expect(pidsOf((await scanner.scan()).appeared)).toEqual([11]);
  });
});

describe('the numbers', () => {
  it('are the tasks and the newest pid, without the load', () => {
    expect(parseTaskStamp('0.20 0.18 0.12 1/80 11206\n')).toBe('80 11206');
  });

  it('are unknown in anything else, and nothing throws', () => {
    expect(parseTaskStamp('')).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => typeof (parseTaskStamp(text) ?? '') === 'string'));
  });
});
