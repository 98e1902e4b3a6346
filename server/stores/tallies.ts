/** What is asked and answered where records are counted. */
import type { DenialReason } from '../../shared/domain.ts';

export interface DenialQuery {
  readonly productId?: string;
  readonly userId?: string;
  readonly reason?: string;
  /** true: only those that were proved false; false: only the others. */
  readonly isFalse?: boolean;
  /** Within [fromMs, toMs). */
  readonly fromMs?: number;
  readonly toMs?: number;
}

export interface DenialCount {
  /** Start of the step. */
  readonly fromMs: number;
  readonly productId: string;
  readonly reason: DenialReason;
  readonly isFalse: boolean;
  readonly denials: number;
}

export interface UserTally {
  readonly userId: string;
  readonly sessions: number;
  readonly lastStartedAtMs: number;
}
