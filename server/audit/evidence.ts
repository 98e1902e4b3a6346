/** What an audit needs to read of a database, whatever it is kept in. Reads only, and all of one moment. */
import type { EventRow, SnapshotRow } from '../stores/event-chain.ts';

export interface Evidence {
  /** Sentences of the database's own integrity check; empty: it found nothing. */
  integrityProblems(): Promise<readonly string[]>;
  /** Newest first. */
  snapshots(): Promise<readonly SnapshotRow[]>;
  /** In order, in handy portions. */
  eventRows(): AsyncIterable<readonly EventRow[]> | Iterable<readonly EventRow[]>;
  /** `session lease` of usage grants without an end. */
  openGrants(): Promise<ReadonlySet<string>>;
  /** Ids of usage sessions without an end. */
  openUsageSessions(): Promise<ReadonlySet<string>>;
  /** Newest kept answer's number minus the oldest one's, and how many outboxes have a mark. */
  bounds(): Promise<{ readonly answers: number; readonly outboxMarks: number }>;
}
