/** A place for later: who gives a seat back books the time at which they come back for it. Pure. */
import type { ProductId, UserId } from '../../../shared/domain.ts';
import { failure, type Outcome, success } from '../../../shared/outcome.ts';
import { DAY } from '../../../shared/time.ts';
import type { RefusalCode } from '../commands.ts';
import type { LedgerEvent } from '../events.ts';
import { admittanceOf } from '../rights.ts';
import { alternativesOf, poolIdsOfAlternatives, ticketOf } from '../seats.ts';
import type { LedgerState } from '../state.ts';
import type { DecisionContext } from './decision.ts';
import { queueEvent, setAsideEvent } from './ticket.ts';

/** [L142] A place is booked for within this time, and counts against the cap for as long [L143]. */
const BOOKING_WINDOW_MS = DAY;

/** [L142] [L143] @param dueAtMs a time that has come already is now */
export function bookingEvents(
  state: LedgerState,
  userId: UserId,
  productId: ProductId,
  dueAtMs: number,
  context: DecisionContext,
): Outcome<LedgerEvent[], RefusalCode> {
  const { nowMs } = context;
  if (dueAtMs > nowMs + BOOKING_WINDOW_MS)
    return failure('NOT_ALLOWED', 'A place can be booked for the next 24 hours only. You keep the seat.');
  if (ticketOf(state, userId, productId))
    return failure('NOT_ALLOWED', 'You wait for this product already. Give the seat back without booking.');
  const admittance = admittanceOf(state, userId, productId);
  if (!admittance.ok) return admittance;
  const refusal = refusalToBook(state, userId, productId, nowMs);
  if (refusal) return refusal;
  const dueMs = Math.max(nowMs, dueAtMs);
  const queued = { ...queueEvent(state, userId, productId, 'booked', context), dueAtMs: dueMs };
  return success([queued, setAsideEvent(queued, 'booked', dueMs)]);
}

/** [L143] The least of the product's pools counts. */
function refusalToBook(
  state: LedgerState,
  userId: UserId,
  productId: ProductId,
  nowMs: number,
): Extract<Outcome<never, RefusalCode>, { ok: false }> | null {
  const bookings = state.users.get(userId)?.bookings;
  for (const poolId of poolIdsOfAlternatives(alternativesOf(state, productId))) {
    const most = state.pools.get(poolId)?.settings.returnTicketsPerDay ?? 0;
    if (most === 0) return failure('TOO_OFTEN', 'No places are booked in this pool. You keep the seat.');
    const booked = (bookings?.get(poolId) ?? []).filter((atMs) => nowMs - atMs < BOOKING_WINDOW_MS);
    if (booked.length < most) continue;
    const times = most === 1 ? 'once' : `${most} times`;
    return failure(
      'TOO_OFTEN',
      `You booked a place ${times} in 24 hours, which is the limit. You keep the seat.`,
    );
  }
  return null;
}
