/**
 * What several server instances on one database need of it beyond the store of one server: who owns a ledger group,
 * word of what others wrote, and a lock. PostgreSQL implements it; tests have it in memory. Types only.
 */
import type { CommitUnit } from '../ledger/ports.ts';
import type { ServerStore } from '../stores/store.ts';

/** The ledger group that holds all pools. Everything is keyed by group, so that there may be more. */
export const MAIN_GROUP = 'main';

/** One server process. Both values are new at each start. */
export interface Instance {
  readonly instanceId: string;
  /** Where other instances reach it: `http://10.0.0.7:4780`. */
  readonly url: string;
}

/** [L100] One owner's time in office: the epoch grows with each takeover, so the pair can never come back. */
export interface OwnerGuard {
  readonly group: string;
  readonly ownerId: string;
  readonly epoch: number;
}

/** The lease row of a group as it stands. */
export interface Owner {
  readonly ownerId: string;
  readonly ownerUrl: string;
  readonly epoch: number;
}

/** Lease rows, on the database's clock. Each call rejects when the database cannot be asked. */
export interface Ownership {
  /** Takes the group when nobody has it or its lease has run out. @returns who owns it now */
  claim(group: string, instance: Instance, ttlMs: number): Promise<Owner>;
  /** false: the group was taken by another one. A lease that has run out but was not taken is renewed. */
  renew(guard: OwnerGuard, ttlMs: number): Promise<boolean>;
  /** Gives the group back, so that another one may take it at once. */
  release(guard: OwnerGuard): Promise<void>;
}

/** A record that was written, by kind and the values of its key's columns. */
export interface RecordKey {
  readonly record: string;
  readonly key: Readonly<Record<string, string>>;
}

/**
 * Word from the database. events: some were appended. records: these were written (null: too many to name). resumed:
 * words may have been missed. Own writes may be told back.
 */
export type Wake =
  | { readonly kind: 'events' }
  | { readonly kind: 'records'; readonly keys: readonly RecordKey[] | null }
  | { readonly kind: 'resumed' };

export interface ClusterStore extends ServerStore {
  readonly ownership: Ownership;
  /** With a guard the batch is kept only while the guard's row stands; else it rejects with NotOwnerError (stores/store.ts). */
  append(units: readonly CommitUnit[], guard?: OwnerGuard): Promise<void>;
  /** The durable mark of an outbox, from the database. 0: none. */
  outboxMark(outboxId: string): Promise<number>;
  onWake(listener: (wake: Wake) => void): () => void;
  /** Runs `work` while no other instance runs anything under the same name. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function isClusterStore(store: ServerStore): store is ClusterStore {
  return 'ownership' in store;
}

/** Lengths of time; tests shorten them. */
export interface ClusterTiming {
  /** How long an owner that is not heard keeps its group. */
  readonly leaseMs: number;
  readonly renewEveryMs: number;
  /** How often a follower looks whether the group is free. */
  readonly claimEveryMs: number;
  /** A question to the database that takes longer counts as unanswered. */
  readonly patienceMs: number;
  /** [L106] How long a submission waits for an owner. */
  readonly waitMs: number;
  readonly pulseEveryMs: number;
  /** A link on which nothing came for so long is cut. */
  readonly silenceMs: number;
  readonly pollEveryMs: number;
}

/** [L101] 2.5 s of lease, a look every half second, and the loading stay below 5 s. */
export const CLUSTER_TIMING: ClusterTiming = {
  leaseMs: 2_500,
  renewEveryMs: 800,
  claimEveryMs: 400,
  patienceMs: 2_000,
  waitMs: 20_000,
  pulseEveryMs: 1_000,
  silenceMs: 4_000,
  pollEveryMs: 1_000,
};
