/**
 * The difference scanner of Linux: each scan lists /proc and reads only what is new, young (a shell becomes the
 * application in place within its first seconds) or due for the full re-read. It matches and decides nothing.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, MINUTE, SECOND } from '../../../../../shared/time.ts';
import type { ProcessCounters, ProcessInfo, ProcessScanner, ScanResult, SourceHealth } from '../ports.ts';
import {
  MS_PER_TICK,
  type ProcStat,
  parseCgroupSession,
  parseCommandLine,
  parseIo,
  parseSessionId,
  parseStat,
  parseTaskStamp,
  parseUptime,
  withoutDeleted,
} from './proc-parse.ts';
import type { ProcReader } from './proc-reader.ts';

/** A shell becomes the application within its first seconds: so long each scan reads it again. */
const INFANT_MS = 10 * SECOND;
/** From then on the pause between two readings is half the age, until the full re-read is as good. */
const YOUNG_MS = MINUTE;
const FULL_REREAD_EVERY_MS = 30 * SECOND;
/** Reads between two turns of the event loop: 50 take about 1 ms, 4 ms on a machine that is overloaded. */
const READS_PER_TURN = 50;
/**
 * Nothing started and nothing ended while the newest pid and the number of tasks stand still, and then /proc is not
 * listed: that is most of a quiet scan's cost. In a container the number of tasks is the whole machine's, so that an
 * end here and a start elsewhere could cancel out: no longer than this.
 */
const LIST_AT_LEAST_EVERY_MS = 3 * SECOND;
/** The list of so many processes is a turn by itself. */
const LONG_LIST = 1_000;

interface Known {
  generation: number;
  /** Monotonic time from which on a scan reads it again: it may have become another program. */
  nextReadAtMs: number;
  /** undefined: the process is there, and its stat is not ours to read (hidepid). */
  readonly process: ProcessInfo | undefined;
  readonly codeRange: string;
  /** Monotonic time of the last reading. */
  readAtMs: number;
}

export class ProcScanner implements ProcessScanner {
  readonly #reader: ProcReader;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  #generation = 0;
  #lastFullReadMs = Number.NEGATIVE_INFINITY;
  #lastListMs = Number.NEGATIVE_INFINITY;
  /** Tasks as they stood just before the last listing. */
  #taskStamp: string | undefined;
  #bootToWallMs = 0;
  #failure: string | undefined;

  constructor(reader: ProcReader, clock: Clock) {
    this.#reader = reader;
    this.#clock = clock;
  }

  async scan(): Promise<ScanResult> {
    const nowMs = this.#clock.monotonicMs();
    const readAll = nowMs - this.#lastFullReadMs >= FULL_REREAD_EVERY_MS;
    const names = this.#namesToVisit(nowMs, readAll);
    this.#readBootTime();
    if (readAll) this.#lastFullReadMs = nowMs;
    const appeared: ProcessInfo[] = [];
    const vanished: { pid: number; startKey: string }[] = [];
    let reads = 0;
    for (const name of names) {
      const known = this.#known.get(name);
      if (known) {
        known.generation = this.#generation;
        if (!readAll && nowMs < known.nextReadAtMs) continue;
      }
      if (reads % READS_PER_TURN === 0 && (reads > 0 || names.length >= LONG_LIST)) await nextTurn();
      reads += 1;
      this.#look(name, known, nowMs, appeared, vanished);
    }
    this.#sweep(vanished);
    return { atMonotonicMs: nowMs, appeared, vanished, totalProcesses: this.#known.size };
  }

  /** All processes, in a new generation; where nothing started or ended, those that are due, in the one they have. */
  #namesToVisit(nowMs: number, readAll: boolean): readonly string[] {
    // Before the list: what starts in between is in neither, and changes the stamp.
    const stamp = this.#readTaskStamp();
    const isQuiet = stamp !== undefined && stamp === this.#taskStamp && !readAll;
    if (isQuiet && nowMs - this.#lastListMs < LIST_AT_LEAST_EVERY_MS) return this.#dueNames(nowMs);
    const names = this.#listPids();
    this.#taskStamp = stamp;
    this.#lastListMs = nowMs;
    this.#generation += 1;
    return names;
  }

  #dueNames(nowMs: number): string[] {
    const names: string[] = [];
    for (const [name, known] of this.#known) if (nowMs >= known.nextReadAtMs) names.push(name);
    return names;
  }

  #readTaskStamp(): string | undefined {
    const bytes = this.#reader.read('loadavg');
    return typeof bytes === 'string' ? undefined : parseTaskStamp(bytes.toString('latin1', 0, bytes.length));
  }

  /** Reads one process and reports it when it is new, another process or another program than before. */
  #look(
    name: string,
    known: Known | undefined,
    nowMs: number,
    appeared: ProcessInfo[],
    vanished: { pid: number; startKey: string }[],
  ): void {
    const stat = this.#stat(name);
    if (stat === 'gone') {
      if (known) known.generation = -1;
      return;
    }
    if (stat === 'denied') {
      if (!known) this.#remember(name, undefined, '', Number.POSITIVE_INFINITY);
      return;
    }
    const before = known?.process;
    const isSameProcess = before?.startKey === stat.startTicks;
    if (known && isSameProcess && before.name === stat.name && known.codeRange === stat.codeRange) {
      known.readAtMs = nowMs;
      known.nextReadAtMs = nowMs + this.#pauseAfterReading(before);
      return;
    }
    if (before && !isSameProcess) vanished.push({ pid: before.pid, startKey: before.startKey });
    const process =
      known && isSameProcess
        ? this.#becameAnother(name, before, stat, nowMs - known.readAtMs)
        : this.#describe(name, stat);
    this.#remember(name, process, stat.codeRange, nowMs + this.#pauseAfterReading(process));
    appeared.push(process);
  }

  /** How long a process may be left alone. */
  #pauseAfterReading({ startedAtMs = 0 }: ProcessInfo): number {
    const ageMs = this.#clock.wallMs() - startedAtMs;
    if (ageMs >= YOUNG_MS) return Number.POSITIVE_INFINITY;
    return ageMs < INFANT_MS ? 0 : ageMs / 2;
  }

  /**
   * A shell may turn into the application after hours, so the application started after we last saw the shell. What
   * logs people in (sudo, sshd, a display manager) changes the account before it becomes their program.
   */
  #becameAnother(name: string, before: ProcessInfo, stat: ProcStat, sinceReadMs: number): ProcessInfo {
    const notBeforeMs = Math.round(this.#clock.wallMs() - sinceReadMs);
    return {
      ...this.#describe(name, stat),
      startedAtMs: Math.max(before.startedAtMs ?? 0, notBeforeMs),
    };
  }

  #remember(name: string, process: ProcessInfo | undefined, codeRange: string, nextReadAtMs: number): void {
    const readAtMs = this.#clock.monotonicMs();
    this.#known.set(name, {
      generation: this.#generation,
      nextReadAtMs,
      process,
      codeRange,
      readAtMs,
    });
  }

  #sweep(vanished: { pid: number; startKey: string }[]): void {
    for (const [name, known] of this.#known) {
      if (known.generation === this.#generation) continue;
      this.#known.delete(name);
      if (known.process) vanished.push({ pid: known.process.pid, startKey: known.process.startKey });
    }
  }

  #describe(name: string, stat: ProcStat): ProcessInfo {
    const userId = stat.isKernelThread ? 0 : this.#reader.userId(name);
    return {
      pid: stat.pid,
      ppid: stat.ppid,
      startKey: stat.startTicks,
      startedAtMs: Math.round(this.#bootToWallMs + Number(stat.startTicks) * MS_PER_TICK),
      name: stat.name,
      ...(userId !== undefined && { account: String(userId) }),
    };
  }

  details(pid: number, startKey: string): ProcessInfo | undefined {
    const name = String(pid);
    const stat = this.#statOf(pid, startKey);
    if (!stat) return undefined;
    const known = this.#known.get(name)?.process;
    const base = known?.startKey === startKey ? known : this.#describe(name, stat);
    if (stat.isKernelThread) return base;
    const exe = this.#reader.exeLink(name);
    const commandLine = this.#reader.read(`${name}/cmdline`);
    const args = typeof commandLine === 'string' ? undefined : parseCommandLine(commandLine);
    const osSession = readOsSession(this.#reader, name);
    return {
      ...base,
      name: stat.name,
      ppid: stat.ppid,
      ...(exe !== 'gone' && exe !== 'denied' && { exePath: withoutDeleted(exe) }),
      ...(args && { args }),
      ...(osSession !== undefined && { osSession }),
    };
  }

  counters(pid: number, startKey: string): ProcessCounters | undefined {
    const stat = this.#statOf(pid, startKey);
    if (!stat) return undefined;
    const bytes = this.#reader.read(`${pid}/io`);
    const io = typeof bytes === 'string' ? undefined : parseIo(bytes.toString('latin1', 0, bytes.length));
    return {
      cpuMs: stat.cpuMs,
      reapedCpuMs: stat.reapedCpuMs,
      ...io,
    };
  }

  /** When the pid belongs to another process by now, the next scan looks at it whatever its age. */
  #statOf(pid: number, startKey: string): ProcStat | undefined {
    const stat = this.#stat(String(pid));
    if (typeof stat !== 'string' && stat.startTicks === startKey) return stat;
    const known = this.#known.get(String(pid));
    if (known) known.nextReadAtMs = Number.NEGATIVE_INFINITY;
    return undefined;
  }

  #stat(name: string): ProcStat | 'gone' | 'denied' {
    const bytes = this.#reader.read(`${name}/stat`);
    return typeof bytes === 'string' ? bytes : (parseStat(bytes) ?? 'gone');
  }

  #listPids(): string[] {
    try {
      const names = this.#reader.listPids();
      this.#failure = undefined;
      return names;
    } catch (error) {
      this.#failure = 'The list of processes in /proc cannot be read.';
      throw new Error(this.#failure, { cause: error });
    }
  }

  /** Where the wall clock stood at boot. Taken anew at each scan: both clocks may be corrected or sleep. */
  #readBootTime(): void {
    const bytes = this.#reader.read('uptime');
    const uptimeMs =
      typeof bytes === 'string' ? undefined : parseUptime(bytes.toString('latin1', 0, bytes.length));
    if (uptimeMs !== undefined) this.#bootToWallMs = this.#clock.wallMs() - uptimeMs;
  }

  health(): SourceHealth {
    return this.#failure === undefined
      ? { source: '/proc', state: 'working' }
      : { source: '/proc', state: 'failed', detail: this.#failure };
  }

  close(): void {
    this.#known.clear();
  }
}

/** The login session of a process by its control group, else by the audit session; undefined: none, or shared. */
export function readOsSession(reader: ProcReader, pid: string): string | undefined {
  const cgroup = reader.read(`${pid}/cgroup`);
  const fromCgroup =
    typeof cgroup === 'string' ? undefined : parseCgroupSession(cgroup.toString('latin1', 0, cgroup.length));
  if (fromCgroup === 'shared') return undefined;
  if (fromCgroup) return fromCgroup.id;
  const audit = reader.read(`${pid}/sessionid`);
  return typeof audit === 'string' ? undefined : parseSessionId(audit.toString('latin1', 0, audit.length));
}
