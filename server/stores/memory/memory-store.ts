/**
 * A store that forgets with the process: for tests and for the demo. Keeps everything as the text a database would
 * keep, so that what does not survive a database does not survive here either.
 */

import type { RecordedEvent } from '../../ledger/events.ts';
import type { CommitUnit, LedgerOutcome, LoadedLedger, StoredSnapshot } from '../../ledger/ports.ts';
import { REMEMBERED_ANSWERS } from '../../ledger/ports.ts';
import {
  answerFrom,
  CHAIN_START,
  type EventRow,
  eventOf,
  isSnapshotWhole,
  rowOf,
  type SnapshotRow,
  snapshotRowOf,
  verifyChain,
} from '../event-chain.ts';
import { recordsOver } from '../record-repositories.ts';
import type { RecordChange } from '../records.ts';
import type { ServerStore } from '../store.ts';
import { MemoryTables } from './memory-tables.ts';

/** What survives the end of a store: hand it to the next one to play a restart. */
export interface MemoryDisk {
  readonly events: EventRow[];
  readonly snapshots: SnapshotRow[];
  readonly answers: Map<string, string>;
  readonly marks: Map<string, number>;
  readonly tables: MemoryTables;
}

export function emptyDisk(): MemoryDisk {
  return { events: [], snapshots: [], answers: new Map(), marks: new Map(), tables: new MemoryTables() };
}

export function openMemoryStore(disk: MemoryDisk = emptyDisk()): ServerStore {
  const write = async (changes: readonly RecordChange[]) => {
    disk.tables.apply(changes);
  };
  return {
    records: recordsOver(async (query) => disk.tables.query(query), write, disk.tables.usageDays),
    load: async () => load(disk),
    append: async (units) => append(disk, units),
    saveSnapshot: async (snapshot) => saveSnapshot(disk, snapshot),
    answerOf: async (commandId) => storedAnswer(disk, commandId),
    events: async (afterNumber, limit) => eventsAfter(disk, afterNumber, limit),
    close: async () => undefined,
  };
}

function load(disk: MemoryDisk): LoadedLedger {
  const whole = disk.snapshots.findLast(isSnapshotWhole);
  const afterNumber = whole?.eventNumber ?? 0;
  const rows = disk.events.slice(afterNumber);
  verifyChain(rows, afterNumber, whole?.chainHash ?? CHAIN_START);
  return {
    snapshot: whole ? { eventNumber: whole.eventNumber, body: JSON.parse(whole.body) } : null,
    events: rows.map(eventOf),
    answers: [...disk.answers].map(([commandId, text]) => ({ commandId, answer: answerFrom(text) })),
    outboxMarks: [...disk.marks].map(([outboxId, seq]) => ({ outboxId, seq })),
  };
}

/** Everything that can throw comes before the first change: a batch is kept whole or not at all. */
function append(disk: MemoryDisk, units: readonly CommitUnit[]): void {
  const rows: EventRow[] = [];
  let last = disk.events.at(-1);
  for (const recorded of units.flatMap((unit) => unit.events)) {
    if (recorded.eventNumber !== (last?.eventNumber ?? 0) + 1) {
      throw new Error(`event ${recorded.eventNumber} does not follow the last one kept`);
    }
    last = rowOf(recorded, last?.hash ?? CHAIN_START);
    rows.push(last);
  }
  disk.tables.apply(units.flatMap((unit) => unit.changes));
  for (const row of rows) disk.events.push(row);
  for (const { commandId, answer, outbox } of units) {
    if (answer && !disk.answers.has(commandId)) disk.answers.set(commandId, JSON.stringify(answer));
    if (outbox) disk.marks.set(outbox.outboxId, outbox.seq);
  }
}

function saveSnapshot(disk: MemoryDisk, { eventNumber, body }: StoredSnapshot): void {
  const chainHash = disk.events[eventNumber - 1]?.hash ?? CHAIN_START;
  disk.snapshots.push(snapshotRowOf(eventNumber, JSON.stringify(body), chainHash));
  while (disk.snapshots.length > 2) disk.snapshots.shift();
  for (const commandId of disk.answers.keys()) {
    if (disk.answers.size <= REMEMBERED_ANSWERS) break;
    disk.answers.delete(commandId);
  }
}

function storedAnswer(disk: MemoryDisk, commandId: string): LedgerOutcome | null {
  const text = disk.answers.get(commandId);
  return text === undefined ? null : answerFrom(text);
}

function eventsAfter(disk: MemoryDisk, afterNumber: number, limit: number): RecordedEvent[] {
  return disk.events.slice(afterNumber, afterNumber + limit).map(eventOf);
}
