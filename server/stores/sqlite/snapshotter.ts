/**
 * Makes a snapshot as a restart would see it: from the newest one that is whole and the events after it. Changes nothing
 * in the database; keeping it is the writer's part. Runs in a thread of its own, since it replays events.
 */
import { DatabaseSync } from 'node:sqlite';
import { replay } from '../../ledger/heads.ts';
import { imageOf, type StateImage, stateFrom } from '../../ledger/snapshot.ts';
import { emptyState } from '../../ledger/state.ts';
import { CHAIN_START, eventOf, isSnapshotWhole, snapshotRowOf, verifyChain } from '../event-chain.ts';
import { eventRowFrom, snapshotRowFrom } from './ledger-rows.ts';

/** Events that are in memory at once. */
const EVENTS_AT_ONCE = 5_000;

export interface MadeSnapshot {
  readonly eventNumber: number;
  /** UTF-8. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly chainHash: string;
  readonly checksum: string;
}

/** Throws CorruptStoreError where the events do not verify. @returns null: nothing came after the newest snapshot */
export function makeSnapshot(file: string): MadeSnapshot | null {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    // One moment for all parts. The log cannot begin anew while it lasts.
    database.exec('BEGIN');
    const base = newestWhole(database);
    const state = base ? stateFrom(JSON.parse(base.body) as StateImage) : emptyState();
    let last = { eventNumber: base?.eventNumber ?? 0, hash: base?.chainHash ?? CHAIN_START };
    const after = database.prepare(
      'SELECT * FROM ledger_events WHERE event_number > ? ORDER BY event_number LIMIT ?',
    );
    for (;;) {
      const rows = after.all(last.eventNumber, EVENTS_AT_ONCE).map(eventRowFrom);
      verifyChain(rows, last.eventNumber, last.hash);
      replay(state, rows.map(eventOf));
      last = rows.at(-1) ?? last;
      if (rows.length < EVENTS_AT_ONCE) break;
    }
    if (last.eventNumber === (base?.eventNumber ?? 0)) return null;
    const row = snapshotRowOf(last.eventNumber, JSON.stringify(imageOf(state)), last.hash);
    return { ...row, body: new TextEncoder().encode(row.body) };
  } finally {
    database.close();
  }
}

function newestWhole(database: DatabaseSync) {
  for (const row of database.prepare('SELECT * FROM ledger_snapshots ORDER BY event_number DESC').iterate()) {
    const snapshot = snapshotRowFrom(row);
    if (isSnapshotWhole(snapshot)) return snapshot;
  }
  return null;
}
