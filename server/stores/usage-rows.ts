/** What is kept about use: sessions, the stretches they are made of, and when they had a seat. */
import type { Activity, SessionEnd } from '../../shared/domain.ts';

/** One session as usage knows it. Written by the ledger's projection; past sessions by the agents' facts. */
export interface UsageSessionRow {
  readonly sessionId: string;
  readonly userId: string;
  readonly workstationId: string;
  readonly productId: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly endReason: SessionEnd | null;
  /** Silence from which on it was not use; kept with the record because the constant may change one day. */
  readonly usageIdleAfterMs: number;
}

/** One stretch of a session in one state. The same intervalId of that session again corrects it. */
export interface UsageIntervalRow {
  readonly intervalId: string;
  readonly sessionId: string;
  readonly activity: Activity;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly projectId: string | null;
}

/** A stretch in which a session had a seat. Written by the ledger's projection. */
export interface UsageGrantRow {
  readonly sessionId: string;
  readonly leaseId: string;
  readonly poolId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
}
