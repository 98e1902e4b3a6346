/**
 * Understanding of what NtQuerySystemInformation(SystemProcessInformation = 5) fills in on 64-bit Windows.
 * Pure: a buffer in, values out. Offsets of SYSTEM_PROCESS_INFORMATION as measured under Wine 8 and as listed by
 * the ntapi crate (docs.rs ntapi 0.3.7); times are FILETIME units of 100 ns.
 */

const OFFSET = {
  nextEntry: 0,
  threadCount: 4,
  createTime: 32,
  userTime: 40,
  kernelTime: 48,
  nameBytes: 56,
  namePointer: 64,
  pid: 80,
  parentPid: 88,
  sessionId: 100,
  workingSet: 144,
  readTransfer: 232,
  writeTransfer: 240,
  end: 256,
} as const;

const UNITS_PER_MS = 10_000;
/** 1601-01-01 to 1970-01-01 in milliseconds. */
const FILETIME_EPOCH_MS = 11_644_473_600_000;
/** No machine runs more; a longer chain is a torn buffer. */
const MOST_ENTRIES = 1_000_000;

export interface ListedEntry {
  readonly pid: number;
  /** Where this entry starts, for the readers below. */
  readonly offset: number;
}

/**
 * Walks the chain of entries. A process without threads has ended: it is listed only because somebody (we) still
 * holds a handle. The idle process (pid 0) is no process.
 */
export function* entriesOf(buffer: Buffer, usedBytes: number): Iterable<ListedEntry> {
  const limit = Math.min(usedBytes, buffer.length);
  let offset = 0;
  for (let count = 0; count < MOST_ENTRIES && offset + OFFSET.end <= limit; count++) {
    const pid = buffer.readUInt32LE(offset + OFFSET.pid);
    if (pid !== 0 && buffer.readUInt32LE(offset + OFFSET.threadCount) !== 0) yield { pid, offset };
    const next = buffer.readUInt32LE(offset + OFFSET.nextEntry);
    if (next < OFFSET.end) return;
    offset += next;
  }
}

/** Creation time as text in FILETIME units: with the pid it names a process for ever. */
export function startKeyAt(buffer: Buffer, offset: number): string {
  return buffer.readBigUInt64LE(offset + OFFSET.createTime).toString();
}

/** The same as two halves, for comparing without making a text. */
export function hasStart(buffer: Buffer, offset: number, low: number, high: number): boolean {
  return (
    buffer.readUInt32LE(offset + OFFSET.createTime) === low &&
    buffer.readUInt32LE(offset + OFFSET.createTime + 4) === high
  );
}

export function startHalves(startKey: string): { readonly low: number; readonly high: number } {
  const value = BigInt(startKey);
  return { low: Number(value & 0xffff_ffffn), high: Number((value >> 32n) & 0xffff_ffffn) };
}

/** @returns undefined for the few system processes without a creation time */
export function startedAtMs(startKey: string): number | undefined {
  return startKey === '0' ? undefined : Number(BigInt(startKey) / BigInt(UNITS_PER_MS)) - FILETIME_EPOCH_MS;
}

export interface EntryFields {
  readonly parentPid: number;
  /** Image name; the texts lie in the same buffer, addressed by absolute pointers. */
  readonly name: string | undefined;
  readonly sessionId: number;
}

/** @param baseAddress where the buffer lay in memory when it was filled */
export function readEntry(buffer: Buffer, offset: number, baseAddress: bigint): EntryFields {
  const nameBytes = buffer.readUInt16LE(offset + OFFSET.nameBytes);
  const nameOffset = buffer.readBigUInt64LE(offset + OFFSET.namePointer) - baseAddress;
  const isInside = nameOffset >= 0n && nameOffset + BigInt(nameBytes) <= BigInt(buffer.length);
  const start = Number(nameOffset);
  return {
    parentPid: buffer.readUInt32LE(offset + OFFSET.parentPid),
    name: isInside && nameBytes > 0 ? buffer.toString('utf16le', start, start + nameBytes) : undefined,
    sessionId: buffer.readUInt32LE(offset + OFFSET.sessionId),
  };
}

export interface EntryCounters {
  readonly cpuMs: number;
  readonly residentBytes: number;
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** Transfers include pipes and sockets. */
export function readCounters(buffer: Buffer, offset: number): EntryCounters {
  const units = Number(
    buffer.readBigUInt64LE(offset + OFFSET.userTime) + buffer.readBigUInt64LE(offset + OFFSET.kernelTime),
  );
  return {
    cpuMs: Math.floor(units / UNITS_PER_MS),
    residentBytes: Number(buffer.readBigUInt64LE(offset + OFFSET.workingSet)),
    readBytes: Number(buffer.readBigUInt64LE(offset + OFFSET.readTransfer)),
    writeBytes: Number(buffer.readBigUInt64LE(offset + OFFSET.writeTransfer)),
  };
}
