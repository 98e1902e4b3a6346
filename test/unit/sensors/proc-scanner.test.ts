/** The /proc scanner on a folder that looks like /proc: what appears, vanishes, and becomes something else in place. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pidsOf, ScannerDriver } from '../../support/a-proc-scanner.ts';

let driver: ScannerDriver;
beforeEach(() => {
  driver = new ScannerDriver();
});
afterEach(() => driver.proc.destroy(), 120_000);

describe('a difference scan', () => {
  it('reads new processes only once they are no longer young', async () => {
    driver.proc.put({ pid: 10, startTicks: 90_000 }); // 100 s old at an uptime of 1,000 s
    const scanner = driver.open();
    expect(pidsOf((await scanner.scan()).appeared)).toEqual([10]);
    driver.proc.put({ pid: 11, startTicks: 90_000 });
    driver.statReads = [];

    driver.clock.advance(1_000);
    const result = await scanner.scan();

    expect({ appeared: pidsOf(result.appeared), vanished: result.vanished, read: driver.statReads }).toEqual({
      appeared: [11],
      vanished: [],
      read: ['11'],
    });
  });

  it('gives the start as wall time', async () => {
    driver.proc.setUptime(1_000);
    driver.proc.put({ pid: 10, startTicks: 99_750 });

    const [process] = (await driver.open().scan()).appeared;

    expect(process?.startedAtMs).toBe(driver.clock.wallMs() - 2_500);
  });

  it('[H9] keeps keys when the wall clock is set back, and gives later starts by the new clock', async () => {
    driver.proc.put({ pid: 10, startTicks: 90_000 });
    const scanner = driver.open();
    await scanner.scan();

    driver.clock.jump(-3_600_000);
    driver.proc.setUptime(1_040);
    driver.clock.advance(40_000);
    driver.proc.put({ pid: 11, startTicks: 103_900 });
    const result = await scanner.scan();

    expect(result.vanished).toEqual([]);
    expect(result.appeared.map(({ pid, startedAtMs }) => [pid, startedAtMs])).toEqual([
      [11, driver.clock.wallMs() - 1_000],
    ]);
  });
});

describe('[H1] a pid that comes back between two scans', () => {
  it('is another process: the old one vanishes, the new one appears', async () => {
    driver.proc.put({ pid: 10, comm: 'app', startTicks: 90_000 });
    const scanner = driver.open();
    await scanner.scan();

    driver.proc.put({ pid: 10, comm: 'app', startTicks: 99_990 });
    driver.clock.advance(31_000);
    const result = await scanner.scan();

    expect(result.vanished).toEqual([{ pid: 10, startKey: '90000' }]);
    expect(result.appeared).toMatchObject([{ pid: 10, startKey: '99990' }]);
  });

  it('is noticed at the next scan when somebody asked for the old one meanwhile', async () => {
    driver.proc.put({ pid: 10, startTicks: 90_000 });
    const scanner = driver.open();
    await scanner.scan();
    driver.proc.put({ pid: 10, startTicks: 99_990 });

    expect(scanner.counters(10, '90000')).toBeUndefined();
    driver.clock.advance(1_000);

    expect((await scanner.scan()).vanished).toEqual([{ pid: 10, startKey: '90000' }]);
  });
});

describe('[H2] a process that becomes another program in place', () => {
  it('appears again within one scan while it is young', async () => {
    driver.proc.put({ pid: 10, comm: 'bash', startTicks: 99_900 });
    const scanner = driver.open();
    await scanner.scan();

    driver.proc.put({ pid: 10, comm: 'qgis.bin', startTicks: 99_900 });
    driver.clock.advance(1_000);

    expect((await scanner.scan()).appeared).toMatchObject([{ pid: 10, startKey: '99900', name: 'qgis.bin' }]);
  });

  it('belongs to the account it has by now: who logs people in changes it first', async () => {
    driver.proc.put({ pid: 10, comm: 'sudo', startTicks: 99_990, startCode: 1 });
    let userId = 0;
    const scanner = driver.open({ userId: () => userId });
    const [before] = (await scanner.scan()).appeared;

    userId = 1_000;
    driver.proc.put({ pid: 10, comm: 'gedit', startTicks: 99_990, startCode: 2 });
    driver.clock.advance(1_000);
    const [after] = (await scanner.scan()).appeared;

    expect([before?.account, after?.account]).toEqual(['0', '1000']);
    expect(scanner.details(10, '99990')?.account).toBe('1000');
  });

  it('is looked for at each scan for 10 s, then ever more seldom for a minute, then every 30 s', async () => {
    driver.proc.put({ pid: 10, comm: 'bash', startTicks: 100_000 });
    const scanner = driver.open();
    const readAtSecond: number[] = [];
    for (let second = 0; second <= 150; second++) {
      driver.statReads = [];
      driver.proc.setUptime(1_000 + second);
      await scanner.scan();
      if (driver.statReads.length > 0) readAtSecond.push(second);
      driver.clock.advance(1_000);
    }

    expect(readAtSecond).toEqual([...Array(11).keys(), 15, 23, 30, 45, 60, 90, 120, 150]);
  });

  it('appears again although the name stays the same', async () => {
    driver.proc.put({ pid: 10, comm: 'scilab', startTicks: 99_900, startCode: 4_096 });
    const scanner = driver.open();
    await scanner.scan();

    driver.proc.put({ pid: 10, comm: 'scilab', startTicks: 99_900, startCode: 12_288 });
    driver.clock.advance(1_000);

    expect((await scanner.scan()).appeared).toMatchObject([{ pid: 10 }]);
  });

  it('appears again within 30 s when it is old, and started after it was last seen', async () => {
    driver.proc.put({ pid: 10, comm: 'bash', startTicks: 100 });
    const scanner = driver.open();
    await scanner.scan();

    driver.proc.put({ pid: 10, comm: 'matlab', startTicks: 100, startCode: 1 });
    driver.clock.advance(30_000);
    const [process] = (await scanner.scan()).appeared;

    expect(process).toMatchObject({ name: 'matlab', startedAtMs: driver.clock.wallMs() - 30_000 });
  });
});

describe('details and counters', () => {
  it('give path without its mark, arguments, account and login session', async () => {
    driver.proc.put({
      pid: 10,
      exe: '/opt/My App/app (deleted)',
      args: ['app', '-x', 'a b'],
      cgroup: '0::/user.slice/user-1000.slice/session-7.scope\n',
    });
    const scanner = driver.open();
    await scanner.scan();

    expect(scanner.details(10, '90000')).toMatchObject({
      exePath: '/opt/My App/app',
      args: ['app', '-x', 'a b'],
      account: String(process.getuid?.()),
      osSession: '7',
    });
  });

  it('give CPU of the process, of its ended children, and disk bytes', async () => {
    driver.proc.put({ pid: 10, userTicks: 123, reapedTicks: 45 });

    expect(driver.open().counters(10, '90000')).toEqual({
      cpuMs: 1_230,
      reapedCpuMs: 450,
      readBytes: 4_096,
      writeBytes: 8_192,
    });
  });
});
