/**
 * The rules of docs/LEDGER.md once more, as plainly as can be: lists, scans, no index. Knows nothing of the ledger's
 * code. Times are on the monotonic clock; who is heard, and when, is written into `sessions` by the caller.
 */
export type Take = { pool: string; units: number };
export type Rules = {
  pools: Record<string, { capacity: number; key: 'user' | 'user+machine'; perSeat: number }>;
  products: Record<string, Take[][]>;
  ageAfter: number;
  windowMs: number;
  maximumMissed: number;
  ttlMs: number;
};
type Who = { user: string; product: string };
type Seat = 'overage' | 'held' | 'expired';
type Session = Who & { id: string; machine: string; hold: boolean; seat: Seat; heardMs: number };
type Rank = { class: number; sequence: number };
type Ticket = Who & Rank & { rises: number; overtaken: number; missed: number; origin: string };
/** Units that are out: offered to a ticket, or leased. Without a key nobody has sat down on the lease yet. */
type Grant = Who & Take & { ticket?: Ticket; key?: string; sessions: Session[]; untilMs: number };

const isSame = (a: Who) => (b: Who) => a.user === b.user && a.product === b.product;
const byRank = (a: Rank, b: Rank) => a.class - b.class || a.sequence - b.sequence;

export class LedgerModel {
  nowMs = 0;
  graceUntilMs = 0;
  sessions: Session[] = [];
  grants: Grant[] = [];
  tickets: Ticket[] = [];
  readonly rules: Rules;
  #next = 1;
  #nextReturn = -1_000_000;
  #changed: Who[] = [];

  constructor(rules: Rules) {
    this.rules = rules;
  }

  start(session: Session): void {
    if (this.sessions.some((one) => one.id === session.id)) return;
    this.sessions.push(session);
    this.#ask(session, session.hold ? 'hold' : null);
    this.settle();
  }
  end(session: Session): void {
    this.sessions = this.sessions.filter((one) => one !== session);
    this.#unseat([session], session.seat);
    const ticket = this.ticket(session);
    const left = this.sessions.filter(isSame(session)).filter((one) => one.seat !== 'held');
    const isNeeded = left.some((one) => one.hold || ticket?.origin === 'return');
    if (ticket && ticket.origin !== 'person' && !isNeeded) this.#drop(ticket);
    this.settle();
  }
  queue(who: Who): void {
    const seats = this.sessions.filter(isSame(who)).map((one) => one.seat);
    const isSeated = seats.length > 0 && seats.every((seat) => seat === 'held');
    const takes = this.#ways(who).flat();
    const isByUser = takes.every(({ pool }) => this.rules.pools[pool]?.key === 'user');
    if (this.#awaited(who).length === 0 && !(isSeated && isByUser)) this.#enqueue(who, 'person');
    this.settle();
  }
  leave(ticket: Ticket): void {
    this.#drop(ticket);
    this.settle();
  }
  claim(ticket: Ticket, machine: string): void {
    const idle = this.sessions.filter(isSame(ticket)).filter((one) => one.seat === 'overage');
    const session = idle.find((one) => one.machine === machine || this.#lives(one));
    const untilMs = this.nowMs + this.rules.windowMs;
    const takes = this.#drop(ticket);
    if (session) this.#sit(session, takes);
    else for (const take of takes) this.#lease({ ...ticket, ...take, sessions: [], untilMs });
    this.settle();
  }
  decline(ticket: Ticket): void {
    const pools = this.#offer(ticket).map(({ pool }) => pool);
    const isWanted = this.tickets.some((one) => this.#waits(one) && this.#wants(one, pools));
    if (isWanted) this.#moveBack(ticket);
    else this.#drop(ticket);
    this.settle();
  }
  release(session: Session): void {
    const grants = this.grants.filter((one) => one.sessions.includes(session));
    this.#unseat([...new Set(grants.flatMap((one) => one.sessions))], 'overage');
    this.settle();
  }
  /** A session is heard again, after a silence. */
  return(session: Session): void {
    const ticket = this.ticket(session);
    if (session.seat === 'expired') this.#ask(session, 'return');
    else if (ticket && session.seat === 'overage' && !this.#waits(ticket))
      this.#sit(session, this.#drop(ticket));
    this.settle();
  }
  /** Deadlines come in their order; an offer's goes before a lease's of the same instant. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const kind = (one: Grant) => (one.ticket ? 0 : one.key === undefined ? 1 : 2);
      const sorted = this.grants.toSorted((a, b) => this.#endsAt(a) - this.#endsAt(b) || kind(a) - kind(b));
      const due = sorted[0];
      if (!due || this.#endsAt(due) > untilMs) break;
      this.nowMs = Math.max(this.nowMs, this.#endsAt(due));
      if (due.ticket) {
        due.ticket.missed += 1;
        if (due.ticket.missed >= this.rules.maximumMissed) this.#drop(due.ticket);
        else this.#moveBack(due.ticket);
      } else this.#unseat([...due.sessions], 'expired');
      this.grants = this.grants.filter((one) => one !== due);
      this.settle();
    }
    this.nowMs = untilMs;
  }

  ticket = (who: Who) => this.tickets.find(isSame(who));
  waiting = (product: string) =>
    this.tickets.filter((one) => one.product === product && this.#waits(one)).sort(byRank);
  free(pool: string): number {
    const out = this.grants.filter((one) => one.pool === pool).reduce((sum, one) => sum + one.units, 0);
    return this.#capacity(pool) - out;
  }
  #capacity = (pool: string) => this.rules.pools[pool]?.capacity ?? 0;
  #ways = ({ product }: { product: string }) => this.rules.products[product] ?? [];
  #offer = (ticket: Ticket) => this.grants.filter((one) => one.ticket === ticket);
  #waits = (ticket: Ticket) => this.#offer(ticket).length === 0;
  #awaited = (who: Who) =>
    this.grants.filter((one) => !one.ticket && one.key === undefined).filter(isSame(who));
  #lives = ({ heardMs }: Session) =>
    this.nowMs < this.graceUntilMs || this.nowMs - heardMs < this.rules.ttlMs;
  #wants = (who: Who, pools: string[]) =>
    this.#ways(who).some((way) => way.some((take) => pools.includes(take.pool)));
  #key = (pool: string, { user, machine }: Session) =>
    this.rules.pools[pool]?.key === 'user' ? user : `${user} ${machine}`;

  #endsAt({ ticket, key, untilMs, sessions }: Grant): number {
    if (ticket) return untilMs;
    const heardMs = Math.max(...sessions.map((session) => session.heardMs));
    return Math.max(key === undefined ? untilMs : heardMs + this.rules.ttlMs, this.graceUntilMs);
  }
  #shared({ pool, units }: Take, session: Session): Grant | undefined {
    const theirs = this.grants.filter((one) => one.pool === pool && one.key === this.#key(pool, session));
    const perSeat = this.rules.pools[pool]?.perSeat ?? 0;
    return theirs.find((one) => one.units >= units && one.sessions.length < perSeat);
  }
  #lease({ user, product, pool, units, key, sessions, untilMs }: Grant): void {
    this.grants.push({
      user,
      product,
      pool,
      units,
      sessions,
      untilMs,
      ...(key === undefined ? {} : { key }),
    });
    this.#changed.push({ user, product });
  }
  #sit(session: Session, takes: Take[]): void {
    for (const take of takes) {
      const shared = this.#shared(take, session);
      const key = this.#key(take.pool, session);
      if (shared) shared.sessions.push(session);
      else this.#lease({ ...session, ...take, key, sessions: [session], untilMs: 0 });
    }
    session.seat = 'held';
  }
  #ask(session: Session, origin: 'hold' | 'return' | null): void {
    const ticket = this.ticket(session);
    const awaited = this.#awaited(session);
    const isShared = (take: Take) => this.#shared(take, session) !== undefined;
    const rank = { class: 5, sequence: origin === 'return' ? this.#nextReturn : this.#next };
    const { kept } = this.#turn(rank);
    const isOpen = (take: Take) =>
      isShared(take) || (!kept.has(take.pool) && this.free(take.pool) >= take.units);
    const way = this.#ways(session).find((one) => one.every(isShared));
    if (awaited.length > 0) {
      for (const one of awaited)
        Object.assign(one, { key: this.#key(one.pool, session), sessions: [session] });
      session.seat = 'held';
    } else if (!way && ticket && !this.#waits(ticket)) {
      this.#sit(session, this.#drop(ticket));
      return;
    } else this.#take(session, way ?? this.#ways(session).find((one) => one.every(isOpen)));
    if (session.seat === 'held') this.#served(session);
    else session.seat = 'overage';
    if (session.seat === 'overage' && origin) this.#enqueue(session, origin);
  }
  #take(session: Session, way: Take[] | undefined): void {
    const taken = way?.filter((take) => !this.#shared(take, session)).map((take) => take.pool) ?? [];
    if (way) this.#sit(session, way);
    this.#overtake(taken, this.#next);
  }
  #served(session: Session): void {
    const ticket = this.ticket(session);
    const isNeeded = this.sessions.filter(isSame(session)).some((one) => one.seat !== 'held');
    if (ticket && !isNeeded) this.#drop(ticket);
  }
  #unseat(sessions: Session[], seat: Seat): void {
    for (const session of sessions) session.seat = seat;
    for (const one of this.grants)
      one.sessions = one.sessions.filter((session) => !sessions.includes(session));
    this.grants = this.grants.filter((one) => one.key === undefined || one.sessions.length > 0);
  }
  #enqueue({ user, product }: Who, origin: string): void {
    if (this.ticket({ user, product })) return;
    const sequence = origin === 'return' ? this.#nextReturn++ : this.#next++;
    this.tickets.push({ user, product, class: 5, sequence, rises: 0, overtaken: 0, missed: 0, origin });
  }
  /** The ticket ends; its offer's units are free again. */
  #drop(ticket: Ticket): Take[] {
    const takes = this.#offer(ticket);
    this.tickets = this.tickets.filter((one) => one !== ticket);
    this.grants = this.grants.filter((one) => one.ticket !== ticket);
    this.#changed.push(ticket);
    return takes.map(({ pool, units }) => ({ pool, units }));
  }
  #moveBack(ticket: Ticket): void {
    this.grants = this.grants.filter((one) => one.ticket !== ticket);
    Object.assign(ticket, { rises: 0, overtaken: 0, sequence: this.#next++ });
  }
  #mayRise = (ticket: Ticket) => this.#waits(ticket) && (ticket.rises === 0 || ticket.class > 0);
  #overtake(pools: string[], sequence: number): void {
    const older = this.tickets.filter((one) => this.#mayRise(one) && one.sequence < sequence);
    for (const ticket of older) if (this.#wants(ticket, pools)) ticket.overtaken += 1;
  }
  #turn(before: Rank = { class: 99, sequence: 0 }): {
    next?: { ticket: Ticket; way: Take[] };
    kept: Set<string>;
  } {
    const kept = new Set<string>();
    const heads = Object.keys(this.rules.products).flatMap((product) => this.waiting(product)[0] ?? []);
    for (const ticket of heads.filter((one) => byRank(one, before) < 0).sort(byRank)) {
      const isLacking = (take: Take) => kept.has(take.pool) || this.free(take.pool) < take.units;
      const way = this.#ways(ticket).find((one) => !one.some(isLacking));
      if (way) return { next: { ticket, way }, kept };
      const possible = this.#ways(ticket).filter((one) =>
        one.every((take) => take.units <= this.#capacity(take.pool)),
      );
      const lacking = possible.map((one) => one.filter(isLacking)).filter((one) => one.length === 1);
      for (const take of (ticket.rises > 0 ? possible : lacking).flat()) kept.add(take.pool);
    }
    return { kept };
  }
  settle(): void {
    while (this.#rise() || this.#serve() || this.#changed.some((who) => this.#follow(who)));
    this.#changed = [];
  }
  #rise(): boolean {
    const due = this.tickets.find((one) => this.#mayRise(one) && one.overtaken >= this.rules.ageAfter);
    if (due) Object.assign(due, { rises: due.rises + 1, class: Math.max(0, due.class - 1), overtaken: 0 });
    return due !== undefined;
  }
  #serve(): boolean {
    const { next } = this.#turn();
    if (!next) return false;
    const { ticket, way } = next;
    const untilMs = this.nowMs + this.rules.windowMs;
    const { user, product } = ticket;
    for (const take of way) this.grants.push({ user, product, ...take, ticket, sessions: [], untilMs });
    this.#overtake(
      way.map((take) => take.pool),
      ticket.sequence,
    );
    const session = this.sessions.find(
      (one) => isSame(ticket)(one) && one.seat === 'overage' && this.#lives(one),
    );
    if (session) this.#sit(session, this.#drop(ticket));
    return true;
  }
  /** Other sessions share the new seat; a hold that cannot waits on. */
  #follow(who: Who): boolean {
    const without = this.sessions.filter(
      (one) => isSame(who)(one) && one.seat === 'overage' && this.#lives(one),
    );
    for (const session of without) {
      const way = this.#ways(session).find((one) => one.every((take) => this.#shared(take, session)));
      if (!way) continue;
      this.#sit(session, way);
      this.#served(session);
      return true;
    }
    if (this.ticket(who) || !without.some((one) => one.hold)) return false;
    this.#enqueue(who, 'hold');
    return true;
  }
}
