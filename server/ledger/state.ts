/**
 * The ledger's state and how to make an empty one. Every question a decision asks is answered by a map, a counter or
 * the head of a line, so that its cost does not grow with seats or with waiting tickets. Only evolve.ts changes it.
 */
import type {
  Alternative,
  DenialReason,
  GroupId,
  HandoverAnswer,
  HandoverId,
  LeaseId,
  LoginSessionId,
  OfferId,
  PoolId,
  PriorityClass,
  ProductId,
  SessionId,
  Take,
  TicketId,
  UnsavedWork,
  UserId,
  WorkstationId,
} from '../../shared/domain.ts';
import type { MyNotice } from '../../shared/views.ts';
import type { IdSet } from './id-set.ts';
import type { Line } from './line.ts';
import type { Group, Pool } from './state-pool.ts';

export type { Checkout, Denials, Group, Pool } from './state-pool.ts';

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
  /** [L125] The group whose reserved unit this is; null: it is nobody's. */
  readonly borrowedFrom: GroupId | null;
  use: LeaseUse;
  /** Set while its end is announced. */
  warning: Warning | null;
}

/** An admin said that this seat will end. */
export interface Warning {
  readonly note: string;
  readonly windowMs: number;
  untilMs: number;
  /** What each workstation's agent said of unsaved work there. */
  readonly unsavedWork: Map<WorkstationId, UnsavedWork>;
}

/** A request to a lease's holder that is still open. */
export interface Handover {
  readonly handoverId: HandoverId;
  readonly leaseId: LeaseId;
  readonly poolId: PoolId;
  /** What the asker needs. */
  readonly productId: ProductId;
  readonly askerId: UserId;
  readonly askerWorkstationId: WorkstationId;
  readonly holderId: UserId;
  readonly isNamed: boolean;
  readonly askedAtMs: number;
  /** Of the time that runs now: until an answer, or until what was promised. */
  windowMs: number;
  untilMs: number;
  answer: Exclude<HandoverAnswer, 'free-now' | 'busy'> | null;
}

export interface Ticket {
  readonly ticketId: TicketId;
  readonly userId: UserId;
  readonly productId: ProductId;
  readonly origin: 'person' | 'hold' | 'return' | 'booked';
  /** How much of the class is fair share's [L144]. */
  readonly fairShareClasses: number;
  /** The class it entered with; its rank is `max(0, priorityClass - rises)`. */
  readonly priorityClass: PriorityClass;
  readonly queuedAtMs: number;
  /** What its owner's groups made of the class, when it was computed last [L126]. */
  readonly groupClass: PriorityClass;
  rises: number;
  sequence: number;
  missedOffers: number;
  /** null: it waits, in a line or aside. */
  offerId: OfferId | null;
  /** Its owner said "not now", or booked a place for later: it steps aside until it is called back [L140] [L142]. */
  later: Later | null;
  /** How often it was overtaken, while it is in no line; in a line, the line counts. */
  overtaken: number;
  /** The line of its product in which it stands; null: it has an offer or stepped aside. Follows from the rest. */
  lineKey: string | null;
}

export interface Later {
  readonly because: 'deferred' | 'booked';
  readonly untilMs: number;
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

export interface Product {
  readonly productId: ProductId;
  alternatives: readonly Alternative[];
  /** Tickets without an open offer, in one line for each standing [L129]; by its key. */
  readonly lines: Map<string, StandingLine>;
  /** Tickets without an open offer that stepped aside [L128]. */
  readonly asideIds: Set<TicketId>;
}

/** What the owner of a ticket may use of a product. Everybody in one line has the same. */
export interface Standing {
  /** Equal for equal standings; empty: no pool of the product makes differences between people. */
  readonly key: string;
  /** Groups of the owner that have a share in a pool of the product, in the pools' order. */
  readonly groupIds: readonly GroupId[];
  /** Alternatives that are open to the owner, in the product's order. */
  readonly ways: readonly Alternative[];
}

export interface StandingLine {
  readonly standing: Standing;
  readonly line: Line;
}

/** One person's belongings, so that a decision about them scans nobody else's. */
export interface User {
  readonly sessionIds: IdSet<SessionId>;
  readonly ticketIdByProduct: Map<ProductId, TicketId>;
  readonly awaitedLeaseIds: IdSet<LeaseId>;
  /** Leases of theirs whose end was announced. */
  readonly warnedLeaseIds: IdSet<LeaseId>;
  /** Open requests: those they made, and those made to them. */
  readonly askedHandoverIds: Set<HandoverId>;
  readonly handoverIds: Set<HandoverId>;
  /** What fair share remembers, per pool. */
  readonly idleDebts: Map<PoolId, IdleDebt>;
  /** When places of each pool were booked, within the last 24 hours before the newest. */
  readonly bookings: Map<PoolId, number[]>;
  /** What ended without their doing, newest last. */
  readonly notices: Notice[];
  /** They have nothing here. */
  readonly isIdle: boolean;
}
export type Notice = Omit<MyNotice, 'productName'>;

/** Time in which seats were held and not used. It fades; this is what was left of it at `atMs`. */
export interface IdleDebt {
  readonly idleMs: number;
  readonly atMs: number;
}

export interface LedgerState {
  /** Number of the last event in here. */
  eventNumber: number;
  nextSequence: number;
  /** Numbers below every other: for machines that return. */
  nextReturnSequence: number;
  /** Nothing ends by time before this point. */
  graceUntilMs: number;
  readonly groups: Map<GroupId, Group>;
  /** The groups that name a person as a member. */
  readonly groupIdsByUser: Map<UserId, Set<GroupId>>;
  readonly pools: Map<PoolId, Pool>;
  readonly products: Map<ProductId, Product>;
  readonly users: Map<UserId, User>;
  readonly sessions: Map<SessionId, Session>;
  readonly sessionIdsByProduct: Map<ProductId, Set<SessionId>>;
  readonly leases: Map<LeaseId, Lease>;
  readonly tickets: Map<TicketId, Ticket>;
  readonly offers: Map<OfferId, Offer>;
  readonly handovers: Map<HandoverId, Handover>;
  readonly handoverIdByLease: Map<LeaseId, HandoverId>;
  /** When who last asked whom (`pairOf`), oldest first; forgotten when it no longer matters. */
  readonly recentAsks: Map<string, number>;
}

/** So long the same two people are remembered [L147]. */
export const ASK_AGAIN_AFTER_MS = 30 * 60_000;

/** One asker and one holder as a key. */
export function pairOf(askerId: UserId, holderId: UserId): string {
  return JSON.stringify([askerId, holderId]);
}

/** Sequence numbers of returning machines start here: below all others, in order among themselves. */
export const FIRST_RETURN_SEQUENCE = -(2 ** 52);

export function emptyState(): LedgerState {
  return {
    eventNumber: 0,
    nextSequence: 1,
    nextReturnSequence: FIRST_RETURN_SEQUENCE,
    graceUntilMs: 0,
    groups: new Map(),
    groupIdsByUser: new Map(),
    pools: new Map(),
    products: new Map(),
    users: new Map(),
    sessions: new Map(),
    sessionIdsByProduct: new Map(),
    leases: new Map(),
    tickets: new Map(),
    offers: new Map(),
    handovers: new Map(),
    handoverIdByLease: new Map(),
    recentAsks: new Map(),
  };
}
