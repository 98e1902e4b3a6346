/**
 * Understanding of what libproc and sysctl of macOS fill in. Pure. Layouts: `struct proc_bsdinfo` and
 * `struct rusage_info_v2` of <sys/proc_info.h> and <sys/resource.h> (XNU); KERN_PROCARGS2 as ps(1) reads it.
 */

export const BSD_INFO_BYTES = 136;
export const RUSAGE_V2_BYTES = 160;

export interface BsdInfo {
  readonly pid: number;
  readonly ppid: number;
  readonly uid: number;
  /** At most 31 bytes. */
  readonly name: string;
  /** Microseconds since 1970. */
  readonly startMicroseconds: string;
  readonly startedAtMs: number;
}

export function parseBsdInfo(bytes: Buffer): BsdInfo | undefined {
  if (bytes.length < BSD_INFO_BYTES) return undefined;
  const seconds = bytes.readBigUInt64LE(120);
  const microseconds = seconds * 1_000_000n + bytes.readBigUInt64LE(128);
  return {
    pid: bytes.readUInt32LE(12),
    ppid: bytes.readUInt32LE(16),
    uid: bytes.readUInt32LE(28), // the real user, who started it
    name: textAt(bytes, 64, 32) || textAt(bytes, 48, 16),
    startMicroseconds: microseconds.toString(),
    startedAtMs: Number(microseconds / 1_000n),
  };
}

function textAt(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

/** Units of mach time as nanoseconds: numer / denom. 1/1 on Intel, 125/3 on Apple silicon. */
export interface Timebase {
  readonly numer: number;
  readonly denom: number;
}

export interface Rusage {
  readonly cpuMs: number;
  readonly reapedCpuMs: number;
  readonly residentBytes: number;
  readonly readBytes: number;
  readonly writeBytes: number;
}

export function parseRusage(bytes: Buffer, timebase: Timebase): Rusage | undefined {
  if (bytes.length < RUSAGE_V2_BYTES) return undefined;
  const number = (offset: number) => Number(bytes.readBigUInt64LE(offset));
  const milliseconds = (units: number) => (units * timebase.numer) / timebase.denom / 1_000_000;
  return {
    cpuMs: milliseconds(number(16) + number(24)),
    reapedCpuMs: milliseconds(number(96) + number(104)),
    residentBytes: number(64),
    readBytes: number(144),
    writeBytes: number(152),
  };
}

/** KERN_PROCARGS2: argument count, path of the executable, padding, then the arguments, each ended by a NUL. */
export function parseProcArgs(bytes: Buffer): readonly string[] | undefined {
  if (bytes.length < 5) return undefined;
  const count = bytes.readInt32LE(0);
  let offset = bytes.indexOf(0, 4);
  if (offset < 0 || count < 0) return undefined;
  while (offset < bytes.length && bytes[offset] === 0) offset += 1;
  const args: string[] = [];
  while (args.length < count && offset < bytes.length) {
    const end = bytes.indexOf(0, offset);
    if (end < 0) break;
    args.push(bytes.toString('utf8', offset, end));
    offset = end + 1;
  }
  return args;
}

/** The bundle folder of an executable: "/Applications/X.app" of "/Applications/X.app/Contents/MacOS/x". */
export function bundleDirOf(exePath: string): string | undefined {
  return /^(.*?\.app)\/Contents\/MacOS\/[^/]+$/.exec(exePath)?.[1];
}

/** CFBundleIdentifier of an Info.plist in XML; undefined for a binary one. */
export function parseBundleId(plist: string): string | undefined {
  return /<key>\s*CFBundleIdentifier\s*<\/key>\s*<string>\s*([^<\s]+)\s*<\/string>/.exec(plist)?.[1];
}
