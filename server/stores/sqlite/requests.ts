/** What the main thread asks of the two worker threads, as plain data. */

import type { RecordedEvent } from '../../ledger/events.ts';
import type { CommitUnit, LedgerOutcome, LoadedLedger } from '../../ledger/ports.ts';
import type { SnapshotRow } from '../event-chain.ts';
import type { PlainRow, RecordQuery } from '../record-tables.ts';
import type { Fold, UnfoldedSession, UsageDaysAnswer, UsageDaysQuery } from '../usage-days.ts';
import type { ArchivePlan } from './archivist.ts';
import { type PackedChanges, packChanges } from './packed-changes.ts';
import type { MadeSnapshot } from './snapshotter.ts';

/**
 * writer: the only one that changes what is kept. reader: a second connection, so that reads never wait for writes.
 * checkpointer: a third one, which copies the log into the database while the writer goes on.
 */
export interface WorkerSettings {
  readonly role: 'writer' | 'reader' | 'checkpointer';
  readonly file: string;
  /** Largest size of the database; the real error of a full disk follows beyond it. null: the disk's end. */
  readonly maximumBytes: number | null;
  /** Where archived events lie; null: none were archived. */
  readonly archiveDir: string | null;
}

/** A third thread for a moment: it prepares the archive and ends. */
export interface ArchivistSettings {
  readonly role: 'archivist';
  readonly file: string;
  readonly archiveDir: string;
  readonly beforeMs: number;
}

/** Likewise: it replays what is kept into a snapshot. */
export interface SnapshotterSettings {
  readonly role: 'snapshotter';
  readonly file: string;
}

export type BriefReply =
  | { readonly kind: 'planned'; readonly plan: ArchivePlan | null }
  | { readonly kind: 'made'; readonly snapshot: MadeSnapshot | null }
  | { readonly kind: 'failed'; readonly message: string; readonly fault: ReadFault };

/** Flat lists of plain values: they are copied to the other thread, and that costs a fraction of copying objects. */
export interface AppendRequest {
  readonly kind: 'append';
  /** EVENT_VALUES for each: number, atMs, commandId, actor, kind, body. */
  readonly events: readonly (string | number)[];
  /** Two for each: id of the command, answer. */
  readonly answers: readonly string[];
  /** Two for each: outbox, number of its last fact. */
  readonly marks: readonly (string | number)[];
  readonly changes: PackedChanges;
}

export const EVENT_VALUES = 6;

export type WriteRequest =
  | AppendRequest
  | { readonly kind: 'snapshot'; readonly eventNumber: number; readonly body: string }
  | { readonly kind: 'made-snapshot'; readonly snapshot: MadeSnapshot }
  | { readonly kind: 'records'; readonly changes: PackedChanges }
  | { readonly kind: 'fold'; readonly folds: readonly Fold[] }
  /** Events up to the snapshot's are in the archive. */
  | { readonly kind: 'archived'; readonly snapshot: SnapshotRow }
  | { readonly kind: 'trim'; readonly answersBeforeMs: number; readonly marksBeforeMs: number };

/** One result for each request of a group, in order. null: it is durable. */
export type WriteResult = string | null;

export interface Written {
  readonly results: readonly WriteResult[];
  /** Pages that lie in the write-ahead log only. */
  readonly pagesInLog: number;
}

export type ReadRequest =
  | { readonly kind: 'load' }
  | { readonly kind: 'answer'; readonly commandId: string }
  | { readonly kind: 'events'; readonly afterNumber: number; readonly limit: number }
  | { readonly kind: 'records'; readonly query: RecordQuery }
  | { readonly kind: 'usage-days'; readonly query: UsageDaysQuery }
  | { readonly kind: 'unfolded'; readonly limit: number };

export interface ReadAnswers {
  load: LoadedLedger;
  answer: LedgerOutcome | null;
  events: readonly RecordedEvent[];
  records: readonly PlainRow[];
  'usage-days': UsageDaysAnswer;
  unfolded: readonly UnfoldedSession[];
}

/** What kind of error a failed request was; other: nobody expected it. */
export type ReadFault = 'corrupt' | 'archive-gone' | 'other';

/** `ready` is the first word of a worker; an error there means that the file could not be opened. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly message: string; readonly isRefusal: boolean }
  | ({ readonly kind: 'written'; readonly id: number } & Written)
  | { readonly kind: 'read'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string; readonly fault: ReadFault };

export type WorkerMessage =
  /** `isDue`: the rest of the log is copied first. */
  | {
      readonly kind: 'write';
      readonly id: number;
      readonly group: readonly WriteRequest[];
      readonly isDue: boolean;
    }
  | { readonly kind: 'copy-log'; readonly id: number }
  | { readonly kind: 'read'; readonly id: number; readonly request: ReadRequest }
  | { readonly kind: 'close' };

/** One batch of the ledger as a request. Throws TypeError when a record does not fit its columns. */
export function appendRequestOf(units: readonly CommitUnit[]): AppendRequest {
  const events: (string | number)[] = [];
  const answers: string[] = [];
  const marks = new Map<string, number>();
  const changes: PackedChanges[number][] = [];
  for (const { commandId, events: recorded, answer, outbox, changes: ofUnit } of units) {
    const [first] = recorded;
    // All events of one decision are of one actor: its text is made once.
    const actor = first ? JSON.stringify(first.by) : '';
    for (const { eventNumber, atMs, commandId: of, event } of recorded) {
      events.push(eventNumber, atMs, of, actor, event.kind, JSON.stringify(event));
    }
    if (answer) answers.push(commandId, JSON.stringify(answer));
    if (outbox) marks.set(outbox.outboxId, outbox.seq);
    packChanges(ofUnit, changes);
  }
  return { kind: 'append', events, answers, marks: [...marks].flat(), changes };
}
