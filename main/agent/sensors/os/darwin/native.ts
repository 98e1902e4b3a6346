/**
 * The calls of macOS that the sensors make, through koffi. Obtains bytes; understands none of them.
 * Never run on a Mac yet: written from Apple's headers, its parsers tested on buffers of that layout.
 */
import koffi from 'koffi';
import { BSD_INFO_BYTES, RUSAGE_V2_BYTES, type Timebase } from './libproc-parse.ts';

const PROC_PIDTBSDINFO = 3;
const RUSAGE_INFO_V2 = 2;
const CTL_KERN = 1;
const KERN_PROCARGS2 = 49;
const COMBINED_SESSION_STATE = 0;
const ANY_INPUT_EVENT = 0xffff_ffff;
const LONGEST_PATH_BYTES = 4096;
const ARGUMENT_BYTES = 256 * 1024;

const system = koffi.load('/usr/lib/libSystem.B.dylib');
const graphics = koffi.load('/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics');

const listAll = system.func('int proc_listallpids(void*, int)');
const pidInfo = system.func('int proc_pidinfo(int, int, uint64_t, void*, int)');
const pidPath = system.func('int proc_pidpath(int, void*, uint32_t)');
const pidUsage = system.func('int proc_pid_rusage(int, int, void*)');
const sysctl = system.func('int sysctl(void*, uint32_t, void*, _Inout_ size_t*, void*, size_t)');
const sysctlByName = system.func('int sysctlbyname(str, void*, _Inout_ size_t*, void*, size_t)');
const timebaseInfo = system.func('int mach_timebase_info(void*)');
const absoluteTime = system.func('uint64_t mach_absolute_time()');
const continuousTime = system.func('uint64_t mach_continuous_time()');
const secondsSinceInput = graphics.func('double CGEventSourceSecondsSinceLastEventType(int32_t, uint32_t)');

let pidBuffer = Buffer.allocUnsafeSlow(4 * 4096);
const bsdBuffer = Buffer.allocUnsafeSlow(BSD_INFO_BYTES);
const usageBuffer = Buffer.allocUnsafeSlow(RUSAGE_V2_BYTES);
const scratch = Buffer.allocUnsafeSlow(ARGUMENT_BYTES);

/** @throws when macOS refuses */
function listPids(): readonly number[] {
  for (;;) {
    const count: number = listAll(pidBuffer, pidBuffer.length);
    if (count <= 0) throw new Error('proc_listallpids answered nothing');
    // A full buffer may have been too small.
    if (count * 4 < pidBuffer.length)
      return Array.from({ length: count }, (_, index) => pidBuffer.readInt32LE(index * 4));
    pidBuffer = Buffer.allocUnsafeSlow(pidBuffer.length * 2);
  }
}

/** `struct proc_bsdinfo`; undefined: gone. Valid until the next call. */
function bsdInfoBytes(pid: number): Buffer | undefined {
  return pidInfo(pid, PROC_PIDTBSDINFO, 0, bsdBuffer, BSD_INFO_BYTES) === BSD_INFO_BYTES
    ? bsdBuffer
    : undefined;
}

function exePathOf(pid: number): string | undefined {
  const bytes: number = pidPath(pid, scratch, LONGEST_PATH_BYTES);
  return bytes > 0 ? scratch.toString('utf8', 0, bytes) : undefined;
}

/** `struct rusage_info_v2`; undefined: gone, or another account's. Valid until the next call. */
function usageBytes(pid: number): Buffer | undefined {
  return pidUsage(pid, RUSAGE_INFO_V2, usageBuffer) === 0 ? usageBuffer : undefined;
}

/** KERN_PROCARGS2; undefined: gone, or another account's. Valid until the next call. */
function argumentBytes(pid: number): Buffer | undefined {
  const name = Buffer.alloc(12);
  name.writeInt32LE(CTL_KERN, 0);
  name.writeInt32LE(KERN_PROCARGS2, 4);
  name.writeInt32LE(pid, 8);
  const length: (number | bigint)[] = [scratch.length];
  return sysctl(name, 3, scratch, length, null, 0) === 0 ? scratch.subarray(0, Number(length[0])) : undefined;
}

function bootSessionId(): string | undefined {
  const length: (number | bigint)[] = [128];
  if (sysctlByName('kern.bootsessionuuid', scratch, length, null, 0) !== 0) return undefined;
  return scratch.toString('latin1', 0, Math.max(0, Number(length[0]) - 1));
}

function readTimebase(): Timebase {
  const bytes = Buffer.alloc(8);
  if (timebaseInfo(bytes) !== 0) throw new Error('mach_timebase_info failed');
  return { numer: bytes.readUInt32LE(0), denom: bytes.readUInt32LE(4) };
}

/** Mach units that the machine was asleep since boot. */
function asleepUnits(): number {
  return Number(BigInt(continuousTime()) - BigInt(absoluteTime()));
}

/** Seconds since keyboard, mouse or tablet were last used in this login session. */
function inputAgoSeconds(): number {
  return secondsSinceInput(COMBINED_SESSION_STATE, ANY_INPUT_EVENT);
}

/** Everything above as one value, so that tests can hand in another one. */
export const native = {
  listPids,
  bsdInfoBytes,
  exePathOf,
  usageBytes,
  argumentBytes,
  bootSessionId,
  readTimebase,
  asleepUnits,
  inputAgoSeconds,
};
export type Native = typeof native;
