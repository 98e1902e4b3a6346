/**
 * Prepares one portion of old events for leaving the database: verifies them, writes them to the archive, and makes the
 * snapshot with which the chain then begins. Changes nothing in the database; that is one transaction of the writer's.
 * Runs in a thread of its own, since it replays events.
 */
import { DatabaseSync } from 'node:sqlite';
import { durableFrom } from '../../ledger/heads.ts';
import { imageOf } from '../../ledger/snapshot.ts';
import { writeArchive } from '../event-archive.ts';
import {
  CHAIN_START,
  type EventRow,
  eventOf,
  isSnapshotWhole,
  type SnapshotRow,
  snapshotRowOf,
  verifyChain,
} from '../event-chain.ts';
import { CorruptStoreError } from '../store.ts';
import { eventRowFrom, snapshotRowFrom } from './ledger-rows.ts';

/** Events in one file and in one transaction. */
const MOST_EVENTS = 10_000;

export interface ArchivePlan {
  readonly firstEvent: number;
  readonly lastEvent: number;
  /** The new start of the chain. */
  readonly snapshot: SnapshotRow;
  readonly path: string;
}

/**
 * @param beforeMs events recorded before this point in time are old; the newest event always stays
 * @returns null: nothing is old
 */
export function prepareArchive(
  file: string,
  dir: string,
  beforeMs: number,
  mostEvents: number = MOST_EVENTS,
): ArchivePlan | null {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    database.exec('BEGIN');
    const newest = Number(database.prepare('SELECT max(event_number) AS n FROM ledger_events').get()?.n ?? 0);
    const rows = oldRows(database, beforeMs, newest, mostEvents);
    const [first] = rows;
    const last = rows.at(-1);
    if (!first || !last) return null;
    const base = first.eventNumber === 1 ? null : baseBefore(database, first.eventNumber);
    verifyChain(rows, first.eventNumber - 1, base?.chainHash ?? CHAIN_START);
    const snapshot = base ? { eventNumber: base.eventNumber, body: JSON.parse(base.body) } : null;
    const state = durableFrom({ snapshot, events: rows.map(eventOf) });
    const next = snapshotRowOf(last.eventNumber, JSON.stringify(imageOf(state)), last.hash);
    const { path } = writeArchive(dir, rows, base?.chainHash ?? CHAIN_START);
    return { firstEvent: first.eventNumber, lastEvent: last.eventNumber, snapshot: next, path };
  } finally {
    database.close();
  }
}

/** Whole decisions only, so that each archive and each start of the chain is a state that once was. */
function oldRows(database: DatabaseSync, beforeMs: number, newest: number, mostEvents: number): EventRow[] {
  const rows = database
    .prepare('SELECT * FROM ledger_events WHERE event_number < ? ORDER BY event_number LIMIT ?')
    .all(newest, mostEvents + 1)
    .map(eventRowFrom);
  const end = rows.findIndex(({ atMs }) => atMs >= beforeMs);
  let length = Math.min(end < 0 ? rows.length : end, mostEvents);
  if (length === rows.length) return rows;
  while (length > 0 && rows[length - 1]?.commandId === rows[length]?.commandId) length -= 1;
  return rows.slice(0, length);
}

function baseBefore(database: DatabaseSync, firstEvent: number): SnapshotRow {
  const row = database.prepare('SELECT * FROM ledger_snapshots WHERE event_number = ?').get(firstEvent - 1);
  const base = row ? snapshotRowFrom(row) : null;
  if (base && isSnapshotWhole(base)) return base;
  throw new CorruptStoreError(
    `The snapshot before event ${firstEvent}, with which the chain begins, is damaged: nothing more is archived. ` +
      'Restore a backup: `usher restore FILE`.',
  );
}
