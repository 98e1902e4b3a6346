/** Recorded events by decision. */
import type { RecordedEvent } from '../../server/ledger/events.ts';

/** Events of one command follow each other. */
export function decisionsOf(recorded: readonly RecordedEvent[]): RecordedEvent[][] {
  const decisions: RecordedEvent[][] = [];
  for (const one of recorded) {
    const last = decisions.at(-1);
    if (last?.[0]?.commandId === one.commandId) last.push(one);
    else decisions.push([one]);
  }
  return decisions;
}
