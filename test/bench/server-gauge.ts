/** Watches a server process from outside: memory now and at its highest, CPU of all its threads. Linux only. */
import { readFileSync } from 'node:fs';
import { sharedNowMs } from './fleet-orders.ts';
import { cpuTicks } from './process-cost.ts';

const MS_PER_TICK = 10;

export interface ServerCost {
  /** Highest resident size since the gauge began, in MB of 1024 kB. */
  readonly peakMb: number;
  readonly mb: number;
  /** Percent of one core. */
  readonly cpuPercent: number;
}

/** Resident size now and the highest ever, as the kernel counts it. */
export function residentMb(pid: number): { readonly mb: number; readonly peakMb: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kb = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN);
  return { mb: kb('VmRSS') / 1024, peakMb: kb('VmHWM') / 1024 };
}

/** Open file descriptors of a process. */
export function limitOfDescriptors(): number {
  const text = readFileSync('/proc/self/limits', 'latin1');
  return Number(/^Max open files\s+(\d+)/m.exec(text)?.[1] ?? Number.NaN);
}

export class ServerGauge {
  readonly #pid: number;
  #ticks: number;
  #atMs: number;

  constructor(pid: number) {
    this.#pid = pid;
    this.#ticks = cpuTicks(pid);
    this.#atMs = sharedNowMs();
  }

  /** What it cost since the last reading; memory at its highest since the process began. */
  read(): ServerCost {
    const ticks = cpuTicks(this.#pid);
    const atMs = sharedNowMs();
    const cpuPercent = ((ticks - this.#ticks) * MS_PER_TICK * 100) / (atMs - this.#atMs);
    this.#ticks = ticks;
    this.#atMs = atMs;
    return { ...residentMb(this.#pid), cpuPercent };
  }
}
