/** The one thing to say first about an AgentState, with its tone and tray shape. Pure; the order of urgency is here. */
import type { AgentState, MySession } from './agent-api.ts';
import type { FormatClock } from './durations.ts';
import { assertNever } from './outcome.ts';
import { headlines, startSentence, tooltip } from './strings.ts';

export type Tone = 'neutral' | 'positive' | 'info' | 'attention' | 'warning' | 'muted';

/** What the tray draws; shape carries the meaning, the tone repeats it. */
export type TrayShape =
  | { readonly kind: 'outline' | 'filled' | 'exclamation' | 'clock' | 'pause' | 'slashed' | 'dot' }
  | { readonly kind: 'number'; readonly number: number };

export interface Headline {
  readonly headline: string;
  readonly tooltip: string;
  readonly tone: Tone;
  readonly trayShape: TrayShape;
}

const draw = (text: string, tone: Tone, trayShape: TrayShape): Headline => ({
  ...drawNamed(text, tone, trayShape),
  headline: startSentence(text),
});

/** A text that opens with a product's name, which is written as the product writes it ("gedit"). */
const drawNamed = (text: string, tone: Tone, trayShape: TrayShape): Headline => ({
  headline: text,
  tooltip: tooltip(text),
  tone,
  trayShape,
});

/** Close codes and enrollment errors that a new enrollment cures. */
const ENROLL_AGAIN_CODES: ReadonlySet<string> = new Set(['MUST_ENROLL_AGAIN', 'UNAUTHORIZED']);

/** Contact first: without it nothing else here is certain. Then what waits for the person, then what is. */
export function viewHeadline(state: AgentState, nowMs: number, formatClock: FormatClock): Headline {
  const { connection } = state;
  switch (connection.state) {
    case 'refused':
      return draw(
        ENROLL_AGAIN_CODES.has(connection.code) ? headlines.mustEnroll() : headlines.refused(),
        'attention',
        { kind: 'dot' },
      );
    case 'offline':
      return draw(headlines.offline(formatClock(connection.sinceMs, nowMs)), 'muted', { kind: 'slashed' });
    case 'enrolling':
      return draw(headlines.enrolling(), 'muted', { kind: 'outline' });
    case 'connecting':
      return draw(headlines.connecting(), 'muted', { kind: 'outline' });
    case 'online':
      return viewWishes(state, nowMs, formatClock) ?? viewSessions(state.sessions, nowMs, formatClock);
    default:
      return assertNever(connection);
  }
}

function viewWishes(state: AgentState, nowMs: number, formatClock: FormatClock): Headline | null {
  const { offers, tickets, denials, warnings, handoverRequests } = state.mine;
  const offer = offers.toSorted((left, right) => left.untilMs - right.untilMs)[0];
  if (offer) {
    const until = formatClock(offer.untilMs, nowMs);
    return draw(headlines.yourTurn(offer.productName, until), 'attention', { kind: 'exclamation' });
  }
  const warning = warnings.toSorted((left, right) => left.untilMs - right.untilMs)[0];
  if (warning) {
    const until = formatClock(warning.untilMs, nowMs);
    return draw(headlines.warned(warning.productName, until), 'warning', { kind: 'clock' });
  }
  const request = handoverRequests.find(({ answer }) => answer === null);
  if (request) return draw(headlines.asked(request.productName), 'attention', { kind: 'dot' });
  const denial = denials.find(
    ({ enforcement, productId }) =>
      enforcement !== 'observe' && !tickets.some((ticket) => ticket.productId === productId),
  );
  if (denial) return draw(headlines.denied(denial.productName), 'attention', { kind: 'dot' });
  const ticket = tickets.toSorted(
    (left, right) => Number(left.aside !== null) - Number(right.aside !== null) || left.place - right.place,
  )[0];
  if (!ticket) return null;
  if (ticket.aside) {
    const until = ticket.aside.untilMs === null ? null : formatClock(ticket.aside.untilMs, nowMs);
    return draw(headlines.aside(ticket.productName, until), 'info', { kind: 'clock' });
  }
  return draw(headlines.waiting(ticket.place, ticket.productName), 'info', {
    kind: 'number',
    number: ticket.place,
  });
}

function viewSessions(sessions: readonly MySession[], nowMs: number, formatClock: FormatClock): Headline {
  const suspended = sessions.find(({ activity }) => activity.state === 'suspended');
  if (suspended) return drawNamed(headlines.suspended(suspended.productName), 'info', { kind: 'pause' });
  const held = sessions.flatMap(({ productName, seat }) =>
    seat?.state === 'held' ? [{ productName, sinceMs: seat.sinceMs }] : [],
  );
  const [first, ...others] = held;
  if (first && others.length > 0) {
    const names = [...new Set(held.map(({ productName }) => productName))];
    return draw(headlines.holdingSeveral(names), 'positive', { kind: 'filled' });
  }
  if (first) {
    const since = formatClock(first.sinceMs, nowMs);
    return draw(headlines.holding(first.productName, since), 'positive', { kind: 'filled' });
  }
  const overage = sessions.find(({ seat }) => seat?.state === 'overage');
  if (overage) return drawNamed(headlines.overage(overage.productName), 'neutral', { kind: 'outline' });
  const names = [...new Set(sessions.map(({ productName }) => productName))];
  if (names.length > 0) return drawNamed(headlines.uncounted(names), 'neutral', { kind: 'outline' });
  return draw(headlines.nothing(), 'neutral', { kind: 'outline' });
}
