/** The /proc scanner at its limits: what it may not read, what ends under its hands, and thousands of processes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProcReader } from '../../../main/agent/sensors/os/linux/proc-reader.ts';
import { pidsOf, ScannerDriver } from '../../support/a-proc-scanner.ts';

let driver: ScannerDriver;
beforeEach(() => {
  driver = new ScannerDriver();
});
afterEach(() => driver.proc.destroy(), 120_000);

describe('what cannot be read', () => {
  it('[H5] leaves out a process that ends between the list and the reading', async () => {
    driver.proc.put({ pid: 10 });
    const listPids = () => ['10', '11'];

    const result = await driver.open({ listPids }).scan();

    expect([pidsOf(result.appeared), result.vanished, result.totalProcesses]).toEqual([[10], [], 1]);
  });

  it('[H5] reports a known process that ends during the full reading as vanished', async () => {
    driver.proc.put({ pid: 10, startTicks: 99_999 });
    const scanner = driver.open({ listPids: () => ['10'] });
    await scanner.scan();
    driver.proc.remove(10);
    driver.clock.advance(1_000);

    expect((await scanner.scan()).vanished).toEqual([{ pid: 10, startKey: '99999' }]);
  });

  it('[H6] leaves the path of another account undefined and goes on', async () => {
    driver.proc.put({ pid: 10, exe: '/opt/app', args: ['app'] });
    const scanner = driver.open({ exeLink: () => 'denied' });
    await scanner.scan();

    const details = scanner.details(10, '90000');

    expect(details).toMatchObject({ pid: 10, args: ['app'] });
    expect(details).not.toHaveProperty('exePath');
  });

  it('[H6] counts processes that it may not look into, without trying again at each scan', async () => {
    driver.proc.put({ pid: 10 });
    const reader = openProcReader(driver.proc.root);
    let asked = 0;
    const scanner = driver.open({
      read(path) {
        if (!path.endsWith('/stat')) return reader.read(path);
        asked += 1;
        return 'denied';
      },
    });

    const first = await scanner.scan();
    driver.clock.advance(1_000);
    const second = await scanner.scan();
    driver.proc.remove(10);
    driver.clock.advance(1_000);

    expect([first.totalProcesses, first.appeared, second.appeared, asked]).toEqual([1, [], [], 1]);
    expect(await scanner.scan()).toMatchObject({ vanished: [], totalProcesses: 0 });
  });

  it('keeps a known process that cannot be read for want of descriptors', async () => {
    driver.proc.put({ pid: 10, startTicks: 99_999 });
    let isFull = false;
    const reader = openProcReader(driver.proc.root);
    const scanner = driver.open({
      read: (path) => (isFull && path.endsWith('/stat') ? 'denied' : reader.read(path)),
    });
    await scanner.scan();
    isFull = true;
    driver.clock.advance(1_000);

    expect(await scanner.scan()).toMatchObject({ appeared: [], vanished: [], totalProcesses: 1 });
    expect(scanner.counters(10, '99999')).toBeUndefined();
  });

  it('fails as a whole, with a cause, when there is no /proc, and says so', async () => {
    driver.proc.destroy();
    const scanner = driver.open();

    await expect(scanner.scan()).rejects.toThrow('cannot be read');
    expect(scanner.health()).toMatchObject({ source: '/proc', state: 'failed' });
  });
});

describe('[H7] 6,000 processes', () => {
  it('are scanned without holding up the event loop, and a quiet scan reads none of them', {
    timeout: 120_000,
  }, async () => {
    for (let pid = 1_000_000; pid < 1_006_000; pid++) driver.proc.putBare({ pid });
    const scanner = driver.open();

    const pauses = await pausesDuring(() => scanner.scan());
    const readAtFirst = driver.statReads.length;
    driver.statReads = [];
    driver.clock.advance(1_000);
    const second = await scanner.scan();

    expect(readAtFirst).toBe(6_000);
    expect(second).toMatchObject({ totalProcesses: 6_000, appeared: [], vanished: [] });
    expect(driver.statReads).toEqual([]);
    expect(Math.max(...pauses), 'CPU of the longest turn of the first scan in ms').toBeLessThan(60);
    expect(pauses.length, 'turns that the first scan left to others').toBeGreaterThan(100);
  });
});

/** CPU of this thread in each turn of the event loop, in ms, while `run` runs: what others do does not count. */
async function pausesDuring(run: () => Promise<unknown>): Promise<number[]> {
  const usedMs = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  const pauses: number[] = [];
  let lastMs = usedMs();
  let isRunning = true;
  const look = () => {
    const nowMs = usedMs();
    pauses.push(nowMs - lastMs);
    lastMs = nowMs;
    if (isRunning) setImmediate(look);
  };
  setImmediate(look);
  await run();
  isRunning = false;
  return pauses;
}
