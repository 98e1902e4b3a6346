/**
 * The state that faces draw: sessions from the tracker, seats, tickets and offers from the server's last word, contact
 * from the link, wishes from the reporter. It says a change once per tick, and nothing when nothing changed.
 */
import type { AgentState, ConnectionState, MySession, PendingWish } from '../../shared/agent-api.ts';
import { assertNever } from '../../shared/outcome.ts';
import type { ServerMessage, Wish } from '../../shared/protocol.ts';
import type { Cancel, Clock } from '../../shared/time.ts';
import { EMPTY_MINE, type Mine, type PoolView, type ProductView } from '../../shared/views.ts';
import type { PendingWish as AskedWish } from './report/reporter.ts';
import type { TrackedSession } from './session/tracker-state.ts';

/** What the store asks when it draws a state; each is cheap. */
export interface StoreSources {
  readonly sessions: () => readonly TrackedSession[];
  readonly pendingWishes: () => readonly AskedWish[];
  readonly outboxWaiting: () => number;
  readonly credentialStorage: () => AgentState['credentialStorage'];
  readonly watchedProducts: () => number;
}

export interface StoreOptions {
  readonly clock: Clock;
  readonly sources: StoreSources;
  readonly agentVersion: string;
  readonly userName: string;
  readonly workstationName: string;
  readonly dismissedNoticeIds: readonly string[];
}

type Pools = NonNullable<AgentState['pools']>;
type Sensors = AgentState['sensors'];

const STARTING = { source: 'starting', state: 'failed', detail: 'The sensors are starting.' } as const;
const MAXIMUM_DISMISSED = 200;

export class AgentStore {
  readonly #options: StoreOptions;
  readonly #listeners = new Set<(state: AgentState) => void>();
  #connection: ConnectionState = { state: 'enrolling' };
  #userName: string;
  #mine: Mine = EMPTY_MINE;
  #pools: Pools | null = null;
  #sensors: Sensors = { processes: STARTING, idle: STARTING, power: STARTING };
  #dismissed: readonly string[];
  #last: AgentState;
  #cancelTick: Cancel | null = null;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#userName = options.userName;
    this.#dismissed = options.dismissedNoticeIds;
    this.#last = this.#draw();
  }

  /** The state as of now. */
  state(): AgentState {
    this.#refresh();
    return this.#last;
  }

  get dismissedNoticeIds(): readonly string[] {
    return this.#dismissed;
  }

  get connection(): ConnectionState {
    return this.#connection;
  }

  /** Something may have changed; listeners hear of it at the end of this tick, if it did. */
  touch(): void {
    this.#cancelTick ??= this.#options.clock.setTimer(() => {
      this.#cancelTick = null;
      if (this.#refresh()) for (const listener of this.#listeners) listener(this.#last);
    }, 0);
  }

  listen(listener: (state: AgentState) => void): Cancel {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  setConnection(connection: ConnectionState): void {
    this.#connection = connection;
    this.touch();
  }

  setUserName(userName: string): void {
    this.#userName = userName;
    this.touch();
  }

  setSensors({ processes, idle, power }: Sensors): void {
    this.#sensors = { processes, idle, power };
    this.touch();
  }

  /** The server's last word. */
  take(news: Extract<ServerMessage, { type: 'mine' | 'pools' }>): void {
    switch (news.type) {
      case 'mine':
        this.#mine = news.mine;
        break;
      case 'pools':
        this.#pools = mergePools(this.#pools, news, this.#options.clock.wallMs());
        break;
      default:
        assertNever(news);
    }
    this.touch();
  }

  /** Nobody looks any more: what is not kept current is not shown. */
  forgetPools(): void {
    this.#pools = null;
    this.touch();
  }

  /** @returns false: there is no such notice */
  dismiss(noticeId: string): boolean {
    if (!this.#mine.notices.some((notice) => notice.noticeId === noticeId)) return false;
    this.#dismissed = [...this.#dismissed, noticeId].slice(-MAXIMUM_DISMISSED);
    this.touch();
    return true;
  }

  stop(): void {
    this.#cancelTick?.();
    this.#cancelTick = null;
    this.#listeners.clear();
  }

  /** @returns true when the state is another one */
  #refresh(): boolean {
    const next = this.#draw();
    const isSame = (Object.keys(next) as (keyof AgentState)[]).every(
      (key) => key === 'asOfMs' || isSameValue(next[key], this.#last[key]),
    );
    if (!isSame) this.#last = next;
    return !isSame;
  }

  #draw(): AgentState {
    const { clock, sources, agentVersion, workstationName } = this.#options;
    const seats = new Map(this.#mine.seats.map(({ sessionId, seat }) => [sessionId, seat]));
    return {
      asOfMs: clock.wallMs(),
      agentVersion,
      connection: this.#connection,
      userName: this.#userName,
      workstationName,
      credentialStorage: sources.credentialStorage(),
      sensors: this.#sensors,
      watchedProducts: sources.watchedProducts(),
      sessions: sources.sessions().map((session) => viewOf(session, seats.get(session.sessionId) ?? null)),
      mine: this.#visibleMine(),
      pools: this.#pools,
      pendingWishes: sources.pendingWishes().map(pendingView),
      outboxWaiting: sources.outboxWaiting(),
    };
  }

  #visibleMine(): Mine {
    const notices = this.#mine.notices.filter(({ noticeId }) => !this.#dismissed.includes(noticeId));
    return notices.length === this.#mine.notices.length ? this.#mine : { ...this.#mine, notices };
  }
}

/** Large parts (pools, mine) are the same object while nothing changed; the small ones are compared as text. */
function isSameValue(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

function viewOf(session: TrackedSession, seat: MySession['seat']): MySession {
  const { sessionId, productId, productName, startedAtMs, origin, instances, interval } = session;
  const processCount = instances.reduce((sum, instance) => sum + instance.processCount, 0);
  const { activity } = interval;
  return {
    sessionId,
    productId,
    productName,
    startedAtMs,
    processCount,
    origin: origin.kind,
    activity,
    seat,
  };
}

function subjectOf(wish: Wish): string {
  switch (wish.type) {
    case 'queue':
      return wish.productId;
    case 'leave':
      return wish.ticketId;
    case 'claim':
    case 'decline':
      return wish.offerId;
    case 'release':
      return wish.sessionId;
    case 'defer':
      return wish.ticketId;
    case 'ask-holder':
      return wish.leaseId;
    case 'answer-handover':
      return wish.handoverId;
  }
}

function pendingView({ wishId, wish, deadlineMs }: AskedWish): PendingWish {
  return { wishId, type: wish.type, subjectId: subjectOf(wish), deadlineMs };
}

function mergePools(
  before: Pools | null,
  news: Extract<ServerMessage, { type: 'pools' }>,
  asOfMs: number,
): Pools {
  const base = news.full || !before ? { pools: [], products: [] } : before;
  const removed = new Set(news.removedPoolIds);
  const pools = new Map<string, PoolView>(base.pools.map((pool) => [pool.poolId, pool]));
  for (const pool of news.pools) {
    const known = pools.get(pool.poolId);
    if (!known || known.revision <= pool.revision) pools.set(pool.poolId, pool);
  }
  for (const poolId of removed) pools.delete(poolId);
  const products = new Map<string, ProductView>(base.products.map((product) => [product.productId, product]));
  for (const product of news.products) products.set(product.productId, product);
  return { asOfMs, pools: [...pools.values()], products: [...products.values()] };
}
