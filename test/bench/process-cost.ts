/** What a process costs, read from /proc: CPU in percent of one core and proportional memory. Linux only. */
import { readFileSync } from 'node:fs';

/** Clock ticks per second of /proc/PID/stat: 100 on every Linux that Node runs on (USER_HZ). */
const TICKS_PER_S = 100;

export function cpuTicks(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Proportional set size in MB (10^6 bytes are not meant: 1 MB = 1024 kB, as `smem` prints). */
export function pssMb(pid: number): number {
  const line = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'));
  return Number(line?.[1] ?? Number.NaN) / 1024;
}

/** Nanosecond CPU time of all threads where the kernel has it, since ticks of 10 ms are coarse for small costs. */
export function cpuMs(pid: number): number {
  try {
    const [ranNs] = readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ');
    // schedstat is of the main thread only; the ticks are of all.
    return Math.max(Number(ranNs) / 1e6, (cpuTicks(pid) * 1000) / TICKS_PER_S);
  } catch {
    return (cpuTicks(pid) * 1000) / TICKS_PER_S;
  }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
