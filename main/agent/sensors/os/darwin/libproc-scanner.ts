/** The scanner of macOS: lists pids, reads the short record of each. Never run on a Mac yet (see native.ts). */
import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../../../shared/time.ts';
import { ListDifference } from '../fallback/list-difference.ts';
import type { ProcessCounters, ProcessInfo, ProcessScanner, ScanResult, SourceHealth } from '../ports.ts';
import {
  type BsdInfo,
  bundleDirOf,
  parseBsdInfo,
  parseBundleId,
  parseProcArgs,
  parseRusage,
  type Timebase,
} from './libproc-parse.ts';
import type { Native } from './native.ts';

const READS_PER_TURN = 500;

export class LibprocScanner implements ProcessScanner {
  readonly #native: Native;
  readonly #clock: Clock;
  readonly #timebase: Timebase;
  readonly #difference = new ListDifference();

  constructor(native: Native, clock: Clock) {
    this.#native = native;
    this.#clock = clock;
    this.#timebase = native.readTimebase();
  }

  async scan(): Promise<ScanResult> {
    const atMs = this.#clock.monotonicMs();
    const list: { info: ProcessInfo }[] = [];
    for (const [index, pid] of this.#native.listPids().entries()) {
      if (index % READS_PER_TURN === READS_PER_TURN - 1) await nextTurn();
      const bsd = this.#read(pid);
      if (bsd) list.push({ info: toProcessInfo(bsd) });
    }
    return this.#difference.update(list, atMs);
  }

  #read(pid: number): BsdInfo | undefined {
    const bytes = this.#native.bsdInfoBytes(pid);
    return bytes && parseBsdInfo(bytes);
  }

  details(pid: number, startKey: string): ProcessInfo | undefined {
    const bsd = this.#read(pid);
    if (bsd?.startMicroseconds !== startKey) return undefined;
    const exePath = this.#native.exePathOf(pid);
    const bundleId = exePath === undefined ? undefined : readBundleId(exePath);
    const bytes = this.#native.argumentBytes(pid);
    const args = bytes && parseProcArgs(bytes);
    return {
      ...toProcessInfo(bsd),
      ...(exePath !== undefined && { exePath }),
      ...(bundleId !== undefined && { bundleId }),
      ...(args && { args }),
    };
  }

  counters(pid: number, startKey: string): ProcessCounters | undefined {
    if (this.#read(pid)?.startMicroseconds !== startKey) return undefined;
    const bytes = this.#native.usageBytes(pid);
    return (bytes && parseRusage(bytes, this.#timebase)) ?? {};
  }

  health(): SourceHealth {
    return { source: 'libproc', state: 'working' };
  }

  close(): void {
    this.#difference.clear();
  }
}

function toProcessInfo({ pid, ppid, uid, name, startMicroseconds, startedAtMs }: BsdInfo): ProcessInfo {
  return { pid, ppid, startKey: startMicroseconds, startedAtMs, name, account: String(uid) };
}

function readBundleId(exePath: string): string | undefined {
  const bundleDir = bundleDirOf(exePath);
  if (bundleDir === undefined) return undefined;
  try {
    return parseBundleId(readFileSync(`${bundleDir}/Contents/Info.plist`, 'utf8'));
  } catch {
    return undefined; // No readable Info.plist: the rule by path or name still fits.
  }
}
