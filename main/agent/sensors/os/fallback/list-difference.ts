/** Turns whole process lists, as `ps` and its like give them, into differences. Pure. */
import type { ProcessCounters, ProcessInfo, ScanResult } from '../ports.ts';

export interface ListedProcess {
  readonly info: ProcessInfo;
  readonly counters?: ProcessCounters;
}

/** The last list, and what changed against the one before. */
export class ListDifference {
  #processes = new Map<number, ListedProcess>();

  update(list: readonly ListedProcess[], atMonotonicMs: number): ScanResult {
    const before = this.#processes;
    const now = new Map(list.map((process) => [process.info.pid, process]));
    const appeared: ProcessInfo[] = [];
    const vanished: { pid: number; startKey: string }[] = [];
    for (const { info } of now.values()) {
      const old = before.get(info.pid)?.info;
      if (old?.startKey !== info.startKey || old.name !== info.name || old.exePath !== info.exePath)
        appeared.push(info);
    }
    for (const { info } of before.values())
      if (now.get(info.pid)?.info.startKey !== info.startKey)
        vanished.push({ pid: info.pid, startKey: info.startKey });
    this.#processes = now;
    return { atMonotonicMs, appeared, vanished, totalProcesses: now.size };
  }

  find(pid: number, startKey: string): ListedProcess | undefined {
    const found = this.#processes.get(pid);
    return found?.info.startKey === startKey ? found : undefined;
  }

  clear(): void {
    this.#processes = new Map();
  }
}
