/**
 * What every process scanner must do, on every system. Framework-free, since the Windows lane runs it inside another
 * Node; each check rejects with a sentence when the scanner breaks its word.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { ProcessInfo, ProcessScanner, ScanResult } from '../../../main/agent/sensors/os/ports.ts';

export interface ContractCheck {
  readonly sentence: string;
  run(open: () => Promise<ProcessScanner>): Promise<void>;
}

/** What a scanner is known not to tell; everything else must be there. */
export interface ContractLimits {
  readonly startTimes: boolean;
  readonly counters: boolean;
  readonly detailsHavePath: boolean;
}

const DEADLINE_MS = 20_000;

export function scannerContract(limits: ContractLimits): readonly ContractCheck[] {
  const within = async (
    open: () => Promise<ProcessScanner>,
    body: (scanner: ProcessScanner) => Promise<void>,
  ) => {
    const scanner = await open();
    try {
      await body(scanner);
    } finally {
      scanner.close();
    }
  };
  return [
    {
      sentence: 'lists every process as new at the first scan, itself included',
      run: (open) =>
        within(open, async (scanner) => {
          const result = await scanner.scan();
          const self = result.appeared.find(({ pid }) => pid === process.pid);
          expect(self !== undefined, 'the own process is in the list');
          expect(result.appeared.length === result.totalProcesses, 'all of them are new');
          expect(result.vanished.length === 0, 'none vanished');
          expect(
            new Set(result.appeared.map(({ pid }) => pid)).size === result.appeared.length,
            'each pid once',
          );
          expect(/^node(\.exe)?|^MainThread/.test(self?.name ?? ''), `the name is node, not ${self?.name}`);
        }),
    },
    {
      sentence: 'reports a process that starts once, and as gone when it ended',
      run: (open) =>
        within(open, async (scanner) => {
          await scanner.scan();
          const child = startChild();
          const started = await until(scanner, (result) =>
            result.appeared.find(({ pid }) => pid === child.pid),
          );
          expect(started.ppid === process.pid || process.platform === 'win32', 'its parent is this process');
          await stop(child);
          const gone = await until(scanner, (result) => result.vanished.find(({ pid }) => pid === child.pid));
          expect(gone.startKey === started.startKey, 'it goes under the key under which it came');
        }),
    },
    {
      sentence: 'tells path and start of one process, and nothing under a wrong start key',
      run: (open) =>
        within(open, async (scanner) => {
          const self = await findSelf(scanner);
          const details = scanner.details(process.pid, self.startKey);
          expect(
            details?.pid === process.pid && details.startKey === self.startKey,
            'details are of that process',
          );
          if (limits.detailsHavePath)
            expect(
              details?.exePath?.toLowerCase() === process.execPath.toLowerCase(),
              `path, not ${details?.exePath}`,
            );
          if (limits.startTimes) {
            const trueStartMs = Date.now() - process.uptime() * 1_000;
            const errorMs = Math.abs((self.startedAtMs ?? 0) - trueStartMs);
            expect(errorMs < 3_000, `the start is ${errorMs} ms off`);
          }
          expect(scanner.details(process.pid, '1') === undefined, 'no details under another key');
          expect(scanner.counters(process.pid, '1') === undefined, 'no counters under another key');
        }),
    },
    {
      sentence: 'counts CPU that grows with work',
      run: (open) =>
        within(open, async (scanner) => {
          if (!limits.counters) return;
          const self = await findSelf(scanner);
          const before = scanner.counters(process.pid, self.startKey);
          burn(400);
          await until(scanner, (result) => result.atMonotonicMs > 0 || undefined);
          const after = scanner.counters(process.pid, self.startKey);
          const grownMs = (after?.cpuMs ?? 0) - (before?.cpuMs ?? 0);
          expect(
            before?.cpuMs !== undefined && grownMs >= 200 && grownMs < 5_000,
            `CPU grew by ${grownMs} ms`,
          );
        }),
    },
    {
      sentence: 'says which source it is and that it works',
      run: (open) =>
        within(open, async (scanner) => {
          await scanner.scan();
          expect(scanner.health().source.length > 0 && scanner.health().state === 'working', 'healthy');
        }),
    },
  ];
}

function expect(condition: boolean, sentence: string): void {
  if (!condition) throw new Error(`does not hold: ${sentence}`);
}

async function findSelf(scanner: ProcessScanner): Promise<ProcessInfo> {
  const self = (await scanner.scan()).appeared.find(({ pid }) => pid === process.pid);
  if (!self) throw new Error('the own process is not in the list');
  return self;
}

function startChild(): ChildProcess {
  return spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Scans until `found` finds something. */
async function until<T>(scanner: ProcessScanner, found: (result: ScanResult) => T | undefined): Promise<T> {
  const deadlineMs = Date.now() + DEADLINE_MS;
  for (;;) {
    const value = found(await scanner.scan());
    if (value !== undefined) return value;
    if (Date.now() > deadlineMs) throw new Error('does not hold: it is seen within 20 s');
    await wait(100);
  }
}

/** Uses CPU of this process, however busy the machine is. */
function burn(cpuMs: number): void {
  const usedMs = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  };
  const untilMs = usedMs() + cpuMs;
  const deadlineMs = Date.now() + DEADLINE_MS;
  while (usedMs() < untilMs && Date.now() < deadlineMs)
    for (let count = 0; count < 10_000; count++) Math.sqrt(count);
}
