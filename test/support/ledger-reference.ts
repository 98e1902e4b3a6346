/**
 * Who may have what and whose turn it is, once more: the rules of docs/LEDGER.md on plain lists, everything counted anew
 * for every question. Knows nothing of the ledger's code.
 */
import type { GroupShare, PoolSettings, Take } from '../../shared/domain.ts';

export type Ways = readonly (readonly Take[])[];
export type Pool = {
  poolId: string;
  settings: PoolSettings;
  packIds: string[];
  lifted: string[];
  isWorking: boolean;
  isQuiet: boolean;
};
export type Out = { id: string; userId: string; takes: readonly Take[] };
export type Session = { id: string; userId: string; productId: string; seat: string; wasExpired: boolean };
export type Ticket = {
  id: string;
  userId: string;
  productId: string;
  rank: number;
  sequence: number;
  rises: number;
  overtaken: number;
  missed: number;
  isLater: boolean;
  isOffered: boolean;
};
type Who = { userId: string; productId: string };

const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
const byRank = (a: Ticket, b: Ticket) => a.rank - b.rank || a.sequence - b.sequence;

export class Reference {
  pools: Pool[] = [];
  products: { productId: string; ways: Ways }[] = [];
  parents = new Map<string, string | null>();
  members: { groupId: string; userId: string }[] = [];
  /** Leases and open offers. */
  outs: Out[] = [];
  tickets: Ticket[] = [];
  sessions: Session[] = [];

  pool = (poolId: string) => this.pools.find((pool) => pool.poolId === poolId);
  #ways = (productId: string): Ways => this.products.find((one) => one.productId === productId)?.ways ?? [];
  groupsOf(userId: string): string[] {
    const all = this.members.filter((one) => one.userId === userId).map(({ groupId }) => groupId);
    for (const groupId of all) {
      const parent = this.parents.get(groupId);
      if (parent && !all.includes(parent)) all.push(parent);
    }
    return all;
  }
  unitsOut = (poolId: string, counts: (out: Out) => boolean = () => true) =>
    sum(
      this.outs
        .filter(counts)
        .flatMap(({ takes }) => takes.filter((take) => take.poolId === poolId).map(({ units }) => units)),
    );
  capacity = ({ settings, packIds }: Pool) =>
    settings.capacity +
    settings.overdraft +
    sum(settings.packs.filter(({ packId }) => packIds.includes(packId)).map(({ units }) => units));
  #isMember = (userId: string, groupId: string) => this.groupsOf(userId).includes(groupId);
  #usedBy = (poolId: string, groupId: string) =>
    this.unitsOut(poolId, (out) => this.#isMember(out.userId, groupId));
  #sharesOf = ({ settings, isWorking }: Pool) => (isWorking ? settings.allocation.shares : []);

  /** [L122] [L125] Units kept for others than this person. */
  #kept(pool: Pool, userId: string): number {
    const shares = this.#sharesOf(pool);
    const above = ({ groupId }: GroupShare): GroupShare | undefined => {
      for (let at = this.parents.get(groupId); at; at = this.parents.get(at)) {
        const share = shares.find((one) => one.groupId === at);
        if (share) return share;
      }
      return undefined;
    };
    const below = (share: GroupShare) => shares.filter((one) => above(one) === share);
    const isAsked = ({ groupId }: GroupShare) =>
      this.waiting().some(
        (ticket) =>
          this.#isMember(ticket.userId, groupId) &&
          this.openWays(ticket).some((takes) => takes.some((take) => take.poolId === pool.poolId)),
      );
    const own = (share: GroupShare) =>
      pool.settings.allocation.lending === 'never' || isAsked(share)
        ? Math.max(0, share.reservedUnits - this.#usedBy(pool.poolId, share.groupId))
        : 0;
    const need = (share: GroupShare): number => Math.max(own(share), sum(below(share).map(need)));
    const kept = (share: GroupShare): number =>
      this.#isMember(userId, share.groupId) ? sum(below(share).map(kept)) : need(share);
    return sum(shares.filter((share) => !above(share)).map(kept));
  }
  /** [L123] Units that caps leave to this person. */
  #capRoom(pool: Pool, userId: string): number {
    const caps = this.#sharesOf(pool).filter(({ groupId }) => this.#isMember(userId, groupId));
    const left = caps.map((one) => (one.capUnits ?? Infinity) - this.#usedBy(pool.poolId, one.groupId));
    return Math.min(...left);
  }
  /** [L123] [L124] Units that caps and the limit leave to this person. */
  bounds(pool: Pool, userId: string): number {
    const limit = pool.isWorking ? (pool.settings.allocation.unitsPerUser ?? Infinity) : Infinity;
    const room = limit - this.unitsOut(pool.poolId, (out) => out.userId === userId);
    return Math.min(room, this.#capRoom(pool, userId));
  }
  /** [L129] The limit per person does not count here: it shortens nothing that is kept. */
  #room = (pool: Pool, userId: string) =>
    Math.min(
      this.capacity(pool) - this.unitsOut(pool.poolId) - this.#kept(pool, userId),
      this.#capRoom(pool, userId),
    );
  isDenied = (pool: Pool, userId: string) =>
    pool.settings.allocation.denied.some(
      ({ denyId, who }) =>
        !pool.lifted.includes(denyId) &&
        (who.kind === 'user' ? who.userId === userId : this.#isMember(userId, who.groupId)),
    );
  /** [L127] [L128] [L131] Ways that would be open to this person if all units were free. */
  openWays = ({ userId, productId }: Who) =>
    this.#ways(productId).filter((takes) =>
      takes.every(({ poolId, units }) => {
        const pool = this.pool(poolId);
        return (
          pool?.settings.admission === 'open' &&
          !this.isDenied(pool, userId) &&
          this.bounds(pool, userId) >= units
        );
      }),
    );
  #isQuiet = ({ userId, productId }: Ticket) =>
    !this.sessions.some(
      (one) => one.userId === userId && one.productId === productId && one.seat === 'overage',
    );
  waysNow = (ticket: Ticket) =>
    this.openWays(ticket).filter(
      (takes) => !this.#isQuiet(ticket) || takes.every(({ poolId }) => !this.pool(poolId)?.isQuiet),
    );
  waiting = () =>
    this.tickets.filter((ticket) => !ticket.isOffered && !ticket.isLater && this.waysNow(ticket).length > 0);
  wants = (ticket: Ticket, poolIds: readonly string[]) =>
    this.waysNow(ticket).some((takes) => takes.some(({ poolId }) => poolIds.includes(poolId)));
  poolsOf = (productId: string) =>
    this.#ways(productId)
      .flat()
      .flatMap(({ poolId }) => this.pool(poolId) ?? []);
  agingOf = ({ productId }: Who) =>
    Math.min(...this.poolsOf(productId).map(({ settings }) => settings.agingAfterServed));
  /** [L126] The lowest class that a group of this person has in a pool of the product, else 5. */
  classOf({ userId, productId }: Who): number {
    const shares = this.poolsOf(productId).flatMap((pool) => this.#sharesOf(pool));
    const classes = shares.filter(({ groupId }) => this.#isMember(userId, groupId));
    const stated = classes.flatMap(({ priorityClass }) => priorityClass ?? []);
    return stated.length > 0 ? Math.min(...stated) : 5;
  }
  mayRise = (ticket: Ticket) => ticket.rises === 0 || ticket.rank > 0;

  /** [L20] [L25] [L26] [L27] [L129] Who is served next among those for whom `before` holds; else what a newcomer may take. */
  turn(before: (ticket: Ticket) => boolean = () => true) {
    const keepers: { ticket: Ticket; poolId: string }[] = [];
    const isFree = (userId: string, take: Take) => {
      const pool = this.pool(take.poolId);
      if (pool?.settings.admission !== 'open') return false;
      if (Math.min(this.#room(pool, userId), this.bounds(pool, userId)) < take.units) return false;
      const kept = keepers.filter(({ poolId }) => poolId === take.poolId);
      const rooms = () => kept.map(({ ticket }) => this.#room(pool, ticket.userId));
      const before = rooms();
      this.outs.push({ id: 'supposed', userId, takes: [take] });
      const after = rooms();
      this.outs.pop();
      return after.every((room, index) => room >= (before[index] ?? 0));
    };
    for (const ticket of this.waiting().filter(before).sort(byRank)) {
      const way = this.waysNow(ticket).find((takes) => takes.every((take) => isFree(ticket.userId, take)));
      if (way) return { next: { ticket, way }, isFree };
      const kept = this.waysNow(ticket).flatMap((takes) => {
        if (takes.some((take) => this.#most(take.poolId, ticket.userId) < take.units)) return [];
        const lacking = takes.filter((take) => !isFree(ticket.userId, take));
        return ticket.rises > 0 ? takes : lacking.length === 1 ? lacking : [];
      });
      keepers.push(...kept.map(({ poolId }) => ({ ticket, poolId })));
    }
    return { next: null, isFree };
  }
  /** [L29] What this person could have if nothing were out. */
  #most(poolId: string, userId: string): number {
    const { outs } = this;
    const pool = this.pool(poolId);
    this.outs = [];
    const kept = pool?.settings.allocation.lending === 'never' ? this.#kept(pool, userId) : 0;
    this.outs = outs;
    return pool ? this.capacity(pool) - kept : 0;
  }
}
