/**
 * What the ledger records: one member for each thing that can happen. Events are the audit and the only way in which
 * the state changes. They hold opaque ids only, and enough of them that a reader needs no state to know whom they touch.
 */
import type {
  Alternative,
  DenialReason,
  GroupId,
  LeaseEnd,
  LeaseId,
  LoginSessionId,
  PoolId,
  PoolSettings,
  ProductId,
  SessionEnd,
  SessionId,
  Take,
  UnsavedWork,
  UserId,
  WorkstationId,
} from '../../shared/domain.ts';
import type { Actor, HoursKind, ObservedCheckout } from './commands.ts';
import type { HandoverEvent, OfferEvent, TicketEvent } from './events-queue.ts';

export type PoolEvent =
  | {
      readonly kind: 'pool-configured';
      readonly poolId: PoolId;
      readonly settings: PoolSettings;
      /** Why, where an admin said it. */
      readonly note?: string;
    }
  | { readonly kind: 'pool-removed'; readonly poolId: PoolId }
  | { readonly kind: 'pack-started'; readonly poolId: PoolId; readonly packId: string }
  | { readonly kind: 'pack-ended'; readonly poolId: PoolId; readonly packId: string }
  /** The rule is over, and gone from the pool's settings. */
  | { readonly kind: 'deny-ended'; readonly poolId: PoolId; readonly denyId: string }
  | {
      readonly kind: 'hours-changed';
      readonly poolId: PoolId;
      readonly hours: HoursKind;
      readonly isWithin: boolean;
    }
  | {
      readonly kind: 'product-configured';
      readonly productId: ProductId;
      readonly alternatives: readonly Alternative[];
      readonly formerAlternatives: readonly Alternative[];
    };

export type GroupEvent =
  | { readonly kind: 'group-configured'; readonly groupId: GroupId; readonly parentId: GroupId | null }
  | { readonly kind: 'group-removed'; readonly groupId: GroupId }
  | {
      readonly kind: 'members-changed';
      readonly groupId: GroupId;
      readonly added: readonly UserId[];
      readonly removed: readonly UserId[];
    };

export type SessionEvent =
  /** Known from now on; its seat is not counted until a later event of the same decision says otherwise. */
  | {
      readonly kind: 'session-opened';
      readonly sessionId: SessionId;
      readonly userId: UserId;
      readonly workstationId: WorkstationId;
      readonly loginSessionId: LoginSessionId;
      readonly processKey: string;
      readonly deviceKey: string | null;
      readonly productId: ProductId;
      readonly startedAtMs: number;
      readonly origin: 'application' | 'hold';
    }
  | {
      readonly kind: 'session-denied';
      readonly sessionId: SessionId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly denialId: string;
      readonly reason: DenialReason;
      /** Free units of the product's pools that this person could not have; absent in old events. */
      readonly freeElsewhere?: readonly Take[];
    }
  /** The session got a seat so soon after its denial that the denial was a false one. */
  | {
      readonly kind: 'denial-proved-false';
      readonly denialId: string;
      readonly sessionId: SessionId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly afterMs: number;
    }
  /** The session uses these leases, one for each take of its alternative. */
  | {
      readonly kind: 'session-seated';
      readonly sessionId: SessionId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly seats: readonly {
        readonly leaseId: LeaseId;
        readonly poolId: PoolId;
        readonly holderKey: string;
      }[];
      /** Pools whose free units a request took: everybody who waits there was passed by one. */
      readonly takenFrom: readonly PoolId[];
    }
  /** The session leaves all its leases. `expired`: it was silent and has a place at the head when it returns. */
  | {
      readonly kind: 'session-unseated';
      readonly sessionId: SessionId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly leaseIds: readonly LeaseId[];
      readonly to: 'overage' | 'expired' | 'not-counted';
    }
  | {
      readonly kind: 'session-closed';
      readonly sessionId: SessionId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly leaseIds: readonly LeaseId[];
      readonly endedAtMs: number;
      readonly reason: SessionEnd;
    }
  /** Managed pool: believed to use a seat until the next good poll. */
  | {
      readonly kind: 'session-presumed';
      readonly sessionId: SessionId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly takes: readonly Take[];
    }
  /** Managed pool: this checkout is this session's. */
  | {
      readonly kind: 'session-matched';
      readonly sessionId: SessionId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly poolId: PoolId;
      readonly checkoutId: string;
    };

export type LeaseEvent =
  | {
      readonly kind: 'lease-granted';
      readonly leaseId: LeaseId;
      readonly poolId: PoolId;
      readonly units: number;
      readonly userId: UserId;
      readonly workstationId: WorkstationId;
      readonly productId: ProductId;
      /**
       * request: what it overtook is told by the session that sits down. offer: the units were held for this person.
       * handover: its holder gave it to this person; what that overtook is told by the end of the request.
       */
      readonly via: 'request' | 'offer' | 'handover';
      /** Set while no session uses it yet: claimed by button, ends unless the application starts by then. */
      readonly awaitedUntilMs: number | null;
      /** The group whose reserved units these are; null, or absent in old events: they are nobody's. */
      readonly borrowedFrom?: GroupId | null;
    }
  /** Only ever follows when no session uses the lease any more. */
  | {
      readonly kind: 'lease-ended';
      readonly leaseId: LeaseId;
      readonly poolId: PoolId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly reason: LeaseEnd;
      readonly note: string | null;
    }
  /** It will be ended at `untilMs`. A second warning takes the place of the first. */
  | {
      readonly kind: 'lease-warned';
      readonly leaseId: LeaseId;
      readonly poolId: PoolId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly note: string;
      readonly untilMs: number;
    }
  | {
      readonly kind: 'warning-withdrawn';
      readonly leaseId: LeaseId;
      readonly poolId: PoolId;
      readonly userId: UserId;
      readonly productId: ProductId;
    }
  /** The holder's agent on this workstation says whether something is not saved there. */
  | {
      readonly kind: 'unsaved-reported';
      readonly leaseId: LeaseId;
      readonly poolId: PoolId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly workstationId: WorkstationId;
      readonly unsavedWork: UnsavedWork;
    };

/** Seats that were not used. */
export interface IdleEvent {
  readonly kind: 'idle-noted';
  readonly userId: UserId;
  readonly poolId: PoolId;
  /** Below 0 where the past was corrected. */
  readonly idleMs: number;
  /** What is noted with this, after what was noted before has faded. */
  readonly totalMs: number;
}

export type ManagedEvent =
  | {
      readonly kind: 'pool-observed';
      readonly poolId: PoolId;
      readonly observedAtMs: number;
      readonly pollEveryMs: number;
      readonly capacity: number | null;
    }
  | { readonly kind: 'pool-unreadable'; readonly poolId: PoolId; readonly sinceMs: number }
  | { readonly kind: 'checkout-appeared'; readonly poolId: PoolId; readonly checkout: ObservedCheckout }
  | { readonly kind: 'checkout-gone'; readonly poolId: PoolId; readonly checkoutId: string };

/** From here on for LEASE_GRACE_MS nothing ends by time; every open window starts anew. */
export interface GraceEvent {
  readonly kind: 'grace-started';
  readonly cause: 'server-start' | 'clock-step';
  readonly untilMs: number;
}

export type LedgerEvent =
  | PoolEvent
  | GroupEvent
  | SessionEvent
  | LeaseEvent
  | HandoverEvent
  | IdleEvent
  | TicketEvent
  | OfferEvent
  | ManagedEvent
  | GraceEvent;
export type LedgerEventOf<K extends LedgerEvent['kind']> = Extract<LedgerEvent, { kind: K }>;

/** An event as it is kept: 1, 2, 3 ... without a hole. */
export interface RecordedEvent {
  readonly eventNumber: number;
  readonly atMs: number;
  readonly commandId: string;
  readonly by: Actor;
  readonly event: LedgerEvent;
}
