/** Rows of the ledger's tables as the types of event-chain.ts. Pure. */
import type { EventRow, SnapshotRow } from '../event-chain.ts';

type Row = Readonly<Record<string, unknown>>;

export function eventRowFrom(row: Row): EventRow {
  return {
    eventNumber: Number(row.event_number),
    atMs: Number(row.at_ms),
    commandId: String(row.command_id),
    actor: String(row.actor),
    kind: String(row.kind),
    body: String(row.body),
    hash: String(row.hash),
  };
}

export function snapshotRowFrom(row: Row): SnapshotRow {
  return {
    eventNumber: Number(row.event_number),
    body: String(row.body),
    chainHash: String(row.chain_hash),
    checksum: String(row.checksum),
  };
}
