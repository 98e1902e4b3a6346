/** "Not now": a ticket steps aside for a while and is called back. Pure. */
import { LONGEST_DEFERRAL_MS } from '../../../shared/domain.ts';
import { failure } from '../../../shared/outcome.ts';
import type { LedgerEvent } from '../events.ts';
import type { LedgerState } from '../state.ts';
import { type CommandOf, type Decided, type DecisionContext, decided } from './decision.ts';
import { answerFor, calledBackEvent, offerEndedEvent, setAsideEvent } from './ticket.ts';

/** [L140] The seat passes on, the number stays. A booked place that is not due yet is only ever put off. */
export function defer(state: LedgerState, command: CommandOf<'defer'>, { nowMs }: DecisionContext): Decided {
  const ticket = state.tickets.get(command.ticketId);
  if (!ticket) return failure('NOT_FOUND', 'This place in the queue is already gone.');
  if (ticket.userId !== command.userId)
    return failure('NOT_YOURS', 'This place in the queue is somebody else’s.');
  const offer = ticket.offerId === null ? undefined : state.offers.get(ticket.offerId);
  const untilMs = nowMs + Math.min(command.forMs, LONGEST_DEFERRAL_MS);
  const aside =
    ticket.later?.because === 'booked'
      ? setAsideEvent(ticket, 'booked', Math.max(untilMs, ticket.later.untilMs))
      : setAsideEvent(ticket, 'deferred', untilMs);
  const events: LedgerEvent[] = offer ? [offerEndedEvent(offer, 'deferred'), aside] : [aside];
  return decided(events, (after) => answerFor(after, ticket.userId, ticket.productId));
}

/** [L140] [L142] A deferred ticket has its old number, a booked one goes before everybody of its class. */
export function callBack(
  state: LedgerState,
  command: CommandOf<'call-back'>,
  { nowMs }: DecisionContext,
): Decided {
  const ticket = state.tickets.get(command.ticketId);
  if (!ticket?.later) return failure('NOT_FOUND', 'This place in the queue is not set aside.');
  const { because, untilMs } = ticket.later;
  if (nowMs < untilMs) return failure('NOT_DUE', 'This place in the queue is not due yet.');
  const sequence = because === 'booked' ? state.nextReturnSequence : ticket.sequence;
  return decided([calledBackEvent(ticket, sequence)]);
}
