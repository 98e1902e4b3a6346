/**
 * Follows a ledger's recorded events with the reference's lists, decision by decision, and says which rule of
 * docs/LEDGER.md a decision broke. Sees nothing but the events.
 */
import type { LedgerEvent, LedgerEventOf, RecordedEvent } from '../../server/ledger/events.ts';
import type { Take } from '../../shared/domain.ts';
import { decisionsOf } from './ledger-decisions.ts';
import { Reference, type Session, type Ticket } from './ledger-reference.ts';
import { learnSettings } from './ledger-settings.ts';
import { Sitters } from './ledger-sitters.ts';

export class Witness {
  /** What was wrong so far, each with the rule and the number of the event. */
  readonly wrong: string[] = [];
  readonly #reference = new Reference();
  readonly #sitters = new Sitters();
  readonly #seenIds = new Set<string>();
  #sequence = 0;
  #at = 0;
  /** Units that change hands within this decision: of a claimed offer, of a seat that is handed over. */
  #passing: { userId: string; take: Take }[] = [];
  /** Units that requests took in this decision and that were not counted as overtaking yet. */
  #requested: string[] = [];
  /** The ticket whose offer was missed last. */
  #missedNow = '';

  see(recorded: readonly RecordedEvent[]): void {
    for (const decision of decisionsOf(recorded)) this.#decision(decision);
  }

  #decision(events: readonly RecordedEvent[]): void {
    this.#passing = [];
    this.#requested = [];
    for (const { event, eventNumber } of events) {
      this.#at = eventNumber;
      this.#enter(event);
      this.#sitters.enter(event);
    }
    for (const leaseId of this.#sitters.empty()) this.#say(`[L16] nobody uses ${leaseId}`);
    const { next } = this.#reference.turn();
    if (next) this.#say(`[L30] ${next.ticket.userId} could have been served`);
    const due = this.#reference.waiting().find((ticket) => this.#isDue(ticket));
    if (due) this.#say(`[L22] ${due.userId} was overtaken ${due.overtaken} times and did not rise`);
  }

  #isDue = (ticket: Ticket) =>
    this.#reference.mayRise(ticket) && ticket.overtaken >= this.#reference.agingOf(ticket);
  #say = (words: string) => void this.wrong.push(`${words} (event ${this.#at})`);
  #check = (isRight: boolean, words: string) => void (isRight || this.#say(words));

  #ticket(ticketId: string): Ticket {
    const ticket = this.#reference.tickets.find((one) => one.id === ticketId);
    if (!ticket) throw new Error(`[L18] ticket ${ticketId} is not open (event ${this.#at})`);
    return ticket;
  }
  #session(sessionId: string): Session | undefined {
    return this.#reference.sessions.find((one) => one.id === sessionId);
  }
  #begin(id: string): void {
    this.#check(!this.#seenIds.has(id), `[L18] ${id} begins twice`);
    this.#seenIds.add(id);
  }
  #end(id: string): void {
    const { outs } = this.#reference;
    this.#check(
      outs.some((out) => out.id === id),
      `[L18] ${id} ends twice`,
    );
    this.#reference.outs = outs.filter((out) => out.id !== id);
  }

  #enter(event: LedgerEvent): void {
    const reference = this.#reference;
    switch (event.kind) {
      case 'session-opened':
        reference.sessions.push({
          id: event.sessionId,
          ...who(event),
          seat: 'not-counted',
          wasExpired: false,
        });
        break;
      case 'session-closed':
        reference.sessions = reference.sessions.filter(({ id }) => id !== event.sessionId);
        break;
      case 'session-unseated':
        Object.assign(this.#session(event.sessionId) ?? {}, {
          seat: event.to,
          wasExpired: event.to === 'expired',
        });
        break;
      case 'session-denied':
        this.#denied(event);
        break;
      case 'session-seated':
        this.#overtake(this.#requested, Number.POSITIVE_INFINITY);
        this.#check(
          event.takenFrom.every((poolId) => this.#requested.includes(poolId)),
          '[L22] takenFrom lies',
        );
        this.#requested = [];
        Object.assign(this.#session(event.sessionId) ?? {}, { seat: 'held', wasExpired: false });
        break;
      case 'lease-granted':
        this.#granted(event);
        break;
      case 'lease-ended': {
        const take = reference.outs.find(({ id }) => id === event.leaseId)?.takes[0];
        if (event.reason === 'handed-over' && take) this.#passing.push({ userId: '', take });
        this.#end(event.leaseId);
        break;
      }
      case 'handover-ended':
        if (event.reason === 'moved') this.#overtake(event.takenFrom, Number.POSITIVE_INFINITY);
        break;
      case 'offer-made':
        this.#offered(event);
        break;
      case 'offer-ended':
        this.#end(event.offerId);
        if (event.reason === 'claimed')
          for (const take of event.takes) this.#passing.push({ userId: event.userId, take });
        Object.assign(this.#ticket(event.ticketId), { isOffered: false });
        this.#missedNow = event.reason === 'expired' ? event.ticketId : '';
        if (event.reason === 'expired') this.#ticket(event.ticketId).missed += 1;
        break;
      default:
        this.#enterQueueOrAdmin(event);
    }
  }

  #enterQueueOrAdmin(event: LedgerEvent): void {
    const reference = this.#reference;
    switch (event.kind) {
      case 'ticket-queued':
        this.#queued(event);
        break;
      case 'ticket-rose': {
        const ticket = this.#ticket(event.ticketId);
        this.#check(this.#isDue(ticket), `[L22] ${ticket.userId} rose after ${ticket.overtaken}`);
        Object.assign(ticket, { rises: ticket.rises + 1, rank: Math.max(0, ticket.rank - 1), overtaken: 0 });
        break;
      }
      case 'ticket-moved-back': {
        const ticket = this.#ticket(event.ticketId);
        const rank = event.priorityClass ?? ticket.rank;
        const isRight = this.#missedNow !== ticket.id || this.#mayMiss(ticket);
        this.#check(isRight, `[L31] goes on after ${ticket.missed} missed offers`);
        this.#number(event.sequence);
        Object.assign(ticket, { rises: 0, overtaken: 0, sequence: event.sequence, rank });
        break;
      }
      case 'ticket-set-aside':
        this.#ticket(event.ticketId).isLater = true;
        break;
      case 'ticket-called-back':
        Object.assign(this.#ticket(event.ticketId), { isLater: false, sequence: event.sequence });
        break;
      case 'ticket-ended': {
        const ticket = this.#ticket(event.ticketId);
        this.#check(!ticket.isOffered, '[L35] a ticket ended before its offer');
        const isManaged = this.#reference.poolsOf(ticket.productId).length === 0;
        const isRight = event.reason !== 'missed-offers' || isManaged || !this.#mayMiss(ticket);
        this.#check(isRight, `[L31] ended after ${ticket.missed} missed offers`);
        reference.tickets = reference.tickets.filter((one) => one !== ticket);
        break;
      }
      default:
        learnSettings(reference, event);
    }
  }

  /** [L5] [L121] Before a newcomer of this person go all tickets of a lower class or the same one. */
  #ranksBefore(userId: string, productId: string): (ticket: Ticket) => boolean {
    const classNow = this.#reference.classOf({ userId, productId });
    const isReturning = this.#reference.sessions.some(
      (one) => one.userId === userId && one.productId === productId && one.wasExpired,
    );
    return ({ rank, sequence }) => rank < classNow || (rank === classNow && (!isReturning || sequence < 0));
  }

  #granted(event: LedgerEventOf<'lease-granted'>): void {
    const { leaseId, userId, productId, poolId, units } = event;
    const reference = this.#reference;
    const take = { poolId, units };
    this.#begin(leaseId);
    if (event.via === 'request') {
      const { next, isFree } = reference.turn(this.#ranksBefore(userId, productId));
      this.#check(next === null, `[L5] ${userId} was seated before ${next?.ticket.userId}`);
      this.#check(isFree(userId, take), `[L1] [L5] ${userId} got what is not free for them in ${poolId}`);
      this.#requested.push(poolId);
    } else this.#passedOn(event.via, userId, productId, take);
    reference.outs.push({ id: leaseId, userId, takes: [take] });
  }

  /** [L1] [L148] The units were an offer's or another lease's before; what is missing beyond a seat handed over is free. */
  #passedOn(via: 'offer' | 'handover', userId: string, productId: string, { poolId, units }: Take): void {
    const reference = this.#reference;
    const pool = reference.pool(poolId);
    const passed = this.#passing.find(
      (one) => one.take.poolId === poolId && (via === 'handover' || one.userId === userId),
    );
    if (passed) this.#passing.splice(this.#passing.indexOf(passed), 1);
    const missing = units - (passed?.take.units ?? 0);
    const { isFree } = reference.turn(this.#ranksBefore(userId, productId));
    const isCovered = missing <= 0 || (via === 'handover' && isFree(userId, { poolId, units: missing }));
    this.#check(isCovered, `[L1] ${userId} got ${units} units of ${poolId} that nobody passed on`);
    const isWithin = via === 'offer' || (pool !== undefined && reference.bounds(pool, userId) >= units);
    this.#check(isWithin, `[L148] ${userId} is beyond a cap or limit of ${poolId}`);
  }

  #denied(event: LedgerEventOf<'session-denied'>): void {
    const { userId, productId, sessionId } = event;
    const { isFree } = this.#reference.turn(this.#ranksBefore(userId, productId));
    const way = this.#reference
      .openWays({ userId, productId })
      .find((takes) => takes.every((take) => isFree(userId, take)));
    this.#check(way === undefined, `[L6] ${userId} was denied what is free`);
    Object.assign(this.#session(sessionId) ?? {}, { seat: 'overage' });
  }

  #offered(event: LedgerEventOf<'offer-made'>): void {
    const { offerId, ticketId, userId, takes } = event;
    const ticket = this.#ticket(ticketId);
    this.#begin(offerId);
    ticket.isOffered = true;
    if (event.strength === 'soft') {
      this.#reference.outs.push({ id: offerId, userId, takes: [] });
      return;
    }
    ticket.isOffered = false;
    const { next } = this.#reference.turn();
    this.#check(
      next?.ticket.id === ticketId,
      `[L20] offered to ${userId}, but it is ${next?.ticket.userId}’s turn`,
    );
    this.#check(
      JSON.stringify(next?.way) === JSON.stringify(takes),
      `[L7] ${userId} was offered another way`,
    );
    this.#reference.outs.push({ id: offerId, userId, takes });
    ticket.isOffered = true;
    this.#overtake(
      takes.map(({ poolId }) => poolId),
      ticket.sequence,
    );
  }

  #queued(event: LedgerEventOf<'ticket-queued'>): void {
    const { ticketId, sequence, priorityClass, dueAtMs = null, fairShareClasses = 0 } = event;
    const isSecond = this.#reference.tickets.some(
      (one) => one.userId === event.userId && one.productId === event.productId,
    );
    this.#begin(ticketId);
    this.#number(sequence);
    this.#check(!isSecond, `[L23] a second ticket of ${event.userId}`);
    this.#check(
      priorityClass === this.#reference.classOf(event) + fairShareClasses,
      `[L126] class ${priorityClass}`,
    );
    const counts = { rises: 0, overtaken: 0, missed: 0, isOffered: false };
    this.#reference.tickets.push({
      id: ticketId,
      ...who(event),
      rank: priorityClass,
      sequence,
      isLater: dueAtMs !== null,
      ...counts,
    });
  }

  /** [L22] Everybody with a lower number who waits for these units. */
  #overtake(poolIds: readonly string[], sequence: number): void {
    if (poolIds.length === 0) return;
    for (const ticket of this.#reference.waiting()) {
      const isOlder = ticket.sequence < sequence && this.#reference.mayRise(ticket);
      if (isOlder && this.#reference.wants(ticket, poolIds)) ticket.overtaken += 1;
    }
  }

  /** [L20] [L21] */
  #number(sequence: number): void {
    this.#check(
      sequence < 0 || sequence > this.#sequence,
      `[L20] number ${sequence} after ${this.#sequence}`,
    );
    this.#sequence = Math.max(this.#sequence, sequence);
  }

  /** [L31] Soft offers are not looked at. */
  #mayMiss({ productId, missed }: Ticket): boolean {
    const pools = this.#reference.poolsOf(productId);
    return pools.every(({ settings }) => missed < settings.maximumMissedOffers);
  }
}

function who<T extends { userId: string; productId: string }>({ userId, productId }: T) {
  return { userId, productId };
}
