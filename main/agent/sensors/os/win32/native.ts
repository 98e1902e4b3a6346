/**
 * The calls of Windows that the sensors make, through koffi. Obtains bytes and numbers; understands none of them.
 * Every function says by its answer that it did not work; none throws for a process that is gone or not ours.
 */
import koffi from 'koffi';

const STATUS_INFO_LENGTH_MISMATCH = 0xc000_0004;
const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
const SYSTEM_PROCESS_INFORMATION = 5;
const PROCESS_COMMAND_LINE_INFORMATION = 60;
const TOKEN_QUERY = 0x0008;
const TOKEN_USER = 1;
const WTS_SESSION_INFO_EX = 25;
const WTS_CURRENT_SESSION = 0xffff_ffff;
const FIRST_LIST_BYTES = 512 * 1024;
const LARGEST_LIST_BYTES = 256 * 1024 * 1024;

/** An open process handle as a number. */
export type Handle = number | bigint;

const ntdll = koffi.load('ntdll.dll');
const kernel32 = koffi.load('kernel32.dll');
const advapi32 = koffi.load('advapi32.dll');
const user32 = koffi.load('user32.dll');

const queryList = ntdll.func('uint32_t NtQuerySystemInformation(int, void*, uint32_t, _Out_ uint32_t*)');
const queryProcess = ntdll.func(
  'uint32_t NtQueryInformationProcess(intptr_t, int, void*, uint32_t, _Out_ uint32_t*)',
);
const openProcess = kernel32.func('intptr_t OpenProcess(uint32_t, int, uint32_t)');
const closeHandleOf = kernel32.func('int CloseHandle(intptr_t)');
const queryImage = kernel32.func(
  'int QueryFullProcessImageNameW(intptr_t, uint32_t, void*, _Inout_ uint32_t*)',
);
const ownPid = kernel32.func('uint32_t GetCurrentProcessId()');
const sessionOf = kernel32.func('int ProcessIdToSessionId(uint32_t, _Out_ uint32_t*)');
const tickCount = kernel32.func('uint32_t GetTickCount()');
const tickCount64 = kernel32.func('uint64_t GetTickCount64()');
const unbiasedTime = kernel32.func('int QueryUnbiasedInterruptTime(_Out_ uint64_t*)');
const openToken = advapi32.func('int OpenProcessToken(intptr_t, uint32_t, _Out_ intptr_t*)');
const tokenInformation = advapi32.func(
  'int GetTokenInformation(intptr_t, int, void*, uint32_t, _Out_ uint32_t*)',
);
const lastInput = user32.func('int GetLastInputInfo(void*)');

export interface ListBuffer {
  readonly buffer: Buffer;
  readonly usedBytes: number;
  readonly baseAddress: bigint;
}

let listBuffer = Buffer.allocUnsafeSlow(FIRST_LIST_BYTES);

/** All processes in one call. The buffer is reused: it holds until the next call. @throws when Windows refuses */
function queryProcessList(): ListBuffer {
  for (;;) {
    const needed = [0];
    const status: number = queryList(SYSTEM_PROCESS_INFORMATION, listBuffer, listBuffer.length, needed);
    if (status === 0)
      return {
        buffer: listBuffer,
        usedBytes: needed[0] || listBuffer.length,
        baseAddress: koffi.address(listBuffer),
      };
    const nextBytes = Math.max(listBuffer.length * 2, (needed[0] ?? 0) + FIRST_LIST_BYTES);
    if (status !== STATUS_INFO_LENGTH_MISMATCH || nextBytes > LARGEST_LIST_BYTES)
      throw new Error(`NtQuerySystemInformation answered 0x${status.toString(16)}`);
    listBuffer = Buffer.allocUnsafeSlow(nextBytes);
  }
}

/** While it is open, Windows gives this pid to no other process. undefined: gone, or not ours to open. */
function openForQuery(pid: number): Handle | undefined {
  const handle: Handle = openProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid);
  return Number(handle) === 0 ? undefined : handle;
}

function closeHandle(handle: Handle): void {
  closeHandleOf(handle);
}

const LONGEST_PATH_CHARACTERS = 32_768;
const scratch = Buffer.allocUnsafeSlow(LONGEST_PATH_CHARACTERS * 2 + 16);

function imagePath(handle: Handle): string | undefined {
  const characters = [LONGEST_PATH_CHARACTERS];
  if (queryImage(handle, 0, scratch, characters) === 0) return undefined;
  return scratch.toString('utf16le', 0, (characters[0] ?? 0) * 2);
}

/** A UNICODE_STRING and its text, for `parseUnicodeString`. */
function commandLineBytes(handle: Handle): Omit<ListBuffer, 'usedBytes'> | undefined {
  const used = [0];
  const status: number = queryProcess(
    handle,
    PROCESS_COMMAND_LINE_INFORMATION,
    scratch,
    scratch.length,
    used,
  );
  return status === 0 ? { buffer: scratch, baseAddress: koffi.address(scratch) } : undefined;
}

/** The binary SID of a process's user, for `formatSid`. */
function userSidBytes(handle: Handle): Buffer | undefined {
  const token: Handle[] = [0];
  if (openToken(handle, TOKEN_QUERY, token) === 0) return undefined;
  try {
    const used = [0];
    if (tokenInformation(token[0], TOKEN_USER, scratch, scratch.length, used) === 0) return undefined;
    // TOKEN_USER: a pointer to the SID, which lies behind it in the same buffer.
    const offset = Number(scratch.readBigUInt64LE(0) - koffi.address(scratch));
    return offset >= 16 && offset < scratch.length ? scratch.subarray(offset, used[0]) : undefined;
  } finally {
    closeHandleOf(token[0]);
  }
}

/** Pseudo handle of this very process; needs no closing. */
const OWN_PROCESS: Handle = -1;

function ownSessionId(): number | undefined {
  const session = [0];
  return sessionOf(ownPid(), session) === 0 ? undefined : session[0];
}

const lastInputInfo = Buffer.alloc(8);

/** Tick of the last input of this session and the tick now, both 32 bits wide. */
function lastInputTicks(): { readonly inputTick: number; readonly nowTick: number } | undefined {
  lastInputInfo.writeUInt32LE(lastInputInfo.length, 0);
  if (lastInput(lastInputInfo) === 0) return undefined;
  return { inputTick: lastInputInfo.readUInt32LE(4), nowTick: tickCount() };
}

/** Time since boot with and without the time asleep. */
function uptimes(): { readonly totalMs: number; readonly awakeMs: number } | undefined {
  const unbiased: (number | bigint)[] = [0];
  if (unbiasedTime(unbiased) === 0) return undefined;
  return { totalMs: Number(tickCount64()), awakeMs: Number(unbiased[0] ?? 0) / 10_000 };
}

/** WTSINFOEXW of this session, for `parseLocked`. undefined: terminal services do not answer. */
function sessionInfoBytes(): Buffer | undefined {
  const wts = koffi.load('wtsapi32.dll');
  const query = wts.func(
    'int WTSQuerySessionInformationW(intptr_t, uint32_t, int, _Out_ void**, _Out_ uint32_t*)',
  );
  const free = wts.func('void WTSFreeMemory(void*)');
  const address: (bigint | null)[] = [null];
  const bytes = [0];
  if (query(0, WTS_CURRENT_SESSION, WTS_SESSION_INFO_EX, address, bytes) === 0 || !address[0])
    return undefined;
  const copy = Buffer.from(new Uint8Array(koffi.view(address[0], bytes[0] ?? 0)));
  free(address[0]);
  return copy;
}

/** Everything above as one value, so that tests can hand in another one. */
export const native = {
  queryProcessList,
  openForQuery,
  closeHandle,
  imagePath,
  commandLineBytes,
  userSidBytes,
  ownSessionId,
  lastInputTicks,
  uptimes,
  sessionInfoBytes,
  OWN_PROCESS,
};
export type Native = typeof native;
