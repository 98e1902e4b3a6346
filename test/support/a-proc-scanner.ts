/** The /proc scanner on a synthetic /proc and a fake clock; it counts which stat files the scanner reads. */
import { openProcReader, type ProcReader } from '../../main/agent/sensors/os/linux/proc-reader.ts';
import { ProcScanner } from '../../main/agent/sensors/os/linux/proc-scanner.ts';
import { FakeClock } from './fake-clock.ts';
import { syntheticProc } from './synthetic-proc.ts';

export class ScannerDriver {
  readonly proc = syntheticProc();
  readonly clock = new FakeClock();
  /** Numbers of the processes whose stat file was read since a test emptied this. */
  statReads: string[] = [];

  /** A scanner whose reader does in some calls what the test wants. */
  open(override: Partial<ProcReader> = {}): ProcScanner {
    const reader = openProcReader(this.proc.root);
    const counting: ProcReader = {
      ...reader,
      read: (path) => {
        if (path.endsWith('/stat')) this.statReads.push(path.slice(0, -5));
        return reader.read(path);
      },
      ...override,
    };
    return new ProcScanner(counting, this.clock);
  }
}

/** The process numbers, in order. */
export const pidsOf = (processes: readonly { pid: number }[]) =>
  processes.map(({ pid }) => pid).sort((a, b) => a - b);
