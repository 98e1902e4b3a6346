/**
 * What the ledger records: one member for each thing that can happen. Events are the audit and the only way in which
 * the state changes. They hold opaque ids only, and enough of them that a reader needs no state to know whom they touch.
 */
import type {
  Alternative,
  DenialReason,
  LeaseEnd,
  LeaseId,
  LoginSessionId,
  OfferEnd,
  OfferId,
  PoolId,
  PoolSettings,
  PriorityClass,
  ProductId,
  SessionEnd,
  SessionId,
  Take,
  TicketEnd,
  TicketId,
  UserId,
  WorkstationId,
} from '../../shared/domain.ts';
import type { Actor, ObservedCheckout } from './commands.ts';

export type PoolEvent =
  | { readonly kind: 'pool-configured'; readonly poolId: PoolId; readonly settings: PoolSettings }
  | { readonly kind: 'pool-removed'; readonly poolId: PoolId }
  | { readonly kind: 'pack-started'; readonly poolId: PoolId; readonly packId: string }
  | { readonly kind: 'pack-ended'; readonly poolId: PoolId; readonly packId: string }
  | {
      readonly kind: 'product-configured';
      readonly productId: ProductId;
      readonly alternatives: readonly Alternative[];
      readonly formerAlternatives: readonly Alternative[];
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
      /** request: nobody was overtaken. offer: the units were held for this person. */
      readonly via: 'request' | 'offer';
      /** Set while no session uses it yet: claimed by button, ends unless the application starts by then. */
      readonly awaitedUntilMs: number | null;
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
    };

export type TicketEvent =
  | {
      readonly kind: 'ticket-queued';
      readonly ticketId: TicketId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly priorityClass: PriorityClass;
      readonly sequence: number;
      /** hold: made for a waiting hold, and gone with it. */
      readonly origin: 'person' | 'hold' | 'return';
    }
  | {
      readonly kind: 'ticket-rose';
      readonly ticketId: TicketId;
      readonly userId: UserId;
      readonly productId: ProductId;
    }
  /** To the end of its class, with a new number. */
  | {
      readonly kind: 'ticket-moved-back';
      readonly ticketId: TicketId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly sequence: number;
    }
  | {
      readonly kind: 'ticket-ended';
      readonly ticketId: TicketId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly reason: TicketEnd;
      readonly note: string | null;
    };

export type OfferEvent =
  | {
      readonly kind: 'offer-made';
      readonly offerId: OfferId;
      readonly ticketId: TicketId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly takes: readonly Take[];
      readonly windowMs: number;
      readonly untilMs: number;
      readonly strength: 'hard' | 'soft';
    }
  | {
      readonly kind: 'offer-ended';
      readonly offerId: OfferId;
      readonly ticketId: TicketId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly takes: readonly Take[];
      readonly reason: OfferEnd;
    };

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
  | SessionEvent
  | LeaseEvent
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
