/**
 * Everything that can be asked of the ledger, and what it answers. Types only: what happens is in decide/.
 * docs/LEDGER.md numbers the rules.
 */
import type {
  Alternative,
  LeaseId,
  LoginSessionId,
  OfferId,
  PoolId,
  PoolSettings,
  ProductId,
  SessionEnd,
  SessionId,
  TicketId,
  UserId,
  WorkstationId,
} from '../../shared/domain.ts';

/** A license manager's record of a seat that is out, after names were turned into ids. */
export interface ObservedCheckout {
  /** The same in every poll while the seat is out. */
  readonly checkoutId: string;
  /** null: nobody Usher knows. */
  readonly userId: UserId | null;
  readonly workstationId: WorkstationId | null;
  readonly units: number;
  readonly sinceMs: number;
}

/** From an agent: what its person's applications do, and what the person asks for. */
export type AgentCommand =
  /** The request for a seat. A session that is already known changes nothing. */
  | {
      readonly kind: 'start-session';
      readonly sessionId: SessionId;
      readonly userId: UserId;
      readonly workstationId: WorkstationId;
      readonly loginSessionId: LoginSessionId;
      readonly processKey: string;
      /** The device in front of the person where it is not the workstation (terminal servers); null: it is. */
      readonly deviceKey: string | null;
      readonly productId: ProductId;
      readonly startedAtMs: number;
      /** application: it runs whether it has a seat or not. hold: it waits for one (`usher wait`). */
      readonly origin: 'application' | 'hold';
    }
  /** A session that is not known (any more) changes nothing. */
  | {
      readonly kind: 'end-session';
      readonly sessionId: SessionId;
      readonly endedAtMs: number;
      readonly reason: SessionEnd;
    }
  /**
   * The agent's word on which sessions are open: all others of this person on this workstation (and in this login
   * session, unless null) ended unseen.
   */
  | {
      readonly kind: 'reconcile-sessions';
      readonly userId: UserId;
      readonly workstationId: WorkstationId;
      readonly loginSessionId: LoginSessionId | null;
      readonly openSessionIds: readonly SessionId[];
    }
  /** A second ticket of one person for one product is the first one again. */
  | { readonly kind: 'queue'; readonly userId: UserId; readonly productId: ProductId }
  | { readonly kind: 'leave'; readonly userId: UserId; readonly ticketId: TicketId }
  /** Takes the offered seat. Without an open session it waits for one, as long as the offer's window. */
  | {
      readonly kind: 'claim';
      readonly userId: UserId;
      readonly workstationId: WorkstationId;
      readonly offerId: OfferId;
    }
  | { readonly kind: 'decline'; readonly userId: UserId; readonly offerId: OfferId }
  /** Gives the seat back; the application runs on without one. `sessionId` may also be an awaited lease's id. */
  | { readonly kind: 'release'; readonly userId: UserId; readonly sessionId: SessionId };

/** From an admin, or proven by a reclaim. */
export type AdminCommand =
  | { readonly kind: 'configure-pool'; readonly poolId: PoolId; readonly settings: PoolSettings }
  | { readonly kind: 'remove-pool'; readonly poolId: PoolId }
  /** Ordered; empty: the product is not counted. */
  | {
      readonly kind: 'configure-product';
      readonly productId: ProductId;
      readonly alternatives: readonly Alternative[];
    }
  | {
      readonly kind: 'end-lease';
      readonly leaseId: LeaseId;
      readonly cause: 'admin' | 'reclaimed';
      readonly note: string;
    }
  | { readonly kind: 'end-ticket'; readonly ticketId: TicketId; readonly note: string };

/** From the readers of license managers, for managed pools. */
export type ManagerCommand =
  /** A whole snapshot. `capacity` null: the manager did not say. `pollEveryMs`: when the next one is due. */
  | {
      readonly kind: 'checkouts-observed';
      readonly poolId: PoolId;
      readonly observedAtMs: number;
      readonly pollEveryMs: number;
      readonly capacity: number | null;
      readonly checkouts: readonly ObservedCheckout[];
    }
  | { readonly kind: 'poll-failed'; readonly poolId: PoolId; readonly failedAtMs: number };

/** From the ledger's own reaper and start. Each says what is due; decide/ checks that it really is. */
export type TimedCommand =
  | { readonly kind: 'start-grace'; readonly cause: 'server-start' | 'clock-step' }
  | { readonly kind: 'expire-lease'; readonly leaseId: LeaseId }
  | { readonly kind: 'expire-offer'; readonly offerId: OfferId }
  | { readonly kind: 'start-pack'; readonly poolId: PoolId; readonly packId: string }
  | { readonly kind: 'end-pack'; readonly poolId: PoolId; readonly packId: string }
  /** A session that was silent beyond its time to live is heard again. */
  | { readonly kind: 'return-session'; readonly sessionId: SessionId };

export type LedgerCommand = AgentCommand | AdminCommand | ManagerCommand | TimedCommand;

/** Who asked, as the audit keeps it: opaque ids only. */
export type Actor =
  | { readonly kind: 'agent'; readonly userId: UserId; readonly workstationId: WorkstationId }
  | { readonly kind: 'admin'; readonly tokenId: string }
  | { readonly kind: 'manager'; readonly managerId: string }
  | { readonly kind: 'server' };

/** What became of a command, in ids; what does not apply is null. */
export interface Answer {
  readonly ticketId: TicketId | null;
  readonly offerId: OfferId | null;
  readonly leaseIds: readonly LeaseId[];
  /** The seat of the session that the command was about. */
  readonly seat: 'held' | 'overage' | 'not-counted' | null;
}

export const EMPTY_ANSWER: Answer = { ticketId: null, offerId: null, leaseIds: [], seat: null };

/** Why a command was refused. Stable: REST, close codes and the command's exit codes are tables over these. */
export type RefusalCode =
  | 'NOT_FOUND'
  | 'NOT_YOURS'
  | 'NOT_COUNTED'
  | 'ALREADY_SEATED'
  | 'NO_SEAT'
  | 'OFFER_GONE'
  | 'POOL_UNKNOWN'
  | 'KIND_FIXED'
  | 'MIXED_KINDS'
  | 'NOT_MANAGED'
  | 'STALE'
  | 'NOT_DUE'
  /** A fact came before the one it follows; the outbox must send from the mark on. */
  | 'OUT_OF_ORDER';
