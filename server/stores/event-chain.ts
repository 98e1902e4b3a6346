/** The chain of hashes over recorded events: each covers the one before, so that no event can be changed or lost unseen. */
import { hash } from 'node:crypto';
import type { RecordedEvent } from '../ledger/events.ts';
import type { LedgerOutcome } from '../ledger/ports.ts';
import { CorruptStoreError } from './store.ts';

/** An event as text columns, with its hash in the chain. */
export interface EventRow {
  readonly eventNumber: number;
  readonly atMs: number;
  readonly commandId: string;
  readonly actor: string;
  readonly kind: string;
  readonly body: string;
  readonly hash: string;
}

/** What stands before the first event. */
export const CHAIN_START = '';

export function rowOf(recorded: RecordedEvent, previousHash: string): EventRow {
  const { eventNumber, atMs, commandId, by, event } = recorded;
  const row = {
    eventNumber,
    atMs,
    commandId,
    actor: JSON.stringify(by),
    kind: event.kind,
    body: JSON.stringify(event),
  };
  return { ...row, hash: linkOf(row, previousHash) };
}

/** Hash of an event: SHA-256 over the one before it and its own columns. */
export function linkOf(row: Omit<EventRow, 'hash'>, previousHash: string): string {
  const { eventNumber, atMs, commandId, actor, kind, body } = row;
  return checksumOf(JSON.stringify([previousHash, eventNumber, atMs, commandId, actor, kind, body]));
}

/** SHA-256, hexadecimal. */
export function checksumOf(text: string): string {
  return hash('sha256', text);
}

export function eventOf({ eventNumber, atMs, commandId, actor, body }: EventRow): RecordedEvent {
  return { eventNumber, atMs, commandId, by: JSON.parse(actor), event: JSON.parse(body) };
}

/** Throws CorruptStoreError where a row is missing, out of order or changed. */
export function verifyChain(rows: readonly EventRow[], afterNumber: number, afterHash: string): void {
  let previous = { eventNumber: afterNumber, hash: afterHash };
  for (const row of rows) {
    const isNext = row.eventNumber === previous.eventNumber + 1;
    if (!isNext || row.hash !== linkOf(row, previous.hash)) {
      throw new CorruptStoreError(
        `Event ${previous.eventNumber + 1} of the ledger is missing or was changed: restore a backup of the data folder.`,
      );
    }
    previous = row;
  }
}

export interface SnapshotRow {
  readonly eventNumber: number;
  readonly body: string;
  /** Hash of the snapshot's last event: where the chain goes on. */
  readonly chainHash: string;
  readonly checksum: string;
}

export function snapshotRowOf(eventNumber: number, body: string, chainHash: string): SnapshotRow {
  return { eventNumber, body, chainHash, checksum: snapshotChecksum(eventNumber, body, chainHash) };
}

export function isSnapshotWhole({ eventNumber, body, chainHash, checksum }: SnapshotRow): boolean {
  return checksum === snapshotChecksum(eventNumber, body, chainHash);
}

function snapshotChecksum(eventNumber: number, body: string, chainHash: string): string {
  return checksumOf(JSON.stringify([eventNumber, chainHash, body]));
}

export function answerFrom(text: string): LedgerOutcome {
  return JSON.parse(text) as LedgerOutcome;
}
