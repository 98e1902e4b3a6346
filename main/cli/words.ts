/** What only the command says; what every face says is in shared/strings.ts. Plain, short, second person. */
import type { MySession, SensorHealth } from '../../shared/agent-api.ts';
import type { FormatClock } from '../../shared/durations.ts';
import { ordinal, sensorSentences } from '../../shared/strings.ts';
import type { MyOffer, MyTicket } from '../../shared/views.ts';

/** How names of simulated people and machines are marked wherever they are shown. */
export function withSimulatedMark(name: string, isSimulated: boolean): string {
  return isSimulated ? `${name} (simulated)` : name;
}

export interface SeatFacts {
  readonly seat: MySession['seat'];
  readonly ticket: MyTicket | undefined;
  readonly offer: MyOffer | undefined;
  readonly isOnline: boolean;
}

/** Seat or place in the queue, as one cell. */
export function seatWords(
  { seat, ticket, offer, isOnline }: SeatFacts,
  nowMs: number,
  formatClock: FormatClock,
): string {
  if (offer) return `your turn until ${formatClock(offer.untilMs, nowMs)}`;
  if (seat?.state === 'held') return `seat since ${formatClock(seat.sinceMs, nowMs)}`;
  if (ticket) return `${ordinal(ticket.place)} in the queue`;
  if (seat?.state === 'overage') return 'no seat';
  if (seat?.state === 'not-counted') return 'not counted';
  return isOnline ? 'asking the server' : 'unknown, no contact';
}

/** Which reader works; one that does not says why by itself. */
export function healthWords({ source, state, detail }: SensorHealth): string {
  if (state === 'failed' && detail !== undefined) return detail;
  return `${sensorSentences[state](source)}${detail === undefined ? '' : `. ${detail}`}`;
}
