/**
 * The rules of docs/LEDGER.md once more, as plainly as can be: lists, scans, no index. Knows nothing of the ledger's
 * code. Times are on the monotonic clock. Covers metered pools; every session renews or sleeps as its owner does.
 */
export interface Take {
  pool: string;
  units: number;
}
export interface Rules {
  pools: Record<string, { capacity: number; key: 'user' | 'user+machine'; perSeat: number }>;
  products: Record<string, Take[][]>;
  ageAfter: number;
  windowMs: number;
  maximumMissed: number;
  ttlMs: number;
  graceMs: number;
}
interface Session {
  id: string;
  user: string;
  machine: string;
  product: string;
  hold: boolean;
  seat: 'overage' | 'held' | 'expired';
  heardMs: number;
}
interface Lease {
  pool: string;
  units: number;
  user: string;
  product: string;
  key: string | null;
  sessions: Session[];
  untilMs: number;
}
interface Ticket {
  user: string;
  product: string;
  class: number;
  rises: number;
  sequence: number;
  overtaken: number;
  missed: number;
  origin: 'person' | 'hold' | 'return';
  offer: { takes: Take[]; untilMs: number; order: number } | null;
}

export class LedgerModel {
  nowMs = 0;
  sessions: Session[] = [];
  leases: Lease[] = [];
  tickets: Ticket[] = [];
  readonly rules: Rules;
  #next = 1;
  #nextReturn = -1_000_000;
  #offers = 0;
  #graceUntilMs = 0;
  #changed = new Set<string>();

  constructor(rules: Rules) {
    this.rules = rules;
  }

  start(id: string, user: string, machine: string, product: string, hold: boolean): void {
    const known = this.sessions.find((one) => one.id === id);
    if (known?.user === user) known.heardMs = this.nowMs;
    if (known) return;
    const session: Session = { id, user, machine, product, hold, seat: 'overage', heardMs: this.nowMs };
    this.sessions.push(session);
    this.#ask(session, 'start');
  }
  end(id: string): void {
    const session = this.sessions.find((one) => one.id === id);
    if (!session) return;
    this.sessions = this.sessions.filter((one) => one !== session);
    this.#leave(session, null);
    const ticket = this.#ticket(session.user, session.product);
    const needs = this.#of(session).filter(
      (one) => one.seat !== 'held' && (ticket?.origin === 'return' || one.hold),
    );
    if (ticket && ticket.origin !== 'person' && needs.length === 0) this.#drop(ticket);
    this.#settle();
  }
  queue(user: string, product: string): void {
    if (!this.#hasEnough(user, product)) this.#enqueue(user, product, 'person');
    this.#settle();
  }
  #enqueue(user: string, product: string, origin: Ticket['origin']): void {
    if (this.#ticket(user, product)) return;
    const sequence = origin === 'return' ? this.#nextReturn++ : this.#next++;
    this.tickets.push({
      user,
      product,
      class: 5,
      rises: 0,
      sequence,
      overtaken: 0,
      missed: 0,
      origin,
      offer: null,
    });
  }
  leaveQueue(user: string, product: string): void {
    const ticket = this.#ticket(user, product);
    if (ticket) this.#drop(ticket);
    this.#settle();
  }
  claim(user: string, product: string, machine: string): void {
    const ticket = this.#ticket(user, product);
    if (!ticket?.offer) return;
    this.hearAt(user, product, machine);
    const mine = this.sessions.filter(
      (one) => one.user === user && one.product === product && one.seat === 'overage',
    );
    const session = mine.find((one) => one.machine === machine || this.#lives(one));
    const { takes } = ticket.offer;
    this.#drop(ticket);
    if (session) this.#seat(session, takes);
    else {
      for (const { pool, units } of takes) {
        const untilMs = this.nowMs + this.rules.windowMs;
        this.leases.push({ pool, units, user, product, key: null, sessions: [], untilMs });
        this.#changed.add(`${user} ${product}`);
      }
    }
    this.#settle();
  }
  decline(user: string, product: string): void {
    const ticket = this.#ticket(user, product);
    if (!ticket?.offer) return;
    const pools = ticket.offer.takes.map((take) => take.pool);
    const others = this.tickets.some((one) => !one.offer && this.#wants(one.product, pools));
    if (others) this.#moveBack(ticket);
    else this.#drop(ticket);
    this.#settle();
  }
  release(id: string): void {
    const leases = this.leases.filter((lease) => lease.sessions.some((one) => one.id === id));
    this.#endLeases(leases, 'overage');
    this.#settle();
  }
  capacity(pool: string, capacity: number): void {
    const settings = this.rules.pools[pool];
    if (settings) settings.capacity = capacity;
    this.#settle();
  }
  /** Deadlines come in their order; an offer's goes before a lease's of the same instant. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const due = [
        ...this.tickets.flatMap((ticket) =>
          ticket.offer ? [{ ticket, atMs: ticket.offer.untilMs, rank: ticket.offer.order }] : [],
        ),
        ...this.leases.map((lease, index) => ({
          lease,
          atMs: this.#endsAt(lease),
          rank: (lease.key === null ? 1e6 : 2e6) + index,
        })),
      ].sort((a, b) => a.atMs - b.atMs || a.rank - b.rank)[0];
      if (!due || due.atMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, due.atMs);
      if ('ticket' in due) {
        due.ticket.missed += 1;
        if (due.ticket.missed >= this.rules.maximumMissed) this.#drop(due.ticket);
        else this.#moveBack(due.ticket);
      } else this.#endLeases([due.lease], 'expired');
      this.#settle();
    }
    this.nowMs = untilMs;
  }
  /** Somebody was heard although nothing was kept. */
  hear(id: string, user: string): void {
    for (const one of this.sessions) if (one.id === id && one.user === user) one.heardMs = this.nowMs;
  }
  hearAt(user: string, product: string, machine: string): void {
    if (!this.#ticket(user, product)?.offer) return;
    for (const one of this.sessions) {
      if (one.user === user && one.product === product && one.machine === machine) one.heardMs = this.nowMs;
    }
  }
  renew(user: string): void {
    for (const session of this.sessions.filter((one) => one.user === user)) {
      const wasSilent = this.nowMs - session.heardMs >= this.rules.ttlMs;
      session.heardMs = this.nowMs;
      const ticket = this.#ticket(session.user, session.product);
      if (session.seat === 'expired') this.#ask(session, 'return');
      else if (session.seat === 'overage' && wasSilent && ticket?.offer) this.#claimFor(session, ticket);
      this.#settle();
    }
  }
  /** `isRestart`: the new server has heard nobody yet. */
  grace(isRestart: boolean): void {
    this.#graceUntilMs = this.nowMs + this.rules.graceMs;
    for (const ticket of this.tickets)
      if (ticket.offer) ticket.offer.untilMs = this.nowMs + this.rules.windowMs;
    for (const lease of this.leases) if (lease.key === null) lease.untilMs = this.nowMs + this.rules.windowMs;
    if (isRestart) for (const session of this.sessions) session.heardMs = this.nowMs;
    this.#settle();
  }

  waiting(product: string): Ticket[] {
    const waiting = this.tickets.filter((ticket) => ticket.product === product && !ticket.offer);
    return waiting.sort((a, b) => rank(a) - rank(b) || a.sequence - b.sequence);
  }
  free(pool: string): number {
    const leased = this.leases
      .filter((lease) => lease.pool === pool)
      .reduce((sum, lease) => sum + lease.units, 0);
    const takes = this.tickets
      .flatMap((ticket) => ticket.offer?.takes ?? [])
      .filter((take) => take.pool === pool);
    return this.#capacityOf(pool) - leased - takes.reduce((sum, take) => sum + take.units, 0);
  }

  #capacityOf = (pool: string) => this.rules.pools[pool]?.capacity ?? 0;
  #ways = (product: string) => this.rules.products[product] ?? [];
  #ticket = (user: string, product: string) =>
    this.tickets.find((one) => one.user === user && one.product === product);
  #of = (who: Session) => this.sessions.filter((one) => one.user === who.user && one.product === who.product);
  #lives = (session: Session) =>
    this.nowMs < this.#graceUntilMs || this.nowMs - session.heardMs < this.rules.ttlMs;
  #wants = (product: string, pools: string[]) =>
    this.#ways(product)
      .flat()
      .some((take) => pools.includes(take.pool));
  #key = (pool: string, one: Session) =>
    this.rules.pools[pool]?.key === 'user' ? one.user : `${one.user} ${one.machine}`;

  #hasEnough(user: string, product: string): boolean {
    if (this.leases.some((lease) => lease.key === null && lease.user === user && lease.product === product))
      return true;
    const seats = this.sessions
      .filter((one) => one.user === user && one.product === product)
      .map((one) => one.seat);
    if (seats.some((seat) => seat !== 'held') || seats.length === 0) return false;
    return this.#ways(product)
      .flat()
      .every((take) => this.rules.pools[take.pool]?.key === 'user');
  }
  #endsAt(lease: Lease): number {
    if (lease.key === null) return Math.max(lease.untilMs, this.#graceUntilMs);
    const heardMs = Math.max(...lease.sessions.map((session) => session.heardMs));
    return Math.max(heardMs + this.rules.ttlMs, this.#graceUntilMs);
  }
  #share({ pool, units }: Take, session: Session): Lease | undefined {
    const perSeat = this.rules.pools[pool]?.perSeat ?? 0;
    const fits = (lease: Lease) =>
      lease.pool === pool && lease.units >= units && lease.sessions.length < perSeat;
    return this.leases.find((lease) => fits(lease) && lease.key === this.#key(pool, session));
  }
  #seat(session: Session, takes: Take[]): void {
    for (const take of takes) {
      let lease = this.#share(take, session);
      if (!lease) {
        const { user, product } = session;
        lease = { ...take, user, product, key: this.#key(take.pool, session), sessions: [], untilMs: 0 };
        this.leases.push(lease);
        this.#changed.add(`${user} ${product}`);
      }
      lease.sessions.push(session);
    }
    session.seat = 'held';
  }
  #ask(session: Session, mode: 'start' | 'return'): void {
    const { user, product } = session;
    const awaited = this.leases.filter(
      (lease) => lease.key === null && lease.user === user && lease.product === product,
    );
    const shared = this.#ways(product).find((takes) => takes.every((take) => this.#share(take, session)));
    const ticket = this.#ticket(user, product);
    if (awaited.length > 0) {
      for (const lease of awaited) lease.key = this.#key(lease.pool, session);
      for (const lease of awaited) lease.sessions.push(session);
      session.seat = 'held';
      this.#served(session);
    } else if (shared) {
      this.#seat(session, shared);
      this.#served(session);
    } else if (ticket?.offer) this.#claimFor(session, ticket);
    else {
      const { kept } = this.#turn({ class: 5, sequence: mode === 'return' ? this.#nextReturn : this.#next });
      const open = (take: Take) =>
        this.#share(take, session) || (!kept.has(take.pool) && this.free(take.pool) >= take.units);
      const way = this.#ways(product).find((takes) => takes.every(open));
      if (way) {
        const taken = way.filter((take) => !this.#share(take, session)).map((take) => take.pool);
        this.#seat(session, way);
        this.#overtake(taken, this.#next);
        this.#served(session);
      } else {
        session.seat = 'overage';
        if (mode === 'return') this.#enqueue(user, product, 'return');
        else if (session.hold) this.#enqueue(user, product, 'hold');
      }
    }
    this.#settle();
  }
  #claimFor(session: Session, ticket: Ticket): void {
    const takes = ticket.offer?.takes ?? [];
    this.#drop(ticket);
    this.#seat(session, takes);
  }
  #served(session: Session): void {
    const ticket = this.#ticket(session.user, session.product);
    const isNeeded = this.#of(session).some((one) => one !== session && one.seat !== 'held');
    if (ticket && !isNeeded) this.#drop(ticket);
  }
  #leave(session: Session, seat: 'overage' | 'expired' | null): void {
    for (const lease of this.leases) lease.sessions = lease.sessions.filter((one) => one !== session);
    this.leases = this.leases.filter((lease) => lease.key === null || lease.sessions.length > 0);
    if (seat) session.seat = seat;
  }
  #endLeases(leases: Lease[], seat: 'overage' | 'expired'): void {
    for (const session of leases.flatMap((lease) => lease.sessions)) this.#leave(session, seat);
    this.leases = this.leases.filter((lease) => !leases.includes(lease));
  }
  #drop(ticket: Ticket): void {
    this.tickets = this.tickets.filter((one) => one !== ticket);
    this.#changed.add(`${ticket.user} ${ticket.product}`);
  }
  #moveBack(ticket: Ticket): void {
    Object.assign(ticket, {
      class: rank(ticket),
      rises: 0,
      overtaken: 0,
      sequence: this.#next++,
      offer: null,
    });
  }
  #overtake(pools: string[], sequence: number): void {
    if (pools.length === 0) return;
    for (const ticket of this.tickets) {
      const mayRise = ticket.rises === 0 || rank(ticket) > 0;
      if (!ticket.offer && mayRise && ticket.sequence < sequence && this.#wants(ticket.product, pools))
        ticket.overtaken += 1;
    }
  }
  #turn(before?: { class: number; sequence: number }): {
    ticket?: Ticket;
    takes?: Take[];
    kept: Set<string>;
  } {
    const kept = new Set<string>();
    const heads = Object.keys(this.rules.products).flatMap((product) => this.waiting(product)[0] ?? []);
    for (const ticket of heads.sort((a, b) => rank(a) - rank(b) || a.sequence - b.sequence)) {
      if (before && (before.class - rank(ticket) || before.sequence - ticket.sequence) < 0) break;
      const lacks = (take: Take) => kept.has(take.pool) || this.free(take.pool) < take.units;
      const takes = this.#ways(ticket.product).find((way) => !way.some(lacks));
      if (takes) return { ticket, takes, kept };
      const possible = this.#ways(ticket.product).filter((way) =>
        way.every((take) => take.units <= this.#capacityOf(take.pool)),
      );
      const keep = possible.flatMap((way) => {
        const lacking = way.filter(lacks);
        return ticket.rises > 0 ? way : lacking.length === 1 ? lacking : [];
      });
      for (const take of keep) kept.add(take.pool);
    }
    return { kept };
  }
  #settle(): void {
    for (let steps = 0; ; steps++) {
      if (steps > 1_000) throw new Error('the model never settles');
      const risen = this.tickets.find(
        (one) => !one.offer && one.overtaken >= this.rules.ageAfter && (one.rises === 0 || rank(one) > 0),
      );
      if (risen) {
        Object.assign(risen, { rises: risen.rises + 1, overtaken: 0 });
        continue;
      }
      const { ticket, takes } = this.#turn();
      if (ticket && takes) {
        ticket.offer = { takes, untilMs: this.nowMs + this.rules.windowMs, order: this.#offers++ };
        this.#overtake(
          takes.map((take) => take.pool),
          ticket.sequence,
        );
        const owner = this.sessions.find(
          (one) =>
            one.user === ticket.user &&
            one.product === ticket.product &&
            one.seat === 'overage' &&
            this.#lives(one),
        );
        if (owner) this.#claimFor(owner, ticket);
        continue;
      }
      if (![...this.#changed].some((person) => this.#follow(person))) break;
    }
    this.#changed.clear();
  }
  /** Other sessions share the new seat; a hold that cannot waits on. */
  #follow(person: string): boolean {
    const theirs = this.sessions.filter((one) => `${one.user} ${one.product}` === person);
    const without = theirs.filter((one) => one.seat === 'overage' && this.#lives(one));
    for (const session of without) {
      const way = this.#ways(session.product).find((takes) =>
        takes.every((take) => this.#share(take, session)),
      );
      if (!way) continue;
      this.#seat(session, way);
      this.#served(session);
      return true;
    }
    const hold = without.find((one) => one.hold);
    if (!hold || this.#ticket(hold.user, hold.product)) return false;
    this.#enqueue(hold.user, hold.product, 'hold');
    return true;
  }
}

function rank(ticket: Ticket): number {
  return Math.max(0, ticket.class - ticket.rises);
}
