/**
 * The scanner of Windows: one system call lists all processes with times and counters; only processes that a rule may
 * match are opened, and their handles are held so that their pids cannot come back meanwhile.
 */
import type { Clock } from '../../../../../shared/time.ts';
import type { ProcessCounters, ProcessInfo, ProcessScanner, ScanResult, SourceHealth } from '../ports.ts';
import { formatSid, parseUnicodeString, splitCommandLine } from './details-parse.ts';
import type { Handle, ListBuffer, Native } from './native.ts';
import {
  entriesOf,
  hasStart,
  readCounters,
  readEntry,
  startedAtMs,
  startHalves,
  startKeyAt,
} from './process-list-parse.ts';

interface Known {
  generation: number;
  readonly low: number;
  readonly high: number;
  readonly info: ProcessInfo;
  /** Where its entry lies in the last list. */
  offset: number;
  handle: Handle | undefined;
}

export class NtScanner implements ProcessScanner {
  readonly #native: Native;
  readonly #clock: Clock;
  readonly #known = new Map<number, Known>();
  #generation = 0;
  #list: ListBuffer | undefined;
  #failure: string | undefined;

  constructor(native: Native, clock: Clock) {
    this.#native = native;
    this.#clock = clock;
  }

  async scan(): Promise<ScanResult> {
    const list = this.#query();
    this.#list = list;
    this.#generation += 1;
    const appeared: ProcessInfo[] = [];
    const vanished: { pid: number; startKey: string }[] = [];
    for (const { pid, offset } of entriesOf(list.buffer, list.usedBytes)) {
      const known = this.#known.get(pid);
      if (known && hasStart(list.buffer, offset, known.low, known.high)) {
        known.generation = this.#generation;
        known.offset = offset;
        continue;
      }
      if (known) this.#forget(known, vanished);
      const info = this.#describe(pid, offset, list);
      this.#known.set(pid, {
        ...startHalves(info.startKey),
        generation: this.#generation,
        info,
        offset,
        handle: undefined,
      });
      appeared.push(info);
    }
    for (const known of this.#known.values())
      if (known.generation !== this.#generation) this.#forget(known, vanished);
    return { atMonotonicMs: this.#clock.monotonicMs(), appeared, vanished, totalProcesses: this.#known.size };
  }

  #query(): ListBuffer {
    try {
      const list = this.#native.queryProcessList();
      this.#failure = undefined;
      return list;
    } catch (error) {
      this.#failure = 'Windows refused the list of processes.';
      throw new Error(this.#failure, { cause: error });
    }
  }

  #describe(pid: number, offset: number, list: ListBuffer): ProcessInfo {
    const { parentPid, name, sessionId } = readEntry(list.buffer, offset, list.baseAddress);
    const startKey = startKeyAt(list.buffer, offset);
    const startedMs = startedAtMs(startKey);
    return {
      pid,
      ppid: parentPid,
      startKey,
      name: name ?? `process ${pid}`,
      osSession: String(sessionId),
      ...(startedMs !== undefined && { startedAtMs: startedMs }),
    };
  }

  #forget(known: Known, vanished: { pid: number; startKey: string }[]): void {
    if (known.handle !== undefined) this.#native.closeHandle(known.handle);
    this.#known.delete(known.info.pid);
    vanished.push({ pid: known.info.pid, startKey: known.info.startKey });
  }

  #find(pid: number, startKey: string): Known | undefined {
    const known = this.#known.get(pid);
    return known?.info.startKey === startKey ? known : undefined;
  }

  details(pid: number, startKey: string): ProcessInfo | undefined {
    const known = this.#find(pid, startKey);
    if (!known) return undefined;
    known.handle ??= this.#native.openForQuery(pid);
    const { handle } = known;
    if (handle === undefined) return known.info; // Another account's, or protected: name and session are all there is.
    const exePath = this.#native.imagePath(handle);
    const line = this.#native.commandLineBytes(handle);
    const commandLine = line && parseUnicodeString(line.buffer, line.baseAddress);
    const sid = this.#native.userSidBytes(handle);
    const account = sid && formatSid(sid);
    return {
      ...known.info,
      ...(exePath !== undefined && { exePath }),
      ...(commandLine !== undefined && { args: splitCommandLine(commandLine) }),
      ...(account !== undefined && { account }),
    };
  }

  /** From the list of the last scan, so it costs no system call. */
  counters(pid: number, startKey: string): ProcessCounters | undefined {
    const known = this.#find(pid, startKey);
    return known && this.#list && readCounters(this.#list.buffer, known.offset);
  }

  health(): SourceHealth {
    return this.#failure === undefined
      ? { source: 'NtQuerySystemInformation', state: 'working' }
      : { source: 'NtQuerySystemInformation', state: 'failed', detail: this.#failure };
  }

  close(): void {
    const ignored: { pid: number; startKey: string }[] = [];
    for (const known of this.#known.values()) this.#forget(known, ignored);
  }
}
