/**
 * What every face shows for one AgentState: headline, tone, tray shape, and what may be pressed. Pure; it decides
 * nothing, the agent host and the server check every wish again.
 */
import { type AgentAction, actionLabel, type Press, pressOf, queueAction } from './agent-actions.ts';
import type { AgentState, ConnectionState, MySession } from './agent-api.ts';
import { type Tone, type TrayShape, viewHeadline } from './agent-headline.ts';
import type { FormatClock } from './durations.ts';
import { explainActivity, explainReason, nameActivity } from './explain.ts';
import {
  type AskedView,
  type RequestView,
  viewAsked,
  viewAsks,
  viewRequest,
  viewWarning,
  type WarningView,
} from './handover-view.ts';
import { assertNever } from './outcome.ts';
import { type OfferView, type TicketView, viewOffer, viewTicket } from './place-view.ts';
import { type PoolLine, type ProductLine, viewPools, viewProducts } from './pool-line.ts';
import { denialSentence, freshness, moments, noticeSentence } from './strings.ts';
import type { MyDenial, MyNotice } from './views.ts';

export type {
  AgentAction,
  AskedView,
  OfferView,
  Press,
  RequestView,
  TicketView,
  Tone,
  TrayShape,
  WarningView,
};
export { actionLabel };

export interface SessionView {
  readonly session: MySession;
  readonly tone: Tone;
  /** "idle 34 min" */
  readonly activityName: string;
  /** "idle 34 min: no input since 14:02, CPU 0.3 % of a core" */
  readonly activitySentence: string;
  /** "no input since 14:02, CPU 0.3 % of a core" */
  readonly activityReason: string;
  /** null: it holds no seat. */
  readonly release: AgentAction | null;
  /** null: it has a seat, waits already, or nobody counts the product. */
  readonly queue: AgentAction | null;
}

export interface DenialView {
  readonly denial: MyDenial;
  readonly sentence: string;
  readonly queue: AgentAction;
}

export interface NoticeView {
  readonly notice: MyNotice;
  readonly sentence: string;
  readonly dismiss: AgentAction;
}

export interface AgentView {
  readonly headline: string;
  readonly tooltip: string;
  readonly tone: Tone;
  readonly trayShape: TrayShape;
  /** "live" or "as of 13:40", of the pools where there are some. */
  readonly freshness: string;
  readonly isLive: boolean;
  /** What is wrong with the contact and what it means; null: nothing is. */
  readonly connectionSentence: string | null;
  readonly offers: readonly OfferView[];
  /** Who asks for a seat of mine, and whom I ask. */
  readonly requests: readonly RequestView[];
  readonly asked: readonly AskedView[];
  /** Seats of mine whose end was announced. */
  readonly warnings: readonly WarningView[];
  readonly tickets: readonly TicketView[];
  readonly sessions: readonly SessionView[];
  /** Denials the pool's enforcement asks about and that are not answered by a ticket or an offer yet. */
  readonly denials: readonly DenialView[];
  readonly notices: readonly NoticeView[];
  readonly pools: readonly PoolLine[];
  readonly products: readonly ProductLine[];
  /** What may be asked of holders, by lease. */
  readonly asks: ReadonlyMap<string, AgentAction>;
  /** Everything above that may be pressed, most urgent first. */
  readonly actions: readonly AgentAction[];
}

/** Products this person waits for or has an offer for. */
function queuedProductIds(state: AgentState): ReadonlySet<string> {
  return new Set([...state.mine.tickets, ...state.mine.offers].map(({ productId }) => productId));
}

function sessionTone(session: MySession): Tone {
  switch (session.activity.state) {
    case 'active':
      return session.seat?.state === 'overage' ? 'attention' : 'positive';
    case 'idle':
    case 'locked':
      return 'neutral';
    case 'suspended':
      return 'info';
    default:
      return assertNever(session.activity);
  }
}

function viewSession(
  state: AgentState,
  session: MySession,
  nowMs: number,
  formatClock: FormatClock,
): SessionView {
  const { sessionId, productId, productName } = session;
  const mayQueue = session.seat?.state === 'overage' && !queuedProductIds(state).has(productId);
  return {
    session,
    tone: sessionTone(session),
    activityName: nameActivity(session.activity, nowMs),
    activitySentence: explainActivity(session.activity, nowMs, formatClock),
    activityReason: explainReason(session.activity, nowMs, formatClock),
    release:
      session.seat?.state === 'held'
        ? { type: 'release', sessionId, productName, press: pressOf(state, 'release', sessionId, nowMs) }
        : null,
    queue: mayQueue ? queueAction(state, productId, productName, nowMs) : null,
  };
}

function viewDenials(state: AgentState, nowMs: number): DenialView[] {
  const queued = queuedProductIds(state);
  const asking = state.mine.denials.filter(
    ({ enforcement, productId }) => enforcement !== 'observe' && !queued.has(productId),
  );
  const newestOfProduct = new Map(asking.map((denial) => [denial.productId, denial]));
  return [...newestOfProduct.values()].map((denial) => ({
    denial,
    sentence: denialSentence(denial.reason, denial.productName, onlyCapacity(state, denial.productId)),
    queue: queueAction(state, denial.productId, denial.productName, nowMs),
  }));
}

/** The capacity behind a product where one pool alone serves it. */
function onlyCapacity(state: AgentState, productId: string): number | null {
  const pools = state.pools?.pools.filter((pool) => pool.productIds.includes(productId)) ?? [];
  const [pool] = pools;
  return pools.length === 1 && pool?.seats.state === 'known' ? pool.seats.capacity : null;
}

function viewNotice(
  state: AgentState,
  notice: MyNotice,
  nowMs: number,
  formatClock: FormatClock,
): NoticeView {
  const ticket = state.mine.tickets.find(({ productId }) => productId === notice.productId);
  const missesLeft = ticket ? Math.max(1, ticket.maximumMissedOffers - ticket.missedOffers) : null;
  const { noticeId, productName } = notice;
  return {
    notice,
    sentence: noticeSentence(notice.kind, productName, formatClock(notice.atMs, nowMs), missesLeft),
    dismiss: { type: 'dismissNotice', noticeId, productName, press: 'ready' },
  };
}

function connectionSentence(
  connection: ConnectionState,
  nowMs: number,
  formatClock: FormatClock,
): string | null {
  switch (connection.state) {
    case 'online':
    case 'connecting':
    case 'enrolling':
      return null;
    case 'offline':
      return moments.offline(formatClock(connection.sinceMs, nowMs));
    case 'refused':
      return moments.refused(connection.message);
    default:
      return assertNever(connection);
  }
}

function freshnessOf(state: AgentState, nowMs: number, formatClock: FormatClock): string {
  if (state.connection.state === 'online') return freshness.live();
  return state.pools ? freshness.asOf(formatClock(state.pools.asOfMs, nowMs)) : freshness.never();
}

/** @param nowMs wall clock of the reader; a countdown is computed from it, so call again each second while one runs */
export function viewAgent(state: AgentState, nowMs: number, formatClock: FormatClock): AgentView {
  const waiting = state.mine.tickets.filter(
    ({ ticketId }) => !state.mine.offers.some((offer) => offer.ticketId === ticketId),
  );
  const offers = [...state.mine.offers]
    .sort((left, right) => left.untilMs - right.untilMs)
    .map((offer) => viewOffer(state, offer, nowMs, formatClock));
  const tickets = waiting.map((ticket) => viewTicket(state, ticket, nowMs, formatClock));
  const requests = state.mine.handoverRequests
    .toSorted((left, right) => left.untilMs - right.untilMs)
    .map((request) => viewRequest(state, request, nowMs, formatClock));
  const sessions = state.sessions.map((session) => viewSession(state, session, nowMs, formatClock));
  const denials = viewDenials(state, nowMs);
  const notices = state.mine.notices.map((notice) => viewNotice(state, notice, nowMs, formatClock));
  const products = viewProducts(state, queuedProductIds(state), (productId, name) =>
    queueAction(state, productId, name, nowMs),
  );
  return {
    ...viewHeadline(state, nowMs, formatClock),
    freshness: freshnessOf(state, nowMs, formatClock),
    isLive: state.connection.state === 'online',
    connectionSentence: connectionSentence(state.connection, nowMs, formatClock),
    offers,
    requests,
    asked: state.mine.handovers.map((handover) => viewAsked(handover, nowMs, formatClock)),
    warnings: state.mine.warnings
      .toSorted((left, right) => left.untilMs - right.untilMs)
      .map((warning) => viewWarning(warning, nowMs, formatClock)),
    tickets,
    sessions,
    denials,
    notices,
    pools: viewPools(state, nowMs, formatClock),
    products,
    asks: new Map((state.pools?.pools ?? []).flatMap((pool) => [...viewAsks(state, pool, nowMs)])),
    actions: [
      ...offers.flatMap(({ claim, decline, defer, leave }) => [claim, decline, defer, leave]),
      ...requests.flatMap(({ freeNow, inTenMinutes, busy }) =>
        inTenMinutes ? [freeNow, inTenMinutes, busy] : [freeNow, busy],
      ),
      ...tickets.flatMap(({ defer, back, leave }) => [
        ...(defer ? [defer] : []),
        ...(back ? [back] : []),
        leave,
      ]),
      ...sessions.flatMap(({ release }) => (release ? [release] : [])),
      ...products.flatMap(({ queue }) => (queue ? [queue] : [])),
      ...notices.map(({ dismiss }) => dismiss),
    ],
  };
}
