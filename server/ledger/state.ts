/**
 * The ledger's state and how to make an empty one. Every question a decision asks is answered by a map, a counter or
 * the head of a line, so that its cost does not grow with seats or with waiting tickets. Only evolve.ts changes it.
 */
import type {
  Alternative,
  DenialReason,
  LeaseId,
  LoginSessionId,
  OfferId,
  PoolId,
  PoolSettings,
  PriorityClass,
  ProductId,
  SessionId,
  Take,
  TicketId,
  UserId,
  WorkstationId,
} from '../../shared/domain.ts';
import type { MyNotice } from '../../shared/views.ts';
import type { ObservedCheckout } from './commands.ts';
import type { Line } from './line.ts';

/** What a session sits on. */
export type Seat =
  | { readonly state: 'not-counted' }
  | { readonly state: 'held'; readonly sinceMs: number; readonly leaseIds: readonly LeaseId[] }
  | { readonly state: 'overage'; readonly sinceMs: number; readonly denial: Denial | null }
  /** Lost its seat through silence and has not been heard since. */
  | { readonly state: 'expired'; readonly sinceMs: number }
  /** Managed pool, until the next good poll; `takes` is empty while an offer already holds its units. */
  | { readonly state: 'presumed'; readonly sinceMs: number; readonly takes: readonly Take[] }
  /** Managed pool: a checkout was matched to it. */
  | {
      readonly state: 'matched';
      readonly sinceMs: number;
      readonly poolId: PoolId;
      readonly checkoutId: string;
    };

export interface Denial {
  readonly denialId: string;
  readonly reason: DenialReason;
  readonly atMs: number;
}

export interface Session {
  readonly sessionId: SessionId;
  readonly userId: UserId;
  readonly workstationId: WorkstationId;
  readonly loginSessionId: LoginSessionId;
  readonly processKey: string;
  readonly deviceKey: string | null;
  readonly productId: ProductId;
  readonly startedAtMs: number;
  readonly origin: 'application' | 'hold';
  seat: Seat;
}

/** awaited: claimed by button, no session uses it yet. used: alive while one of its sessions is renewed. */
export type LeaseUse =
  | { readonly state: 'awaited'; untilMs: number; readonly windowMs: number }
  | { readonly state: 'used'; readonly holderKey: string; readonly sessionIds: Set<SessionId> };

export interface Lease {
  readonly leaseId: LeaseId;
  readonly poolId: PoolId;
  readonly units: number;
  readonly userId: UserId;
  readonly workstationId: WorkstationId;
  readonly productId: ProductId;
  readonly grantedAtMs: number;
  use: LeaseUse;
}

export interface Ticket {
  readonly ticketId: TicketId;
  readonly userId: UserId;
  readonly productId: ProductId;
  readonly origin: 'person' | 'hold' | 'return';
  /** The class it entered with; its rank is `max(0, priorityClass - rises)`. */
  readonly priorityClass: PriorityClass;
  readonly queuedAtMs: number;
  rises: number;
  sequence: number;
  missedOffers: number;
  /** null: it waits in its product's line. */
  offerId: OfferId | null;
}

export interface Offer {
  readonly offerId: OfferId;
  readonly ticketId: TicketId;
  readonly userId: UserId;
  readonly productId: ProductId;
  readonly takes: readonly Take[];
  readonly strength: 'hard' | 'soft';
  readonly windowMs: number;
  untilMs: number;
}

/** What is known of a managed pool. Unknown is not zero. */
export type Observation =
  | { readonly state: 'known'; readonly atMs: number; readonly pollEveryMs: number }
  | { readonly state: 'unknown'; readonly sinceMs: number; readonly lastAtMs: number | null };

export interface Checkout extends ObservedCheckout {
  /** The session it was matched to. */
  sessionId: SessionId | null;
}

export interface Pool {
  readonly poolId: PoolId;
  settings: PoolSettings;
  readonly activePackIds: Set<string>;
  /** settings.capacity (or what the manager says) + active packs + overdraft. */
  effectiveCapacity: number;
  leasedUnits: number;
  offeredUnits: number;
  /** Managed: units of checkouts, and of sessions believed to use one until the next poll. */
  checkoutUnits: number;
  presumedUnits: number;
  /** null for metered pools. */
  observation: Observation | null;
  /** Managed: capacity as the manager said it last; null: the settings' capacity counts. */
  observedCapacity: number | null;
  revision: number;
  readonly productIds: Set<ProductId>;
  readonly leaseIds: Set<LeaseId>;
  readonly leasesByHolder: Map<string, Set<LeaseId>>;
  readonly offerIds: Set<OfferId>;
  readonly checkouts: Map<string, Checkout>;
}

export interface Product {
  readonly productId: ProductId;
  alternatives: readonly Alternative[];
  /** Tickets without an open offer, by rank. */
  readonly line: Line;
}

/** One person's belongings, so that a decision about them scans nobody else's. */
export interface User {
  readonly sessionIds: Set<SessionId>;
  readonly ticketIdByProduct: Map<ProductId, TicketId>;
  readonly awaitedLeaseIds: Set<LeaseId>;
  /** What ended without their doing, newest last. */
  readonly notices: Notice[];
}
export type Notice = Omit<MyNotice, 'productName'>;

export interface LedgerState {
  /** Number of the last event in here. */
  eventNumber: number;
  nextSequence: number;
  /** Numbers below every other: for machines that return. */
  nextReturnSequence: number;
  /** Nothing ends by time before this point. */
  graceUntilMs: number;
  readonly pools: Map<PoolId, Pool>;
  readonly products: Map<ProductId, Product>;
  readonly users: Map<UserId, User>;
  readonly sessions: Map<SessionId, Session>;
  readonly sessionIdsByProduct: Map<ProductId, Set<SessionId>>;
  readonly leases: Map<LeaseId, Lease>;
  readonly tickets: Map<TicketId, Ticket>;
  readonly offers: Map<OfferId, Offer>;
}

/** Sequence numbers of returning machines start here: below all others, in order among themselves. */
export const FIRST_RETURN_SEQUENCE = -(2 ** 52);

export function emptyState(): LedgerState {
  return {
    eventNumber: 0,
    nextSequence: 1,
    nextReturnSequence: FIRST_RETURN_SEQUENCE,
    graceUntilMs: 0,
    pools: new Map(),
    products: new Map(),
    users: new Map(),
    sessions: new Map(),
    sessionIdsByProduct: new Map(),
    leases: new Map(),
    tickets: new Map(),
    offers: new Map(),
  };
}
