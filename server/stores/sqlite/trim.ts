/**
 * How the writer changes snapshots for others, and what it takes out of the ledger's tables: archived events, old
 * snapshots, old answers, marks of the gone.
 */
import { REMEMBERED_ANSWERS } from '../../ledger/ports.ts';
import type { SnapshotRow } from '../event-chain.ts';
import type { Statements } from './record-sql.ts';
import type { MadeSnapshot } from './snapshotter.ts';

/** The chain begins with `snapshot` from now on; what is up to it was archived. */
export function dropArchived(statements: Statements, snapshot: SnapshotRow): void {
  const { eventNumber, body, chainHash, checksum } = snapshot;
  const last = statements.get('SELECT hash FROM ledger_events WHERE event_number = ?').get(eventNumber);
  if (last?.hash !== chainHash)
    throw new Error(`event ${eventNumber} is not the one that was archived: nothing was taken out`);
  statements
    .get('INSERT OR REPLACE INTO ledger_snapshots VALUES (?, ?, ?, ?)')
    .run(eventNumber, body, chainHash, checksum);
  statements.get('DELETE FROM ledger_events WHERE event_number <= ?').run(eventNumber);
  dropOldSnapshots(statements);
}

/** The newest two stay, and the one with which the chain begins. */
export function dropOldSnapshots(statements: Statements): void {
  statements
    .get(
      `DELETE FROM ledger_snapshots WHERE event_number NOT IN
         (SELECT event_number FROM ledger_snapshots ORDER BY event_number DESC LIMIT 2)
       AND event_number IS NOT (SELECT min(event_number) - 1 FROM ledger_events)`,
    )
    .run();
}

/** A snapshot that was made beside the writer: kept if its last event is still the one it was made of. */
export function keepMadeSnapshot(statements: Statements, snapshot: MadeSnapshot): void {
  const { eventNumber, body, chainHash, checksum } = snapshot;
  const last = statements.get('SELECT hash FROM ledger_events WHERE event_number = ?').get(eventNumber);
  if (last?.hash !== chainHash)
    throw new Error(`event ${eventNumber} is not the one that the snapshot was made of: it was not kept`);
  statements
    .get('INSERT OR REPLACE INTO ledger_snapshots VALUES (?, CAST(? AS TEXT), ?, ?)')
    .run(eventNumber, body, chainHash, checksum);
  dropOldSnapshots(statements);
  dropOldAnswers(statements);
}

export function dropOldAnswers(statements: Statements): void {
  statements
    .get('DELETE FROM ledger_answers WHERE position <= (SELECT max(position) FROM ledger_answers) - ?')
    .run(REMEMBERED_ANSWERS);
}

/** Events around the point in time whose answers show how far the old ones go. */
const NEIGHBORS = 500;

/**
 * Forgets answers of commands that were decided before a point in time. Answers carry no time; the events do, and both
 * are in one order.
 */
export function dropAnswersBefore(statements: Statements, beforeMs: number): void {
  const boundary = lastEventBefore(statements, beforeMs);
  if (boundary === 0) return;
  statements
    .get(
      `DELETE FROM ledger_answers WHERE position <= (
         SELECT max(position) FROM ledger_answers WHERE command_id IN (
           SELECT command_id FROM ledger_events WHERE event_number BETWEEN ? AND ?))`,
    )
    .run(boundary - NEIGHBORS, boundary);
}

/** Number of the newest event before a point in time, by halving; 0: none. */
function lastEventBefore(statements: Statements, beforeMs: number): number {
  const ends = statements
    .get('SELECT min(event_number) AS low, max(event_number) AS high FROM ledger_events')
    .get();
  const at = statements.get('SELECT at_ms FROM ledger_events WHERE event_number = ?');
  let low = Number(ends?.low ?? 1) - 1;
  let high = Number(ends?.high ?? 0);
  const first = low;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (Number(at.get(middle)?.at_ms ?? 0) < beforeMs) low = middle;
    else high = middle - 1;
  }
  return low === first ? 0 : low;
}

/** Agents that were last heard before a point in time begin a new outbox when they return (docs/SESSION.md E33). */
export function dropMarksOfSilent(statements: Statements, beforeMs: number): void {
  statements
    .get(
      `DELETE FROM outbox_marks WHERE EXISTS (
         SELECT 1 FROM agents WHERE last_contact_ms < ?
         AND substr(outbox_id, 1, length(workstation_id) + length(user_id) + 2) = workstation_id || '/' || user_id || '/')`,
    )
    .run(beforeMs);
}
