/** What the main thread asks of the two worker threads, as plain data. */

import type { RecordedEvent } from '../../ledger/events.ts';
import type { LedgerOutcome, LoadedLedger, OutboxPlace } from '../../ledger/ports.ts';
import type { PlainRow, RecordQuery } from '../record-tables.ts';
import type { RecordChange } from '../records.ts';

/** writer: the only one that changes the file. reader: a second connection, so that reads never wait for writes. */
export interface WorkerSettings {
  readonly role: 'writer' | 'reader';
  readonly file: string;
  /** Largest size of the database; the real error of a full disk follows beyond it. null: the disk's end. */
  readonly maximumBytes: number | null;
}

export interface AppendRequest {
  readonly kind: 'append';
  readonly events: readonly RecordedEvent[];
  readonly answers: readonly { readonly commandId: string; readonly answer: string }[];
  readonly marks: readonly OutboxPlace[];
  readonly changes: readonly RecordChange[];
}

export type WriteRequest =
  | AppendRequest
  | { readonly kind: 'snapshot'; readonly eventNumber: number; readonly body: string }
  | { readonly kind: 'records'; readonly changes: readonly RecordChange[] };

/** One result for each request of a group, in order. null: it is durable. */
export type WriteResult = string | null;

export type ReadRequest =
  | { readonly kind: 'load' }
  | { readonly kind: 'answer'; readonly commandId: string }
  | { readonly kind: 'events'; readonly afterNumber: number; readonly limit: number }
  | { readonly kind: 'records'; readonly query: RecordQuery };

export interface ReadAnswers {
  load: LoadedLedger;
  answer: LedgerOutcome | null;
  events: readonly RecordedEvent[];
  records: readonly PlainRow[];
}

/** `ready` is the first word of a worker; an error there means that the file could not be opened. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly message: string; readonly isRefusal: boolean }
  | { readonly kind: 'written'; readonly id: number; readonly results: readonly WriteResult[] }
  | { readonly kind: 'read'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string; readonly isCorrupt: boolean };

export type WorkerMessage =
  | { readonly kind: 'write'; readonly id: number; readonly group: readonly WriteRequest[] }
  | { readonly kind: 'read'; readonly id: number; readonly request: ReadRequest }
  | { readonly kind: 'close' };
