/** My sessions, offers and places in queues as one table; the same rows as JSON. Pure. */
import type { AgentState, MySession } from '../../shared/agent-api.ts';
import type { Tone } from '../../shared/agent-view.ts';
import type { FormatClock } from '../../shared/durations.ts';
import { explainActivity } from '../../shared/explain.ts';
import type { MyOffer, MyTicket } from '../../shared/views.ts';
import type { Column, Row } from './output/table.ts';
import { seatWords } from './words.ts';

/** One licensed product here: a running application, or a product that this person waits for. */
export interface SessionLine {
  /** Stays the same while the line changes. */
  readonly key: string;
  readonly productId: string;
  readonly productName: string;
  readonly userName: string;
  /** null: it does not run. */
  readonly sinceMs: number | null;
  readonly activity: MySession['activity'] | null;
  readonly activityText: string;
  readonly seatState: 'held' | 'overage' | 'not-counted' | 'unknown' | 'none';
  readonly place: number | null;
  readonly offeredUntilMs: number | null;
  readonly seatText: string;
  readonly tone: Tone;
}

export const SESSION_COLUMNS: readonly Column[] = [
  { title: 'product', minimumWidth: 8 },
  { title: 'user', minimumWidth: 4, dropOrder: 2 },
  { title: 'since', dropOrder: 1 },
  { title: 'activity', minimumWidth: 8 },
  { title: 'seat', minimumWidth: 8 },
];

interface Mine {
  readonly ticket: MyTicket | undefined;
  readonly offer: MyOffer | undefined;
}

function toneOf(seat: SessionLine['seatState'], { ticket, offer }: Mine): Tone {
  if (offer) return 'attention';
  if (seat === 'held') return 'positive';
  if (ticket) return 'info';
  return seat === 'overage' ? 'warning' : 'neutral';
}

function lineOf(
  state: AgentState,
  session: MySession | null,
  product: Pick<MySession, 'productId' | 'productName'>,
  mine: Mine,
  nowMs: number,
  formatClock: FormatClock,
): SessionLine {
  const seat = session?.seat ?? null;
  const seatState = session === null ? 'none' : (seat?.state ?? 'unknown');
  const activityText = session ? explainActivity(session.activity, nowMs, formatClock) : 'not running';
  const facts = { seat, ...mine, isOnline: state.connection.state === 'online' };
  return {
    key: session?.sessionId ?? `waiting-${product.productId}`,
    productId: product.productId,
    productName: product.productName,
    userName: state.userName,
    sinceMs: session?.startedAtMs ?? null,
    activity: session?.activity ?? null,
    activityText: session?.origin === 'hold' ? `${activityText} (usher wait)` : activityText,
    seatState,
    place: mine.ticket?.place ?? null,
    offeredUntilMs: mine.offer?.untilMs ?? null,
    seatText: seatWords(facts, nowMs, formatClock),
    tone: toneOf(seatState, mine),
  };
}

/** Applications in the order in which they started, then what is only waited for. */
export function sessionLines(
  state: AgentState,
  nowMs: number,
  formatClock: FormatClock,
): readonly SessionLine[] {
  const { tickets, offers } = state.mine;
  const mineOf = (productId: string): Mine => ({
    ticket: tickets.find((ticket) => ticket.productId === productId),
    offer: offers.find((offer) => offer.productId === productId),
  });
  const sessions = state.sessions.toSorted((left, right) => left.startedAtMs - right.startedAtMs);
  const running = new Set(sessions.map(({ productId }) => productId));
  const waited = new Map(
    [...tickets, ...offers]
      .filter(({ productId }) => !running.has(productId))
      .map((wish) => [wish.productId, wish]),
  );
  return [
    ...sessions.map((session) => {
      const mine =
        session.seat?.state === 'held' ? { ticket: undefined, offer: undefined } : mineOf(session.productId);
      return lineOf(state, session, session, mine, nowMs, formatClock);
    }),
    ...[...waited.values()].map((wish) =>
      lineOf(state, null, wish, mineOf(wish.productId), nowMs, formatClock),
    ),
  ];
}

export function sessionRow(line: SessionLine, nowMs: number, formatClock: FormatClock): Row {
  return [
    { text: line.productName },
    { text: line.userName },
    { text: line.sinceMs === null ? '-' : formatClock(line.sinceMs, nowMs) },
    { text: line.activityText },
    { text: line.seatText, tone: line.tone },
  ];
}
