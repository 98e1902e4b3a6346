/** The /proc scanner on a folder that looks like /proc: what cannot be forced on the real one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProcReader, type ProcReader } from '../../../main/agent/sensors/os/linux/proc-reader.ts';
import { ProcScanner } from '../../../main/agent/sensors/os/linux/proc-scanner.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type SyntheticProc, syntheticProc } from './synthetic-proc.ts';

let proc: SyntheticProc;
let clock: FakeClock;
/** Reads of stat files since the last look at it. */
let statReads: string[];

beforeEach(() => {
  proc = syntheticProc();
  clock = new FakeClock();
  statReads = [];
});
afterEach(() => proc.destroy(), 120_000);

function open(override: Partial<ProcReader> = {}): ProcScanner {
  const reader = openProcReader(proc.root);
  const counting: ProcReader = {
    ...reader,
    read(path) {
      if (path.endsWith('/stat')) statReads.push(path.slice(0, -5));
      return reader.read(path);
    },
    ...override,
  };
  return new ProcScanner(counting, clock);
}

const pids = (processes: readonly { pid: number }[]) => processes.map(({ pid }) => pid).sort((a, b) => a - b);

describe('a difference scan', () => {
  it('reads new processes only once they are no longer young', async () => {
    proc.put({ pid: 10, startTicks: 90_000 }); // 100 s old at an uptime of 1,000 s
    const scanner = open();
    expect(pids((await scanner.scan()).appeared)).toEqual([10]);
    proc.put({ pid: 11, startTicks: 90_000 });
    statReads = [];

    clock.advance(1_000);
    const result = await scanner.scan();

    expect({ appeared: pids(result.appeared), vanished: result.vanished, read: statReads }).toEqual({
      appeared: [11],
      vanished: [],
      read: ['11'],
    });
  });

  it('gives the start as wall time', async () => {
    proc.setUptime(1_000);
    proc.put({ pid: 10, startTicks: 99_750 });

    const [process] = (await open().scan()).appeared;

    expect(process?.startedAtMs).toBe(clock.wallMs() - 2_500);
  });

  it('[H9] keeps keys when the wall clock is set back, and gives later starts by the new clock', async () => {
    proc.put({ pid: 10, startTicks: 90_000 });
    const scanner = open();
    await scanner.scan();

    clock.jump(-3_600_000);
    proc.setUptime(1_040);
    clock.advance(40_000);
    proc.put({ pid: 11, startTicks: 103_900 });
    const result = await scanner.scan();

    expect(result.vanished).toEqual([]);
    expect(result.appeared.map(({ pid, startedAtMs }) => [pid, startedAtMs])).toEqual([
      [11, clock.wallMs() - 1_000],
    ]);
  });
});

describe('[H1] a pid that comes back between two scans', () => {
  it('is another process: the old one vanishes, the new one appears', async () => {
    proc.put({ pid: 10, comm: 'app', startTicks: 90_000 });
    const scanner = open();
    await scanner.scan();

    proc.put({ pid: 10, comm: 'app', startTicks: 99_990 });
    clock.advance(31_000);
    const result = await scanner.scan();

    expect(result.vanished).toEqual([{ pid: 10, startKey: '90000' }]);
    expect(result.appeared).toMatchObject([{ pid: 10, startKey: '99990' }]);
  });

  it('is noticed at the next scan when somebody asked for the old one meanwhile', async () => {
    proc.put({ pid: 10, startTicks: 90_000 });
    const scanner = open();
    await scanner.scan();
    proc.put({ pid: 10, startTicks: 99_990 });

    expect(scanner.counters(10, '90000')).toBeUndefined();
    clock.advance(1_000);

    expect((await scanner.scan()).vanished).toEqual([{ pid: 10, startKey: '90000' }]);
  });
});

describe('[H2] a process that becomes another program in place', () => {
  it('appears again within one scan while it is young', async () => {
    proc.put({ pid: 10, comm: 'bash', startTicks: 99_900 });
    const scanner = open();
    await scanner.scan();

    proc.put({ pid: 10, comm: 'qgis.bin', startTicks: 99_900 });
    clock.advance(1_000);

    expect((await scanner.scan()).appeared).toMatchObject([{ pid: 10, startKey: '99900', name: 'qgis.bin' }]);
  });

  it('belongs to the account it has by now: who logs people in changes it first', async () => {
    proc.put({ pid: 10, comm: 'sudo', startTicks: 99_990, startCode: 1 });
    let userId = 0;
    const scanner = open({ userId: () => userId });
    const [before] = (await scanner.scan()).appeared;

    userId = 1_000;
    proc.put({ pid: 10, comm: 'gedit', startTicks: 99_990, startCode: 2 });
    clock.advance(1_000);
    const [after] = (await scanner.scan()).appeared;

    expect([before?.account, after?.account]).toEqual(['0', '1000']);
    expect(scanner.details(10, '99990')?.account).toBe('1000');
  });

  it('is looked for at each scan for 10 s, then ever more seldom for a minute, then every 30 s', async () => {
    proc.put({ pid: 10, comm: 'bash', startTicks: 100_000 });
    const scanner = open();
    const readAtSecond: number[] = [];
    for (let second = 0; second <= 150; second++) {
      statReads = [];
      proc.setUptime(1_000 + second);
      await scanner.scan();
      if (statReads.length > 0) readAtSecond.push(second);
      clock.advance(1_000);
    }

    expect(readAtSecond).toEqual([...Array(11).keys(), 15, 23, 30, 45, 60, 90, 120, 150]);
  });

  it('appears again although the name stays the same', async () => {
    proc.put({ pid: 10, comm: 'scilab', startTicks: 99_900, startCode: 4_096 });
    const scanner = open();
    await scanner.scan();

    proc.put({ pid: 10, comm: 'scilab', startTicks: 99_900, startCode: 12_288 });
    clock.advance(1_000);

    expect((await scanner.scan()).appeared).toMatchObject([{ pid: 10 }]);
  });

  it('appears again within 30 s when it is old, and started after it was last seen', async () => {
    proc.put({ pid: 10, comm: 'bash', startTicks: 100 });
    const scanner = open();
    await scanner.scan();

    proc.put({ pid: 10, comm: 'matlab', startTicks: 100, startCode: 1 });
    clock.advance(30_000);
    const [process] = (await scanner.scan()).appeared;

    expect(process).toMatchObject({ name: 'matlab', startedAtMs: clock.wallMs() - 30_000 });
  });
});

describe('what cannot be read', () => {
  it('[H5] leaves out a process that ends between the list and the reading', async () => {
    proc.put({ pid: 10 });
    const listPids = () => ['10', '11'];

    const result = await open({ listPids }).scan();

    expect([pids(result.appeared), result.vanished, result.totalProcesses]).toEqual([[10], [], 1]);
  });

  it('[H5] reports a known process that ends during the full reading as vanished', async () => {
    proc.put({ pid: 10, startTicks: 99_999 });
    const scanner = open({ listPids: () => ['10'] });
    await scanner.scan();
    proc.remove(10);
    clock.advance(1_000);

    expect((await scanner.scan()).vanished).toEqual([{ pid: 10, startKey: '99999' }]);
  });

  it('[H6] leaves the path of another account undefined and goes on', async () => {
    proc.put({ pid: 10, exe: '/opt/app', args: ['app'] });
    const scanner = open({ exeLink: () => 'denied' });
    await scanner.scan();

    const details = scanner.details(10, '90000');

    expect(details).toMatchObject({ pid: 10, args: ['app'] });
    expect(details).not.toHaveProperty('exePath');
  });

  it('[H6] counts processes that it may not look into, without trying again at each scan', async () => {
    proc.put({ pid: 10 });
    const reader = openProcReader(proc.root);
    let asked = 0;
    const scanner = open({
      read(path) {
        if (!path.endsWith('/stat')) return reader.read(path);
        asked += 1;
        return 'denied';
      },
    });

    const first = await scanner.scan();
    clock.advance(1_000);
    const second = await scanner.scan();
    proc.remove(10);
    clock.advance(1_000);

    expect([first.totalProcesses, first.appeared, second.appeared, asked]).toEqual([1, [], [], 1]);
    expect(await scanner.scan()).toMatchObject({ vanished: [], totalProcesses: 0 });
  });

  it('keeps a known process that cannot be read for want of descriptors', async () => {
    proc.put({ pid: 10, startTicks: 99_999 });
    let isFull = false;
    const reader = openProcReader(proc.root);
    const scanner = open({
      read: (path) => (isFull && path.endsWith('/stat') ? 'denied' : reader.read(path)),
    });
    await scanner.scan();
    isFull = true;
    clock.advance(1_000);

    expect(await scanner.scan()).toMatchObject({ appeared: [], vanished: [], totalProcesses: 1 });
    expect(scanner.counters(10, '99999')).toBeUndefined();
  });

  it('fails as a whole, with a cause, when there is no /proc, and says so', async () => {
    proc.destroy();
    const scanner = open();

    await expect(scanner.scan()).rejects.toThrow('cannot be read');
    expect(scanner.health()).toMatchObject({ source: '/proc', state: 'failed' });
  });
});

describe('details and counters', () => {
  it('give path without its mark, arguments, account and login session', async () => {
    proc.put({
      pid: 10,
      exe: '/opt/My App/app (deleted)',
      args: ['app', '-x', 'a b'],
      cgroup: '0::/user.slice/user-1000.slice/session-7.scope\n',
    });
    const scanner = open();
    await scanner.scan();

    expect(scanner.details(10, '90000')).toMatchObject({
      exePath: '/opt/My App/app',
      args: ['app', '-x', 'a b'],
      account: String(process.getuid?.()),
      osSession: '7',
    });
  });

  it('give CPU of the process, of its ended children, and disk bytes', async () => {
    proc.put({ pid: 10, userTicks: 123, reapedTicks: 45 });

    expect(open().counters(10, '90000')).toEqual({
      cpuMs: 1_230,
      reapedCpuMs: 450,
      readBytes: 4_096,
      writeBytes: 8_192,
    });
  });
});

describe('[H7] 6,000 processes', () => {
  it('are scanned without holding up the event loop, and a quiet scan reads none of them', {
    timeout: 120_000,
  }, async () => {
    for (let pid = 1_000_000; pid < 1_006_000; pid++) proc.putBare({ pid });
    const scanner = open();

    const pauses = await pausesDuring(() => scanner.scan());
    const readAtFirst = statReads.length;
    statReads = [];
    clock.advance(1_000);
    const second = await scanner.scan();

    expect(readAtFirst).toBe(6_000);
    expect(second).toMatchObject({ totalProcesses: 6_000, appeared: [], vanished: [] });
    expect(statReads).toEqual([]);
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
