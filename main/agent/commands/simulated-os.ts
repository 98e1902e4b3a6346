/**
 * An operating system that exists in memory only: processes that a script starts and ends, a keyboard that a script
 * touches, a screen that a script locks. Everything above the ports is the real agent.
 */
import type { Clock } from '../../../shared/time.ts';
import type {
  IdleReading,
  OsPorts,
  OwnSession,
  PowerEvent,
  ProcessCounters,
  ProcessInfo,
  ProcessScanner,
} from '../sensors/os/ports.ts';

/** An application as the script starts it. */
export interface SimulatedProgram {
  readonly name: string;
  readonly exePath: string;
  readonly args: readonly string[];
}

export interface SimulatedOs {
  readonly ports: OsPorts;
  /** @returns the pid of the new process */
  start(program: SimulatedProgram): number;
  end(pid: number): void;
  /** CPU that the process takes from now on, in percent of one core. */
  setLoad(pid: number, percentOfCore: number): void;
  /** Keyboard or mouse was touched now. */
  touch(): void;
  setLocked(isLocked: boolean): void;
}

interface SimulatedProcess {
  readonly info: ProcessInfo;
  cpuMs: number;
  percentOfCore: number;
  sinceMonotonicMs: number;
}

/** Where pids of applications start on a system that has been up for a while. */
const FIRST_PID = 2_000;
const HEALTH = { source: 'simulation', state: 'working' } as const;

function advance(process: SimulatedProcess, nowMs: number): void {
  process.cpuMs += ((nowMs - process.sinceMonotonicMs) * process.percentOfCore) / 100;
  process.sinceMonotonicMs = nowMs;
}

interface Table {
  readonly running: Map<number, SimulatedProcess>;
  /** Not yet told by a scan. */
  appeared: ProcessInfo[];
  vanished: { readonly pid: number; readonly startKey: string }[];
}

function scannerOf(table: Table, clock: Clock): ProcessScanner {
  const find = (pid: number, startKey: string) => {
    const process = table.running.get(pid);
    return process?.info.startKey === startKey ? process : undefined;
  };
  return {
    async scan() {
      const { appeared, vanished } = table;
      table.appeared = [];
      table.vanished = [];
      return { atMonotonicMs: clock.monotonicMs(), appeared, vanished, totalProcesses: table.running.size };
    },
    details: (pid, startKey) => find(pid, startKey)?.info,
    counters(pid, startKey): ProcessCounters | undefined {
      const process = find(pid, startKey);
      if (!process) return undefined;
      advance(process, clock.monotonicMs());
      return { cpuMs: Math.round(process.cpuMs), readBytes: 0, writeBytes: 0 };
    },
    health: () => HEALTH,
    close() {},
  };
}

export function createSimulatedOs(own: OwnSession, clock: Clock): SimulatedOs {
  const table: Table = { running: new Map(), appeared: [], vanished: [] };
  const listeners = new Set<(event: PowerEvent) => void>();
  let nextPid = FIRST_PID;
  let touchedAtMs = clock.monotonicMs();
  let isLocked = false;

  const idle = {
    read: async (): Promise<IdleReading> => ({
      known: true,
      idleMs: Math.max(0, Math.round(clock.monotonicMs() - touchedAtMs)),
    }),
    periodMs: () => 5_000,
    health: () => HEALTH,
    close() {},
  };
  const power = {
    listen(onEvent: (event: PowerEvent) => void) {
      listeners.add(onEvent);
      return () => void listeners.delete(onEvent);
    },
    isLocked: () => isLocked,
    asleepMs: () => undefined,
    health: () => HEALTH,
    close() {},
  };

  return {
    ports: { own, processes: scannerOf(table, clock), idle, power, close() {} },
    start({ name, exePath, args }) {
      const pid = nextPid++;
      const startedAtMs = clock.wallMs();
      const info: ProcessInfo = {
        pid,
        ppid: 1,
        startKey: String(Math.round(startedAtMs)),
        startedAtMs,
        name,
        exePath,
        args,
        account: own.account,
        osSession: own.osSession,
      };
      table.running.set(pid, { info, cpuMs: 0, percentOfCore: 0, sinceMonotonicMs: clock.monotonicMs() });
      table.appeared.push(info);
      return pid;
    },
    end(pid) {
      const process = table.running.get(pid);
      if (!process) return;
      table.running.delete(pid);
      const { startKey } = process.info;
      // Started and ended between two scans: nobody ever saw it.
      const isUnseen = table.appeared.some((info) => info.pid === pid);
      if (isUnseen) table.appeared = table.appeared.filter((info) => info.pid !== pid);
      else table.vanished.push({ pid, startKey });
    },
    setLoad(pid, percentOfCore) {
      const process = table.running.get(pid);
      if (!process) return;
      advance(process, clock.monotonicMs());
      process.percentOfCore = percentOfCore;
    },
    touch() {
      touchedAtMs = clock.monotonicMs();
    },
    setLocked(next) {
      if (next === isLocked) return;
      isLocked = next;
      for (const listener of listeners) listener(next ? 'lock' : 'unlock');
    },
  };
}
