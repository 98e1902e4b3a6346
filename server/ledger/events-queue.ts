/** What is recorded of those who wait: tickets, offers, and requests to hand a seat over. Types only. */
import type {
  HandoverAnswer,
  HandoverEnd,
  HandoverId,
  LeaseId,
  OfferEnd,
  OfferId,
  PoolId,
  PriorityClass,
  ProductId,
  Take,
  TicketEnd,
  TicketId,
  UserId,
  WorkstationId,
} from '../../shared/domain.ts';

/** Requests to hand a seat over. `userId` is the holder, `askerId` who asks. */
export type HandoverEvent =
  | {
      readonly kind: 'handover-asked';
      readonly handoverId: HandoverId;
      readonly leaseId: LeaseId;
      readonly poolId: PoolId;
      /** What the asker needs. */
      readonly productId: ProductId;
      readonly askerId: UserId;
      readonly askerWorkstationId: WorkstationId;
      readonly userId: UserId;
      readonly isNamed: boolean;
      readonly untilMs: number;
    }
  /** `untilMs`: the request stays open until then. */
  | {
      readonly kind: 'handover-answered';
      readonly handoverId: HandoverId;
      readonly userId: UserId;
      readonly askerId: UserId;
      readonly productId: ProductId;
      readonly answer: HandoverAnswer;
      readonly untilMs: number;
    }
  | {
      readonly kind: 'handover-ended';
      readonly handoverId: HandoverId;
      readonly leaseId: LeaseId;
      readonly userId: UserId;
      readonly askerId: UserId;
      readonly productId: ProductId;
      readonly reason: HandoverEnd;
      /** moved: pools whose units the asker got; everybody who waits there was overtaken once. */
      readonly takenFrom: readonly PoolId[];
    };

export type TicketEvent =
  | {
      readonly kind: 'ticket-queued';
      readonly ticketId: TicketId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly priorityClass: PriorityClass;
      readonly sequence: number;
      /** hold: made for a waiting hold, and gone with it. booked: for a stated time, by who gave a seat back. */
      readonly origin: 'person' | 'hold' | 'return' | 'booked';
      /** When a booked place is due; null, or absent in old events: it waits at once. */
      readonly dueAtMs?: number | null;
      /** By how much earlier idle time made the class higher; absent in old events: 0. */
      readonly fairShareClasses?: number;
    }
  /** Waits no more until `untilMs`, and keeps its number. */
  | {
      readonly kind: 'ticket-set-aside';
      readonly ticketId: TicketId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly untilMs: number;
      readonly because: 'deferred' | 'booked';
    }
  /** Waits again, with this number: its old one, or for a booked place one before all others of its class. */
  | {
      readonly kind: 'ticket-called-back';
      readonly ticketId: TicketId;
      readonly userId: UserId;
      readonly productId: ProductId;
      readonly sequence: number;
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
      /** The class from now on, and what its owner's groups make of it; absent in old events: as it stood. */
      readonly priorityClass?: PriorityClass;
      readonly groupClass?: PriorityClass;
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
