/**
 * An independent reader of the ledger's own record: counts seats and keeps the line from the events alone, and says
 * where they contradict each other. Shares no code with the ledger; knows metered pools whose products have one
 * alternative.
 */
import { z } from 'zod';
import type { LedgerEventResource } from './house-rest.ts';

const take = z.object({ poolId: z.string(), units: z.number() });
const whose = { userId: z.string(), productId: z.string() };
const bodies = {
  'pool-configured': z.object({
    poolId: z.string(),
    settings: z.object({ capacity: z.number(), overdraft: z.number() }),
  }),
  'product-configured': z.object({ productId: z.string(), alternatives: z.array(z.array(take)) }),
  'session-opened': z.object({ sessionId: z.string(), startedAtMs: z.number(), ...whose }),
  'session-denied': z.object({ sessionId: z.string(), denialId: z.string(), ...whose }),
  'session-seated': z.object({ sessionId: z.string(), seats: z.array(z.object({ leaseId: z.string() })) }),
  'session-unseated': z.object({ sessionId: z.string(), leaseIds: z.array(z.string()) }),
  'session-closed': z.object({ sessionId: z.string(), endedAtMs: z.number(), reason: z.string() }),
  'lease-granted': z.object({
    leaseId: z.string(),
    poolId: z.string(),
    units: z.number(),
    via: z.enum(['request', 'offer']),
    ...whose,
  }),
  'lease-ended': z.object({ leaseId: z.string(), reason: z.string() }),
  'ticket-queued': z.object({
    ticketId: z.string(),
    priorityClass: z.number(),
    sequence: z.number(),
    ...whose,
  }),
  'ticket-rose': z.object({ ticketId: z.string() }),
  'ticket-moved-back': z.object({ ticketId: z.string(), sequence: z.number() }),
  'ticket-ended': z.object({ ticketId: z.string(), reason: z.string() }),
  'offer-made': z.object({
    offerId: z.string(),
    ticketId: z.string(),
    takes: z.array(take),
    ...whose,
  }),
  'offer-ended': z.object({ offerId: z.string(), reason: z.string() }),
  'grace-started': z.object({ cause: z.string() }),
  'denial-proved-false': z.object({ denialId: z.string() }),
};
type Kind = keyof typeof bodies;
type Body<K extends Kind> = z.infer<(typeof bodies)[K]>;
type Handlers = { [K in Kind]: (body: Body<K>, atMs: number) => void };

export interface SeenSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly productId: string;
  readonly startedAtMs: number;
  /** When it had a seat, on the server's clock; the last one may be open. */
  readonly seated: { readonly fromMs: number; toMs: number | null; readonly leaseId: string }[];
  closed: { readonly atMs: number; readonly endedAtMs: number; readonly reason: string } | null;
}

export interface SeenLease {
  readonly leaseId: string;
  readonly poolId: string;
  readonly units: number;
  readonly userId: string;
  readonly productId: string;
  readonly sessionIds: Set<string>;
  /** A session sat on it at some time. */
  wasUsed: boolean;
}

interface SeenTicket {
  readonly ticketId: string;
  readonly userId: string;
  readonly productId: string;
  rankClass: number;
  sequence: number;
  offerId: string | null;
}

export class LedgerReader {
  /** What contradicts the rules, in the order in which it was found. */
  readonly violations: string[] = [];
  readonly sessions = new Map<string, SeenSession>();
  readonly leases = new Map<string, SeenLease>();
  readonly offers = new Map<string, { readonly ticketId: string; readonly takes: z.infer<typeof take>[] }>();
  readonly tickets = new Map<string, SeenTicket>();
  readonly counts = new Map<string, number>();
  /** Every lease, ticket and offer that ended, with its reason: nothing ends twice. */
  readonly ends = new Map<string, string>();
  readonly #capacities = new Map<string, number>();
  readonly #poolOfProduct = new Map<string, string>();
  readonly #begun = new Set<string>();
  #lastNumber = 0;

  read(events: readonly LedgerEventResource[]): this {
    for (const event of events) this.#take(event);
    return this;
  }

  usedUnits(poolId: string): number {
    let units = 0;
    for (const lease of this.leases.values()) if (lease.poolId === poolId) units += lease.units;
    for (const { takes } of this.offers.values())
      for (const one of takes) if (one.poolId === poolId) units += one.units;
    return units;
  }

  /** Tickets of a pool in the order in which they shall be served. */
  line(poolId: string): SeenTicket[] {
    return [...this.tickets.values()]
      .filter(({ productId }) => this.#poolOfProduct.get(productId) === poolId)
      .sort((a, b) => a.rankClass - b.rankClass || a.sequence - b.sequence);
  }

  #take({ eventNumber, atMs, kind, body }: LedgerEventResource): void {
    if (eventNumber !== this.#lastNumber + 1)
      this.#complain(`event ${eventNumber} follows ${this.#lastNumber}`);
    this.#lastNumber = eventNumber;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    if (!(kind in bodies)) {
      this.#complain(`event ${eventNumber} is of a kind that nothing here should cause: ${kind}`);
      return;
    }
    const known = kind as Kind;
    const handle = this.#handlers[known] as (body: unknown, atMs: number) => void;
    handle(bodies[known].parse(body), atMs);
  }

  readonly #handlers: Handlers = {
    'pool-configured': ({ poolId, settings }) => {
      this.#capacities.set(poolId, settings.capacity + settings.overdraft);
    },
    'product-configured': ({ productId, alternatives }) => {
      const poolId = alternatives[0]?.[0]?.poolId;
      if (poolId !== undefined) this.#poolOfProduct.set(productId, poolId);
    },
    'session-opened': ({ sessionId, userId, productId, startedAtMs }) => {
      this.#begin('session', sessionId);
      this.sessions.set(sessionId, { sessionId, userId, productId, startedAtMs, seated: [], closed: null });
    },
    'session-denied': ({ sessionId, productId }) => {
      if (this.#session(sessionId, 'was denied') && this.#isSeated(sessionId))
        this.#complain(`session ${sessionId} was denied a seat of ${productId} that it has`);
    },
    'session-seated': ({ sessionId, seats }, atMs) => {
      const session = this.#session(sessionId, 'was seated');
      if (!session) return;
      if (this.#isSeated(sessionId)) this.#complain(`session ${sessionId} was seated twice`);
      for (const { leaseId } of seats) {
        const lease = this.leases.get(leaseId);
        if (lease?.userId !== session.userId)
          this.#complain(`session ${sessionId} sits on no lease of its own`);
        lease?.sessionIds.add(sessionId);
        if (lease) lease.wasUsed = true;
        session.seated.push({ fromMs: atMs, toMs: null, leaseId });
      }
    },
    'session-unseated': ({ sessionId }, atMs) => this.#stand(sessionId, atMs),
    'session-closed': ({ sessionId, endedAtMs, reason }, atMs) => {
      const session = this.#session(sessionId, 'was closed');
      if (!session) return;
      this.#stand(sessionId, atMs);
      session.closed = { atMs, endedAtMs, reason };
    },
    'lease-granted': ({ leaseId, poolId, units, userId, productId, via }) => {
      this.#begin('lease', leaseId);
      // Who asks may have what nobody waits for; whoever waits is served by offers only.
      const passedBy = this.line(poolId).filter((one) => one.offerId === null && one.userId !== userId);
      if (via === 'request' && passedBy.length > 0)
        this.#complain(`lease ${leaseId} of ${poolId} was granted past ${passedBy.length} who wait`);
      const fresh = { leaseId, poolId, units, userId, productId };
      this.leases.set(leaseId, { ...fresh, sessionIds: new Set(), wasUsed: false });
      this.#checkCapacity(poolId, `lease ${leaseId}`);
    },
    'lease-ended': ({ leaseId, reason }) => {
      const lease = this.leases.get(leaseId);
      if (lease && lease.sessionIds.size > 0)
        this.#complain(`lease ${leaseId} ended (${reason}) under ${lease.sessionIds.size} sessions`);
      if (lease?.wasUsed && reason === 'expired') this.#complain(`lease ${leaseId} expired in use`);
      this.#end('lease', leaseId, reason, this.leases);
    },
    'ticket-queued': ({ ticketId, userId, productId, priorityClass, sequence }) => {
      this.#begin('ticket', ticketId);
      const fresh = { ticketId, userId, productId, rankClass: priorityClass, sequence, offerId: null };
      this.tickets.set(ticketId, fresh);
    },
    'ticket-rose': ({ ticketId }) => {
      const ticket = this.tickets.get(ticketId);
      if (ticket) ticket.rankClass = Math.max(0, ticket.rankClass - 1);
      else this.#complain(`ticket ${ticketId} rose and is not there`);
    },
    'ticket-moved-back': ({ ticketId, sequence }) => {
      const ticket = this.tickets.get(ticketId);
      if (!ticket || sequence <= ticket.sequence) this.#complain(`ticket ${ticketId} did not move back`);
      else ticket.sequence = sequence;
    },
    'ticket-ended': ({ ticketId, reason }) => this.#end('ticket', ticketId, reason, this.tickets),
    'offer-made': ({ offerId, ticketId, userId, takes }) => {
      this.#begin('offer', offerId);
      const ticket = this.tickets.get(ticketId);
      if (ticket?.userId !== userId || ticket.offerId !== null)
        this.#complain(
          `offer ${offerId} is for a ticket that is not there, somebody else's or served already`,
        );
      for (const { poolId } of takes) {
        const head = this.line(poolId).find((one) => one.offerId === null);
        if (head && head.ticketId !== ticketId)
          this.#complain(`offer ${offerId} of ${poolId} went past ${head.ticketId}, who is first in line`);
      }
      if (ticket) ticket.offerId = offerId;
      this.offers.set(offerId, { ticketId, takes });
      for (const { poolId } of takes) this.#checkCapacity(poolId, `offer ${offerId}`);
    },
    'offer-ended': ({ offerId, reason }) => {
      const ticket = this.tickets.get(this.offers.get(offerId)?.ticketId ?? '');
      if (ticket) ticket.offerId = null;
      this.#end('offer', offerId, reason, this.offers);
    },
    'grace-started': () => {},
    // Of a denial, not of a seat.
    'denial-proved-false': () => {},
  };

  #checkCapacity(poolId: string, what: string): void {
    const used = this.usedUnits(poolId);
    const capacity = this.#capacities.get(poolId) ?? 0;
    if (used > capacity) this.#complain(`${what} makes ${used} of ${capacity} seats of ${poolId}`);
  }

  #session(sessionId: string, what: string): SeenSession | undefined {
    const session = this.sessions.get(sessionId);
    if (session && session.closed === null) return session;
    this.#complain(`session ${sessionId} ${what} and is not open`);
    return undefined;
  }

  #isSeated(sessionId: string): boolean {
    return this.sessions.get(sessionId)?.seated.some(({ toMs }) => toMs === null) ?? false;
  }

  #stand(sessionId: string, atMs: number): void {
    for (const stretch of this.sessions.get(sessionId)?.seated ?? []) {
      if (stretch.toMs !== null) continue;
      stretch.toMs = atMs;
      this.leases.get(stretch.leaseId)?.sessionIds.delete(sessionId);
    }
  }

  #begin(noun: string, id: string): void {
    if (this.#begun.has(`${noun} ${id}`)) this.#complain(`${noun} ${id} began twice`);
    this.#begun.add(`${noun} ${id}`);
  }

  #end(noun: string, id: string, reason: string, among: Map<string, unknown>): void {
    if (!among.delete(id)) this.#complain(`${noun} ${id} ended (${reason}) and is not there`);
    this.ends.set(`${noun} ${id}`, reason);
  }

  #complain(sentence: string): void {
    this.violations.push(`${sentence} [event ${this.#lastNumber}]`);
  }
}
