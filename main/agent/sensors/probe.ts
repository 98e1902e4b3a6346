/** One reading of everything the sensors see, for support. No window titles; command lines only when asked for. */
import { mayBeOurs, type ProductRules } from './classify.ts';
import type { IdleReading, OsPorts, OwnSession, ProcessInfo, SourceHealth } from './os/ports.ts';
import type { ProcessRole } from './process-match.ts';

export interface ProbeProcess {
  readonly productId: string;
  readonly role: ProcessRole;
  readonly pid: number;
  readonly ppid: number;
  readonly name: string;
  readonly startedAtMs: number | null;
  readonly exePath: string | null;
  /** false: another account's or another login session's, never touched by this agent. */
  readonly isOurs: boolean;
  /** Only with `withArguments`. */
  readonly args?: readonly string[];
}

export interface Probe {
  readonly platform: OwnSession['platform'];
  readonly osSession: string;
  readonly processes: {
    readonly health: SourceHealth;
    readonly total: number;
    /** Processes of the account that the agent works for. */
    readonly ours: number;
    readonly matched: readonly ProbeProcess[];
  };
  readonly idle: { readonly health: SourceHealth; readonly reading: IdleReading };
  readonly power: { readonly health: SourceHealth; readonly isLocked: boolean | null };
}

export interface ProbeOptions {
  readonly withArguments?: boolean;
}

/** @param ports opened for this purpose: the scan is their first one, so that it sees every process */
export async function probeOnce(
  ports: OsPorts,
  rules: Pick<ProductRules, 'matcher'>,
  options: ProbeOptions = {},
): Promise<Probe> {
  const [scan, reading] = await Promise.all([ports.processes.scan(), ports.idle.read()]);
  return {
    platform: ports.own.platform,
    osSession: ports.own.osSession,
    processes: {
      health: ports.processes.health(),
      total: scan.totalProcesses,
      ours: scan.appeared.filter((process) => mayBeOurs(process, ports.own)).length,
      matched: scan.appeared.flatMap((process) => matched(process, ports, rules, options)),
    },
    idle: { health: ports.idle.health(), reading },
    power: { health: ports.power.health(), isLocked: ports.power.isLocked() ?? null },
  };
}

function matched(
  seen: ProcessInfo,
  ports: OsPorts,
  { matcher }: Pick<ProductRules, 'matcher'>,
  { withArguments = false }: ProbeOptions,
): readonly ProbeProcess[] {
  if (!matcher.candidate(seen)) return [];
  const process = ports.processes.details(seen.pid, seen.startKey);
  const match = process && matcher.match(process);
  if (!match) return [];
  const { pid, ppid, name, startedAtMs = null, exePath = null, args } = process;
  const { productId, role } = match;
  return [
    {
      ...{ productId, role, pid, ppid, name, startedAtMs, exePath },
      isOurs: process.account !== undefined && mayBeOurs(process, ports.own),
      ...(withArguments && args && { args }),
    },
  ];
}
