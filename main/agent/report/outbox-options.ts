/** What an outbox is opened with and what is put into it. Types and limits only. */
import type { Fact } from '../../../shared/protocol.ts';
import type { NewId } from '../../../shared/time.ts';
import type { Log } from '../log.ts';
import type { OutboxLimits } from './summarize.ts';

export const OUTBOX_LIMITS: OutboxLimits = { maximumFacts: 50_000, maximumBytes: 50_000_000 };

export interface OutboxOptions {
  readonly path: string;
  readonly newId: NewId;
  readonly log: Log;
  readonly limits?: OutboxLimits;
  /** Numbers start anew (E32, E33): the connection must say hello again. */
  readonly onNewOutbox?: () => void;
  /** The facts that tell every open session once more, for numbers that start anew. */
  readonly openFacts?: () => readonly Fact[];
}

/** What one step leaves behind. */
export interface Entry {
  readonly facts: readonly Fact[];
  /** undefined: the saved state stays as it is. */
  readonly trackerState?: string;
  readonly atMs: number;
}
