/**
 * Understanding of /proc texts, as proc(5) describes them. Pure: bytes in, values out; nothing here reads a file
 * and nothing throws, whatever the bytes are.
 */

/** USER_HZ, the unit of times in /proc/PID/stat: 100 on every architecture that Node runs on. */
export const MS_PER_TICK = 10;

const PF_KTHREAD = 0x0020_0000;
const NO_SESSION = '4294967295';

export interface ProcStat {
  readonly pid: number;
  /** At most 15 bytes; bytes that are no UTF-8 (a cut character) become U+FFFD. */
  readonly name: string;
  readonly ppid: number;
  readonly isKernelThread: boolean;
  /** User and system time of the process itself. */
  readonly cpuMs: number;
  /** The same of its children that ended and were waited for. */
  readonly reapedCpuMs: number;
  /** Ticks since boot. */
  readonly startTicks: string;
  /** Changes when the process becomes another program in place; '0 0' or '1 1' where we may not see it. */
  readonly codeRange: string;
}

/** @returns undefined when the bytes are no stat line */
export function parseStat(bytes: Buffer): ProcStat | undefined {
  const open = bytes.indexOf(0x28);
  // A name may hold spaces and parentheses itself, so the last one ends it.
  const close = bytes.lastIndexOf(0x29);
  if (open < 1 || close < open) return undefined;
  const pid = wholeNumber(bytes.toString('latin1', 0, open - 1));
  // Fields from number 3 on (state): index = field number - 3.
  const fields = bytes.toString('latin1', close + 2).split(' ', 25);
  const [ppid, flags, user, system, childUser, childSystem] = [1, 6, 11, 12, 13, 14].map((index) =>
    wholeNumber(fields[index]),
  );
  const startTicks = fields[19];
  if (pid === undefined || ppid === undefined || flags === undefined || user === undefined) return undefined;
  if (system === undefined || childUser === undefined || childSystem === undefined) return undefined;
  if (startTicks === undefined || !/^\d+$/.test(startTicks)) return undefined;
  return {
    pid,
    name: bytes.toString('utf8', open + 1, close),
    ppid,
    isKernelThread: (flags & PF_KTHREAD) !== 0,
    cpuMs: (user + system) * MS_PER_TICK,
    reapedCpuMs: (childUser + childSystem) * MS_PER_TICK,
    startTicks,
    codeRange: `${fields[23] ?? ''} ${fields[24] ?? ''}`,
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  return Number.isInteger(value) && value >= -1 ? value : undefined;
}

/** Bytes that reached or left a disk (not the cache, not pipes). */
export function parseIo(
  text: string,
): { readonly readBytes: number; readonly writeBytes: number } | undefined {
  const readBytes = /^read_bytes: (\d+)$/m.exec(text)?.[1];
  const writeBytes = /^write_bytes: (\d+)$/m.exec(text)?.[1];
  if (readBytes === undefined || writeBytes === undefined) return undefined;
  return { readBytes: Number(readBytes), writeBytes: Number(writeBytes) };
}

/** @returns undefined for a process without arguments (kernel threads, zombies) */
export function parseCommandLine(bytes: Buffer): readonly string[] | undefined {
  if (bytes.length === 0) return undefined;
  const end = bytes.at(-1) === 0 ? bytes.length - 1 : bytes.length;
  return bytes.toString('utf8', 0, end).split('\0');
}

const DELETED = ' (deleted)';

/** The kernel adds " (deleted)" when the file was replaced, as every update does. */
export function withoutDeleted(exeLink: string): string {
  return exeLink.endsWith(DELETED) ? exeLink.slice(0, -DELETED.length) : exeLink;
}

/**
 * The logind session that a control group path names, "/user.slice/user-1000.slice/session-3.scope" being '3'.
 * @returns 'shared' for what the user's service manager started: it belongs to all sessions of that user
 */
export function parseCgroupSession(text: string): { readonly id: string } | 'shared' | undefined {
  const id = /\/session-([^/\n]+)\.scope/.exec(text)?.[1];
  if (id !== undefined) return { id };
  return /\/user@\d+\.service/.test(text) ? 'shared' : undefined;
}

/** The audit session; undefined where none was set. */
export function parseSessionId(text: string): string | undefined {
  const id = text.trim();
  return /^\d+$/.test(id) && id !== NO_SESSION ? id : undefined;
}

/** First number of /proc/uptime: milliseconds since boot, sleep included. */
export function parseUptime(text: string): number | undefined {
  const seconds = /^(\d+\.\d+) /.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}

/** Value of one variable in the bytes of /proc/PID/environ. */
export function parseEnvironVariable(bytes: Buffer, name: string): string | undefined {
  const prefix = `${name}=`;
  return bytes
    .toString('utf8', 0, bytes.length)
    .split('\0')
    .find((entry) => entry.startsWith(prefix))
    ?.slice(prefix.length);
}

/**
 * What /proc/loadavg says of starts and ends: number of tasks and newest pid, as one text to compare
 * (`proc_pid_loadavg`, man 5 proc: "0.20 0.18 0.12 1/80 11206"; the number before the slash is load, not news).
 */
export function parseTaskStamp(text: string): string | undefined {
  return /\/(\d+ \d+)\s*$/.exec(text)?.[1];
}
