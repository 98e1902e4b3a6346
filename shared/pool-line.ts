/** Pools and products as one reader sees them: numbers, what they mean for this person, and whether to queue. Pure. */

import type { AgentAction } from './agent-actions.ts';
import type { AgentState } from './agent-api.ts';
import type { Tone } from './agent-headline.ts';
import type { FormatClock } from './durations.ts';
import { poolSentences } from './strings.ts';
import type { PoolView, ProductView } from './views.ts';

/** How a pool stands for this person. `turn`: a seat is held for them. */
export type PoolStanding = 'holding' | 'turn' | 'queued' | 'free' | 'full' | 'unknown' | 'none';

export interface PoolLine {
  readonly pool: PoolView;
  readonly standing: PoolStanding;
  readonly tone: Tone;
  /** "3 of 5 LibreOffice seats in use. You can start." */
  readonly sentence: string;
  /** What the numbers mean for this person, for places that show the numbers beside it: "You can start." */
  readonly meaning: string;
  /** 1 is the head; null: not in this queue. */
  readonly myPlace: number | null;
  readonly mySessionIds: ReadonlySet<string>;
  readonly myTicketIds: ReadonlySet<string>;
}

export interface ProductLine {
  readonly product: ProductView;
  /** true: every pool behind it is known to have no free seat. */
  readonly isFull: boolean;
  /** null: nobody counts it, this person waits for it already, or holds a seat of it. */
  readonly queue: AgentAction | null;
}

export function viewPools(state: AgentState, nowMs: number, formatClock: FormatClock): PoolLine[] {
  const mySessionIds = new Set([...state.sessions.map(({ sessionId }) => sessionId), ...heldIds(state)]);
  const myTicketIds = new Set(state.mine.tickets.map(({ ticketId }) => ticketId));
  const offeredTicketIds = new Set(state.mine.offers.map(({ ticketId }) => ticketId));
  return (state.pools?.pools ?? []).map((pool) => {
    const mySeats = pool.holders.filter(
      ({ sessionId, seat }) => seat === 'held' && mySessionIds.has(sessionId),
    );
    const myEntries = pool.queue.filter(({ ticketId }) => myTicketIds.has(ticketId));
    const isMyTurn = myEntries.some(({ ticketId }) => offeredTicketIds.has(ticketId));
    const myPlace = myEntries.length > 0 ? Math.min(...myEntries.map(({ place }) => place)) : null;
    const facts = { mySeats: mySeats.length, isMyTurn, myPlace };
    const standing = standingOf(pool, facts);
    const numbers = usage(pool, nowMs, formatClock);
    const meaning = meaningOf(pool, standing, facts);
    return {
      pool,
      standing,
      tone: TONES[standing],
      sentence: meaning === '' ? numbers : `${numbers} ${meaning}`,
      meaning: standing === 'full' && pool.queue.length === 0 ? poolSentences.noneFree() : meaning || numbers,
      myPlace,
      mySessionIds,
      myTicketIds,
    };
  });
}

/** What the server says I hold: sessions, and seats that were claimed and wait for their application. */
function heldIds(state: AgentState): ReadonlySet<string> {
  return new Set(
    state.mine.seats.flatMap(({ sessionId, seat }) => (seat.state === 'held' ? [sessionId] : [])),
  );
}

const TONES: Readonly<Record<PoolStanding, Tone>> = {
  holding: 'positive',
  turn: 'attention',
  queued: 'info',
  free: 'positive',
  full: 'neutral',
  unknown: 'muted',
  none: 'muted',
};

interface MyFacts {
  readonly mySeats: number;
  readonly isMyTurn: boolean;
  readonly myPlace: number | null;
}

function standingOf({ seats }: PoolView, { mySeats, isMyTurn, myPlace }: MyFacts): PoolStanding {
  if (isMyTurn) return 'turn';
  if (mySeats > 0) return 'holding';
  if (myPlace !== null) return 'queued';
  if (seats.state === 'unknown') return 'unknown';
  if (seats.capacity === 0 && seats.inUse === 0) return 'none';
  return seats.free > 0 ? 'free' : 'full';
}

function meaningOf(pool: PoolView, standing: PoolStanding, { mySeats, myPlace }: MyFacts): string {
  const meanings: Readonly<Record<PoolStanding, string>> = {
    holding: mySeats === 1 ? poolSentences.youHold() : poolSentences.youHoldSeveral(mySeats),
    turn: poolSentences.yourTurn(),
    queued: myPlace === null ? '' : poolSentences.youAre(myPlace),
    free: poolSentences.youCanStart(),
    full: othersWait(pool),
    unknown: '',
    none: '',
  };
  return meanings[standing];
}

function usage({ seats, name }: PoolView, nowMs: number, formatClock: FormatClock): string {
  if (seats.state === 'unknown') return poolSentences.unknown(formatClock(seats.sinceMs, nowMs));
  const { capacity, inUse } = seats;
  if (capacity === 0 && inUse === 0) return poolSentences.noSeats(name);
  if (inUse > capacity) return poolSentences.overCapacity(inUse, capacity);
  if (inUse === capacity) return poolSentences.allInUse(capacity);
  return poolSentences.inUse(inUse, capacity, name);
}

function othersWait({ seats, queue, leftOut }: PoolView): string {
  if (seats.state === 'known' && seats.offered > 0) return poolSentences.heldForQueue(seats.offered);
  const waiting = queue.length + (leftOut?.queue ?? 0);
  return waiting > 0 ? poolSentences.waiting(waiting) : poolSentences.queueAndBeTold();
}

/** Fullest first, so that a menu with few places shows what one would queue for. */
export function viewProducts(
  state: AgentState,
  queuedProductIds: ReadonlySet<string>,
  queueAction: (productId: string, name: string) => AgentAction,
): ProductLine[] {
  const pools = new Map((state.pools?.pools ?? []).map((pool) => [pool.poolId, pool]));
  const held = heldIds(state);
  const heldProductIds = new Set([
    ...state.sessions.flatMap(({ productId, seat }) => (seat?.state === 'held' ? [productId] : [])),
    ...[...pools.values()]
      .flatMap(({ holders }) => holders)
      .flatMap(({ sessionId, productId }) => (held.has(sessionId) ? [productId] : [])),
  ]);
  const lines = (state.pools?.products ?? []).map((product) => {
    const behind = product.poolIds.flatMap((poolId) => pools.get(poolId) ?? []);
    const isFull =
      behind.length > 0 && behind.every(({ seats }) => seats.state === 'known' && seats.free === 0);
    const isTaken = queuedProductIds.has(product.productId) || heldProductIds.has(product.productId);
    const queue = behind.length === 0 || isTaken ? null : queueAction(product.productId, product.name);
    const inUse = behind.reduce((sum, { seats }) => sum + (seats.state === 'known' ? seats.inUse : 0), 0);
    return { line: { product, isFull, queue }, inUse };
  });
  return lines
    .toSorted(
      (left, right) =>
        Number(right.line.isFull) - Number(left.line.isFull) ||
        right.inUse - left.inUse ||
        left.line.product.name.localeCompare(right.line.product.name),
    )
    .map(({ line }) => line);
}
