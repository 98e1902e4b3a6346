/**
 * Everything that can be asked of the ledger, and what it answers. Types only: what happens is in decide/.
 * docs/LEDGER.md numbers the rules.
 */
import type {
  Alternative,
  GroupId,
  HandoverAnswer,
  HandoverId,
  LeaseId,
  LoginSessionId,
  OfferId,
  PoolId,
  PoolSettings,
  ProductId,
  SessionEnd,
  SessionId,
  TicketId,
  UnsavedWork,
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
  /**
   * Gives the seat back; the application runs on without one. `sessionId` may also be an awaited lease's id.
   * `comeBackAtMs` books a place for that time; null: none.
   */
  | {
      readonly kind: 'release';
      readonly userId: UserId;
      readonly sessionId: SessionId;
      readonly comeBackAtMs: number | null;
    }
  /** "Not now": the ticket steps aside for so long and keeps its number. */
  | {
      readonly kind: 'defer';
      readonly userId: UserId;
      readonly ticketId: TicketId;
      readonly forMs: number;
    }
  /** Asks a seat's holder to hand it over, for a product that the asker waits for or runs without a seat. */
  | {
      readonly kind: 'ask-holder';
      readonly userId: UserId;
      /** Where a seat would wait for the application if none of the asker's sessions takes it. */
      readonly workstationId: WorkstationId;
      readonly leaseId: LeaseId;
      readonly productId: ProductId;
      /** true: the holder is told who asks. */
      readonly isNamed: boolean;
    }
  | {
      readonly kind: 'answer-handover';
      readonly userId: UserId;
      readonly handoverId: HandoverId;
      readonly answer: HandoverAnswer;
    }
  /** The agent's word on a seat whose end was announced. */
  | {
      readonly kind: 'report-unsaved';
      readonly userId: UserId;
      readonly workstationId: WorkstationId;
      readonly leaseId: LeaseId;
      readonly unsavedWork: UnsavedWork;
    }
  /** A stretch without use of seats ended, or what is known of it was corrected (then a part may be negative). */
  | {
      readonly kind: 'note-idle';
      readonly userId: UserId;
      readonly parts: readonly {
        readonly poolId: PoolId;
        readonly leaseId: LeaseId;
        readonly idleMs: number;
      }[];
    };

/** From an admin, or proven by a reclaim. */
export type AdminCommand =
  | {
      readonly kind: 'configure-pool';
      readonly poolId: PoolId;
      readonly settings: PoolSettings;
      /** Why, for the audit. */
      readonly note?: string;
    }
  | { readonly kind: 'remove-pool'; readonly poolId: PoolId }
  /** Makes a group, or moves it. `parentId` null: it lies within no other. */
  | { readonly kind: 'configure-group'; readonly groupId: GroupId; readonly parentId: GroupId | null }
  /** Groups within it move up to where it lay; shares and denials that name it go. */
  | { readonly kind: 'remove-group'; readonly groupId: GroupId }
  | {
      readonly kind: 'change-members';
      readonly groupId: GroupId;
      readonly add: readonly UserId[];
      readonly remove: readonly UserId[];
    }
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
      /** Its holder is told so long before; 0: it ends at once. Nothing that was proven reclaimable is warned of. */
      readonly warnMs: number;
    }
  | { readonly kind: 'withdraw-warning'; readonly leaseId: LeaseId }
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

/** Which hours of a pool: those in which shares and limits hold, or those in which nobody is offered anything. */
export type HoursKind = 'working' | 'quiet';

/** From the ledger's own reaper and start. Each says what is due; decide/ checks that it really is. */
export type TimedCommand =
  | { readonly kind: 'start-grace'; readonly cause: 'server-start' | 'clock-step' }
  | { readonly kind: 'expire-lease'; readonly leaseId: LeaseId }
  | { readonly kind: 'expire-offer'; readonly offerId: OfferId }
  /** A deferred ticket, or a place that was booked, is due. */
  | { readonly kind: 'call-back'; readonly ticketId: TicketId }
  | { readonly kind: 'expire-handover'; readonly handoverId: HandoverId }
  | { readonly kind: 'start-pack'; readonly poolId: PoolId; readonly packId: string }
  | { readonly kind: 'end-pack'; readonly poolId: PoolId; readonly packId: string }
  | { readonly kind: 'end-deny'; readonly poolId: PoolId; readonly denyId: string }
  | { readonly kind: 'change-hours'; readonly poolId: PoolId; readonly hours: HoursKind }
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
  | 'TOO_OFTEN'
  | 'ALREADY_ASKED'
  | 'NOT_ALLOWED'
  | 'DENIED'
  | 'POOL_CLOSED'
  | 'GROUP_UNKNOWN'
  | 'GROUP_CYCLE'
  /** A fact came before the one it follows; the outbox must send from the mark on. */
  | 'OUT_OF_ORDER';
