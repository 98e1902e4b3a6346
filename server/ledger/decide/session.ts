/** What an agent says of its sessions: start, end, return, which are open, give back. Pure. */

import type { ProductId, SessionId, UserId } from '../../../shared/domain.ts';
import { failure } from '../../../shared/outcome.ts';
import { type Answer, EMPTY_ANSWER } from '../commands.ts';
import type { LedgerEvent } from '../events.ts';
import { leasesOfSession, ticketOf } from '../seats.ts';
import type { LedgerState, Session } from '../state.ts';
import { bookingEvents } from './booking.ts';
import { type CommandOf, type Decided, type DecisionContext, decided } from './decision.ts';
import { closeSessions, endLeases } from './lease.ts';
import { claimEvents } from './request.ts';
import { answerFor, orphanedTicketEvents } from './ticket.ts';

/** [L3] A start is the request. What is known already only answers. */
export function startSession(state: LedgerState, command: CommandOf<'start-session'>): Decided {
  const answer = (after: LedgerState) =>
    sessionAnswer(after, command.sessionId, command.userId, command.productId);
  const known = state.sessions.get(command.sessionId);
  if (known && known.userId !== command.userId) {
    return failure('NOT_YOURS', 'A session of this id belongs to somebody else.');
  }
  if (known) return decided([], answer);
  return decided([{ ...command, kind: 'session-opened' }], answer, [
    { sessionId: command.sessionId, mode: 'start' },
  ]);
}

function sessionAnswer(
  after: LedgerState,
  sessionId: SessionId,
  userId: UserId,
  productId: ProductId,
): Answer {
  const seat = after.sessions.get(sessionId)?.seat;
  const { ticketId, offerId } = answerFor(after, userId, productId);
  const leaseIds = seat?.state === 'held' ? seat.leaseIds : [];
  return { ticketId, offerId, leaseIds, seat: seat ? seatWord(seat.state) : null };
}

/** What the wire calls a seat's state: managed pools have no leases, but a seat is a seat. */
export function seatWord(state: Session['seat']['state']): 'held' | 'overage' | 'not-counted' {
  if (state === 'not-counted') return 'not-counted';
  return state === 'overage' || state === 'expired' ? 'overage' : 'held';
}

/** [L16] A session that is not known (any more) changes nothing. */
export function endSession(state: LedgerState, command: CommandOf<'end-session'>): Decided {
  const session = state.sessions.get(command.sessionId);
  if (!session) return decided([]);
  return decided(closingEvents(state, [session], command.endedAtMs, command.reason));
}

/** [L17] The agent's list is the truth: what it does not name ended unseen. */
export function reconcileSessions(
  state: LedgerState,
  command: CommandOf<'reconcile-sessions'>,
  context: DecisionContext,
): Decided {
  const open = new Set(command.openSessionIds);
  const gone: Session[] = [];
  for (const sessionId of state.users.get(command.userId)?.sessionIds ?? []) {
    const session = state.sessions.get(sessionId);
    if (!session || open.has(sessionId) || session.workstationId !== command.workstationId) continue;
    if (command.loginSessionId !== null && session.loginSessionId !== command.loginSessionId) continue;
    gone.push(session);
  }
  return decided(closingEvents(state, gone, context.nowMs, 'unseen'));
}

function closingEvents(
  state: LedgerState,
  sessions: readonly Session[],
  endedAtMs: number,
  reason: CommandOf<'end-session'>['reason'],
): LedgerEvent[] {
  const closing = new Set(sessions.map((session) => session.sessionId));
  const events = closeSessions(state, sessions, closing, endedAtMs, reason);
  for (const session of sessions) {
    const { userId, productId } = session;
    const first = sessions.find((other) => other.userId === userId && other.productId === productId);
    if (first === session) events.push(...orphanedTicketEvents(state, userId, productId, closing));
  }
  return events;
}

/** [L52] Heard again after silence. One that kept its seat, or never had one, only may claim what is offered. */
export function returnSession(
  state: LedgerState,
  command: CommandOf<'return-session'>,
  context: DecisionContext,
): Decided {
  const session = state.sessions.get(command.sessionId);
  if (!session) return failure('NOT_FOUND', 'This session has ended.');
  if (session.seat.state === 'expired') {
    return decided([], undefined, [{ sessionId: command.sessionId, mode: 'return' }]);
  }
  const ticket = ticketOf(state, session.userId, session.productId);
  const offer = ticket?.offerId ? state.offers.get(ticket.offerId) : undefined;
  const mayClaim = session.seat.state === 'overage' && offer?.strength === 'hard';
  return decided(ticket && offer && mayClaim ? claimEvents(state, ticket, offer, session, context) : []);
}

/** [L14] [L142] The seat goes, the application stays; a place for later is booked with it, or the seat stays as well. */
export function release(
  state: LedgerState,
  command: CommandOf<'release'>,
  context: DecisionContext,
): Decided {
  const awaited = state.leases.get(command.sessionId);
  const session = state.sessions.get(command.sessionId);
  const owner = session ?? awaited;
  if (owner === undefined) return failure('NOT_FOUND', 'This session has ended.');
  const { userId, productId } = owner;
  if (userId !== command.userId) return failure('NOT_YOURS', 'This seat is somebody else’s.');
  const leases = session ? leasesOfSession(state, command.sessionId) : awaited ? [awaited] : [];
  if (leases.length === 0) return failure('NO_SEAT', 'There is no seat to give back here.');
  const { comeBackAtMs } = command;
  const booked =
    comeBackAtMs === null ? null : bookingEvents(state, userId, productId, comeBackAtMs, context);
  if (booked && !booked.ok) return booked;
  const leaseIds = leases.map((lease) => lease.leaseId);
  return decided([...endLeases(state, leases, 'released', null), ...(booked?.value ?? [])], (after) => ({
    ...EMPTY_ANSWER,
    ticketId: ticketOf(after, userId, productId)?.ticketId ?? null,
    leaseIds,
  }));
}
