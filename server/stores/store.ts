/** What every store of the server is: the ledger's memory and the records, on one set of transactions. */
import type { LedgerStore } from '../ledger/ports.ts';
import type { Records } from './records.ts';

export interface ServerStore extends LedgerStore {
  readonly records: Records;
  /** Absent where a store forgets with its process. */
  readonly housekeeping?: StoreHousekeeping;
  /** Waits for writes under way. Calling it again does nothing. */
  close(): Promise<void>;
}

/** Keeps a store's size bounded by what is going on, not by what once was. */
export interface StoreHousekeeping {
  /**
   * Moves one portion of events that were recorded before a point in time to the archive; a verified snapshot becomes
   * the new start of the chain. @returns how many; 0: nothing is old, or this store keeps all
   */
  archiveEvents(beforeMs: number): Promise<number>;
  /** Forgets answers of older commands, and outbox marks of agents that were last heard before. */
  trim(before: { readonly answersBeforeMs: number; readonly marksBeforeMs: number }): Promise<void>;
}

/** The kept data are not as Usher left them. The sentence says what to do. */
export class CorruptStoreError extends Error {}

/** The data belong to a newer version, or to another server that is running. The sentence says what to do. */
export class StoreRefusedError extends Error {}

/** Old events were archived, and their file is not where it was put. The sentence says which. */
export class ArchiveGoneError extends Error {}

/** Another server decides for these pools now: what this one decided is not kept. */
export class NotOwnerError extends Error {}
