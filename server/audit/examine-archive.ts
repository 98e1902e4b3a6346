/** The audit of archived events: every file verifies, and together they lead from the first event to the database. */

import { listArchive, readArchive } from '../stores/event-archive.ts';
import { CHAIN_START, eventOf } from '../stores/event-chain.ts';
import type { LedgerFacts } from './examine-ledger.ts';
import type { Findings } from './findings.ts';
import { ReplayAudit } from './replay-audit.ts';

const PUT_BACK =
  'Put the file back from a backup of the data folder. The server needs it only for old pages of events.';

export function examineArchive(
  dir: string,
  { archivedThrough, baseHash }: Pick<LedgerFacts, 'archivedThrough' | 'baseHash'>,
  findings: Findings,
): void {
  const files = listArchive(dir).filter(({ firstEvent }) => firstEvent <= archivedThrough);
  const audit = new ReplayAudit(findings, null);
  let previous = { eventNumber: 0, hash: CHAIN_START };
  for (const file of files) {
    if (file.firstEvent !== previous.eventNumber + 1) {
      findings.warning('archive', missing(previous.eventNumber + 1, file.firstEvent - 1, dir), PUT_BACK);
      return;
    }
    try {
      const { head, rows } = readArchive(file);
      if (head.startHash !== previous.hash)
        findings.damage('archive', `${file.path} does not go on from the file before it.`, PUT_BACK);
      for (const row of rows) audit.enter(eventOf(row));
      previous = { eventNumber: head.lastEvent, hash: head.endHash };
    } catch (error) {
      findings.damage('archive', error instanceof Error ? error.message : String(error), PUT_BACK);
      return;
    }
  }
  audit.end();
  if (archivedThrough === 0) return;
  if (previous.eventNumber < archivedThrough) {
    findings.warning('archive', missing(previous.eventNumber + 1, archivedThrough, dir), PUT_BACK);
    return;
  }
  if (previous.hash !== baseHash)
    findings.damage('archive', 'The newest archive does not end where the database begins.', PUT_BACK);
  findings.note('archive', `${files.length} archives hold events 1 to ${archivedThrough}; all verify.`);
}

function missing(first: number, last: number, dir: string): string {
  return `Events ${first} to ${last} were archived and are not in ${dir}.`;
}
