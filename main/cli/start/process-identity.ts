/**
 * Names one process for ever: pid and start. Pids come back, starts of one boot do not. Used to tell whether the
 * process that left a lock behind still runs.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { CommandPlatform } from '../system-places.ts';

export interface ProcessIdentity {
  readonly pid: number;
  /** Changes whenever the pid is given to another process, and with every boot. */
  readonly startKey: string;
}

const PROGRAM_LIMIT_MS = 5_000;

/** proc(5): the name stands in parentheses and may hold spaces and `)`; field 22, the start in ticks, is the 20th after it. */
export function parseStatStart(stat: string): string | null {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const start = afterName[19];
  return start !== undefined && /^\d+$/.test(start) ? start : null;
}

function readStartOnLinux(pid: number): string | null {
  try {
    const start = parseStatStart(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return start === null ? null : `${bootId}:${start}`;
  } catch {
    // The process is gone, or this /proc hides it.
    return null;
  }
}

function readStartByProgram(file: string, args: readonly string[]): string | null {
  try {
    const text = execFileSync(file, [...args], {
      encoding: 'utf8',
      timeout: PROGRAM_LIMIT_MS,
      env: { LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return text === '' ? null : text;
  } catch {
    // Both programs end with an error when there is no such process.
    return null;
  }
}

/** @returns null when no such process runs */
export function readStartKey(pid: number, platform: CommandPlatform): string | null {
  switch (platform) {
    case 'linux':
      return readStartOnLinux(pid);
    case 'darwin':
      return readStartByProgram('/bin/ps', ['-o', 'lstart=', '-p', String(pid)]);
    case 'win32':
      return readStartByProgram('powershell.exe', [
        '-NoProfile',
        '-Command',
        `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`,
      ]);
  }
}

export function isSameProcessAlive(identity: ProcessIdentity, platform: CommandPlatform): boolean {
  return readStartKey(identity.pid, platform) === identity.startKey;
}
