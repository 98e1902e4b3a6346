/** Which process is ours, and what is it? Asks the matcher, and the system only where the matcher needs to know more. */
import type { OwnSession, ProcessInfo, ProcessScanner } from './os/ports.ts';
import type { FamilyProcess, SessionPer } from './process-families.ts';
import type { Matcher } from './process-match.ts';

/** The products as the sensors need them; made from the catalog by the composition root. */
export interface ProductRules {
  readonly matcher: Pick<Matcher, 'candidate' | 'match'>;
  sessionPer(productId: string): SessionPer;
}

/**
 * Two people on one machine never mix, nor do two login sessions of one person where the system tells them apart.
 * A process whose account is not known yet may be ours; one that belongs to no session (what the user's service
 * manager started) is taken as ours.
 */
export function mayBeOurs(process: Pick<ProcessInfo, 'account' | 'osSession'>, own: OwnSession): boolean {
  if (process.account !== undefined && process.account !== own.account) return false;
  return (
    process.osSession === undefined || own.osSession === 'default' || process.osSession === own.osSession
  );
}

/** @returns undefined for a process that is not ours, or gone meanwhile */
export function classify(
  process: ProcessInfo,
  own: OwnSession,
  matcher: ProductRules['matcher'],
  scanner: Pick<ProcessScanner, 'details'>,
  nowMs: number,
): FamilyProcess | undefined {
  if (!mayBeOurs(process, own)) return undefined;
  const plain = toFamilyProcess(process, nowMs);
  if (!matcher.candidate(process)) return plain;
  const details = scanner.details(process.pid, process.startKey);
  if (!details) return undefined;
  // A product's session needs certainty about whose it is; a mere member of a tree has its parent's owner.
  if (details.account === undefined || !mayBeOurs(details, own)) return undefined;
  const match = matcher.match(details);
  return {
    ...plain,
    name: details.name,
    ...(details.exePath !== undefined && { exePath: details.exePath }),
    ...(match && { match }),
  };
}

function toFamilyProcess(process: ProcessInfo, nowMs: number): FamilyProcess {
  const { pid, ppid, startKey, name, startedAtMs = nowMs } = process;
  return { pid, ppid, startKey, name, startedAtMs };
}
