/** What the agent asks of an operating system. One implementation per system; nobody above knows which one runs. */
import type { Cancel } from '../../../../shared/time.ts';

/**
 * One process. A field that could not be read is undefined, never 0 or ''.
 * (`bootId`, `pid`, `startKey`) names one process for ever: pids come back, start times of one boot do not.
 */
export interface ProcessInfo {
  readonly pid: number;
  readonly ppid: number;
  /** Start of the process in the system's own unit (Linux: ticks since boot; Windows: FILETIME; macOS: microseconds). */
  readonly startKey: string;
  /** The same instant as wall time, good to about 10 ms on Linux. */
  readonly startedAtMs?: number;
  /** Name as the kernel knows it; Linux cuts it to 15 bytes. */
  readonly name: string;
  /** Full path of the executable, without a trailing " (deleted)". */
  readonly exePath?: string;
  /** macOS bundle identifier. */
  readonly bundleId?: string;
  readonly args?: readonly string[];
  /** Numeric uid as text on Unix, SID on Windows. */
  readonly account?: string;
  /** Login session on systems that tell: logind session, Windows session id. */
  readonly osSession?: string;
}

/** Running totals of one process since its start. */
export interface ProcessCounters {
  /** User and system time of the process itself. */
  readonly cpuMs?: number;
  /** The same of its children that ended and were waited for, on systems that tell: short solver steps end up here. */
  readonly reapedCpuMs?: number;
  readonly readBytes?: number;
  readonly writeBytes?: number;
  readonly residentBytes?: number;
}

/** What changed since the last scan. `appeared` holds processes that are new or that became another program in place. */
export interface ScanResult {
  readonly atMonotonicMs: number;
  readonly appeared: readonly ProcessInfo[];
  readonly vanished: readonly { readonly pid: number; readonly startKey: string }[];
  readonly totalProcesses: number;
}

/** Which reader works, for people and support. */
export interface SourceHealth {
  readonly source: string;
  readonly state: 'working' | 'fallback' | 'failed';
  /** One sentence when not `working`. */
  readonly detail?: string;
}

export interface ProcessScanner {
  /** One difference scan. Never throws for a process that vanishes while it is read. */
  scan(): Promise<ScanResult>;
  /** Path, arguments and account of one process, read when a rule needs them. undefined: it is gone. */
  details(pid: number, startKey: string): ProcessInfo | undefined;
  /** Totals of one process; undefined: it is gone. */
  counters(pid: number, startKey: string): ProcessCounters | undefined;
  health(): SourceHealth;
  close(): void;
}

/** How long nobody has touched keyboard or mouse in this login session. */
export type IdleReading =
  | { readonly known: true; readonly idleMs: number }
  | { readonly known: false; readonly because: 'no-source' | 'source-failed' };

export interface IdleSource {
  read(): Promise<IdleReading>;
  /** How often a reading is worth its price; may change with the source. */
  periodMs(): number;
  health(): SourceHealth;
  close(): void;
}

export type PowerEvent = 'sleep' | 'resume' | 'lock' | 'unlock';

/** Sleep and lock as the system announces them. A system without such a source gives a health of `failed`. */
export interface PowerSource {
  listen(onEvent: (event: PowerEvent) => void): Cancel;
  /** undefined where the system does not tell. */
  isLocked(): boolean | undefined;
  /**
   * How long the machine has slept since an arbitrary start, on systems whose monotonic clock runs on in sleep.
   * undefined: the monotonic clock stands still in sleep, or nobody can tell.
   */
  asleepMs(): number | undefined;
  health(): SourceHealth;
  close(): void;
}

/** Who this agent works for, as the system asserts it. */
export interface OwnSession {
  /** Changes with every boot. */
  readonly bootId: string;
  /** uid as text, or SID. */
  readonly account: string;
  /** Login name; shown to people, never logged. */
  readonly accountName: string;
  /** Host name; shown to people, never part of an id. */
  readonly hostName: string;
  /** Login session of this agent; 'default' where the system knows none. */
  readonly osSession: string;
  readonly platform: 'linux' | 'win32' | 'darwin';
}

export interface OsPorts {
  readonly own: OwnSession;
  readonly processes: ProcessScanner;
  readonly idle: IdleSource;
  readonly power: PowerSource;
  close(): void;
}
