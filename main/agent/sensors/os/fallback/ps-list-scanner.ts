/** Fallback 1: the ps-list package. Spawns programs at every scan, so it scans seldom; on Windows it tells little. */
import { type Clock, SECOND } from '../../../../../shared/time.ts';
import type { ProcessInfo, ProcessScanner } from '../ports.ts';
import { ListDifference, type ListedProcess } from './list-difference.ts';

/** What ps-list gives for one process; only the first three on Windows. */
export interface PsListEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly name: string;
  readonly cmd?: string;
  readonly uid?: number;
  readonly path?: string;
  readonly startTime?: Date;
}

export const LIST_EVERY_MS = 5 * SECOND;

export async function openPsList(clock: Clock, listEveryMs = LIST_EVERY_MS): Promise<ProcessScanner> {
  const { default: list } = await import('ps-list');
  return listScanner({ source: 'ps-list', clock, listEveryMs }, async () => (await list()).map(toListed));
}

/** Pure. The command line is one text here; splitting it would guess, so `args` has one element. */
export function toListed(entry: PsListEntry): ListedProcess {
  const startedAtMs = entry.startTime?.getTime();
  const info: ProcessInfo = {
    pid: entry.pid,
    ppid: entry.ppid,
    // Without a start time a pid that comes back within one period cannot be told apart.
    startKey: startedAtMs === undefined ? 'unknown' : String(startedAtMs),
    name: entry.name,
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(entry.path && { exePath: entry.path }),
    ...(entry.cmd && { args: [entry.cmd] }),
    ...(entry.uid !== undefined && { account: String(entry.uid) }),
  };
  return { info };
}

export interface ListScannerOptions {
  readonly source: string;
  readonly clock: Clock;
  readonly listEveryMs: number;
}

/** A scanner over anything that gives whole lists. Between two lists it reports no change. */
export function listScanner(
  { source, clock, listEveryMs }: ListScannerOptions,
  list: () => Promise<readonly ListedProcess[]>,
): ProcessScanner {
  const difference = new ListDifference();
  let listedAtMs = Number.NEGATIVE_INFINITY;
  let total = 0;
  return {
    async scan() {
      const nowMs = clock.monotonicMs();
      if (nowMs - listedAtMs < listEveryMs)
        return { atMonotonicMs: nowMs, appeared: [], vanished: [], totalProcesses: total };
      const result = difference.update(await list(), nowMs);
      if (result.totalProcesses === 0) throw new Error(`${source} listed no process at all`);
      listedAtMs = nowMs;
      total = result.totalProcesses;
      return result;
    },
    details: (pid, startKey) => difference.find(pid, startKey)?.info,
    counters(pid, startKey) {
      const found = difference.find(pid, startKey);
      return found && (found.counters ?? {});
    },
    health: () => ({ source, state: 'working' }),
    close: () => difference.clear(),
  };
}
