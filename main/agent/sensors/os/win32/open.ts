/** The ports of Windows, put together. */
import { hostname, userInfo } from 'node:os';
import { type ScannerChoice, withFallback } from '../fallback/scanner-choice.ts';
import type { OpenOsOptions } from '../open-options.ts';
import type { OsPorts, OwnSession } from '../ports.ts';
import { formatSid } from './details-parse.ts';
import type { Native } from './native.ts';
import { NtScanner } from './nt-scanner.ts';
import { entriesOf, startKeyAt } from './process-list-parse.ts';
import { WindowsIdle, WindowsPower } from './session-sensors.ts';

/** @throws when the native calls cannot be loaded: without them there is neither idle time nor an own account */
export async function openWindows({ clock, injectedSession }: OpenOsOptions): Promise<OsPorts> {
  if (injectedSession) throw new Error('an injected session is for tests on Linux');
  const { native } = await import('./native.ts');
  const own = readOwnSession(native);
  const choices: ScannerChoice[] = [
    { source: 'NtQuerySystemInformation', open: async () => new NtScanner(native, clock) },
    {
      source: 'ps-list',
      open: async () => (await import('../fallback/ps-list-scanner.ts')).openPsList(clock),
    },
  ];
  const processes = withFallback(choices, clock);
  const idle = new WindowsIdle(native);
  const power = new WindowsPower(native, clock);
  return {
    own,
    processes,
    idle,
    power,
    close() {
      processes.close();
      power.close();
    },
  };
}

function readOwnSession(native: Native): OwnSession {
  const sid = native.userSidBytes(native.OWN_PROCESS);
  const account = sid && formatSid(sid);
  if (account === undefined) throw new Error('Windows does not tell whose process this is');
  const session = native.ownSessionId();
  return {
    bootId: readBootId(native),
    account,
    accountName: userInfo().username,
    hostName: hostname(),
    osSession: session === undefined ? 'default' : String(session),
    platform: 'win32',
  };
}

/** The first process of a boot never ends, so its creation time names the boot; it is the oldest one listed. */
function readBootId(native: Native): string {
  const { buffer, usedBytes } = native.queryProcessList();
  let oldest: bigint | undefined;
  for (const { offset } of entriesOf(buffer, usedBytes)) {
    const started = BigInt(startKeyAt(buffer, offset));
    if (started > 0n && (oldest === undefined || started < oldest)) oldest = started;
  }
  return `boot-${oldest ?? 'unknown'}`;
}
