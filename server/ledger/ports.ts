/**
 * The ledger's two faces: `Ledger` for the rest of the server, and `LedgerStore`, which a database implements.
 * docs/LEDGER.md has the rules that an implementation of either must keep.
 */
import type { Outcome } from '../../shared/outcome.ts';
import type { RecordChange } from '../stores/records.ts';
import type { Actor, Answer, LedgerCommand, RefusalCode } from './commands.ts';
import type { RecordedEvent } from './events.ts';
import type { LedgerState } from './state.ts';

export type LedgerOutcome = Outcome<Answer, RefusalCode>;

/** The place of a fact in an agent's outbox: 1, 2, 3 ... without a hole. */
export interface OutboxPlace {
  readonly outboxId: string;
  readonly seq: number;
}

/** So many first answers are kept; older ones are forgotten. Facts of agents need none: their outbox has a mark. */
export const REMEMBERED_ANSWERS = 100_000;

export interface Submission {
  /** Made by whoever asks; the same id again changes nothing and gives the first answer. */
  readonly commandId: string;
  readonly by: Actor;
  /** null: a fact that is no business of the ledger; only its place and its records are committed. */
  readonly command: LedgerCommand | null;
  /** Set for facts of an agent. A place at or below the mark is a repeat, one beyond the next is OUT_OF_ORDER. */
  readonly outbox?: OutboxPlace;
  /** Records that are written in the same transaction, also when the command is refused. */
  readonly changes?: readonly RecordChange[];
}

/** Told after the commit, in order. `reloaded`: a batch failed or its fate is unknown; look at everything again. */
export type LedgerNotice =
  | { readonly kind: 'committed'; readonly events: readonly RecordedEvent[] }
  | { readonly kind: 'reloaded' };

export interface Ledger {
  /**
   * Decides at once, in the order of the calls; resolves when the decision is durable. Rejects when it could not be
   * made durable: then nothing of it happened, or it happened and a repeat gives its answer.
   */
  submit(submission: Submission): Promise<LedgerOutcome>;
  /**
   * These sessions live; with a userId, only those of them that are this person's. Volatile: costs no write. A session
   * that had lost its seat by silence comes back with this.
   */
  renew(sessionIds: readonly string[], userId?: string): void;
  /** How long a session has been silent, in milliseconds; within a grace that is not held against it. */
  silentMs(sessionId: string): number;
  /** true: renewed within the time to live, or a grace is running. */
  isLive(sessionId: string): boolean;
  /** What is durable. For reading only; it changes between two turns of the event loop. */
  state(): LedgerState;
  /** Facts of this outbox up to this number are durable; 0: none. */
  acknowledgedSeq(outboxId: string): Promise<number>;
  /** The first answer to a command, or null when it was never decided or is forgotten. */
  answerOf(commandId: string): Promise<LedgerOutcome | null>;
  subscribe(listener: (notice: LedgerNotice) => void): () => void;
  /** Recorded events after a number, oldest first, for audit. */
  events(afterNumber: number, limit: number): Promise<readonly RecordedEvent[]>;
  /** Waits for what was submitted, keeps a snapshot, stops its timers. The store stays open. */
  close(): Promise<void>;
}

// ---------------------------------------------------------------- the store

/** Everything one submission leaves behind; a batch of these is one transaction. */
export interface CommitUnit {
  readonly commandId: string;
  readonly atMs: number;
  readonly events: readonly RecordedEvent[];
  /** null: nobody can ask again (the ledger's own timed commands). */
  readonly answer: LedgerOutcome | null;
  readonly outbox: OutboxPlace | null;
  readonly changes: readonly RecordChange[];
}

export interface StoredSnapshot {
  /** The last event that is in it; 0: none. */
  readonly eventNumber: number;
  readonly body: unknown;
}

export interface LoadedLedger {
  /** Newest snapshot whose checksum holds; null: none. */
  readonly snapshot: StoredSnapshot | null;
  /** All events after the snapshot, in order, with their chain of hashes verified. */
  readonly events: readonly RecordedEvent[];
  /** First answers of the newest commands, oldest first. */
  readonly answers: readonly { readonly commandId: string; readonly answer: LedgerOutcome }[];
  readonly outboxMarks: readonly OutboxPlace[];
}

/** Durable memory of the ledger. One contract suite runs every implementation. */
export interface LedgerStore {
  /** Throws with a sentence that says what to do when the kept data do not verify. */
  load(): Promise<LoadedLedger>;
  /** One transaction, durable when it resolves. Rejects whole; what then is kept is told by `load`. */
  append(units: readonly CommitUnit[]): Promise<void>;
  /** Keeps a snapshot, drops all but the newest two, and forgets answers beyond REMEMBERED_ANSWERS. */
  saveSnapshot(snapshot: StoredSnapshot): Promise<void>;
  /**
   * The same, but the store replays what it keeps, away from the caller's thread: for a state whose image would hold
   * everybody up. Absent where a store cannot.
   */
  keepReplayed?(): Promise<void>;
  answerOf(commandId: string): Promise<LedgerOutcome | null>;
  events(afterNumber: number, limit: number): Promise<readonly RecordedEvent[]>;
}
