/** What every store of the server is: the ledger's memory and the records, on one set of transactions. */
import type { LedgerStore } from '../ledger/ports.ts';
import type { Records } from './records.ts';

export interface ServerStore extends LedgerStore {
  readonly records: Records;
  /** Waits for writes under way. Calling it again does nothing. */
  close(): Promise<void>;
}

/** The kept data are not as Usher left them. The sentence says what to do. */
export class CorruptStoreError extends Error {}

/** The data belong to a newer version, or to another server that is running. The sentence says what to do. */
export class StoreRefusedError extends Error {}
