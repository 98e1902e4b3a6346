/** What the state keeps per person: an entry while they have anything here, and the newest notices. */
import type { LedgerState, Notice, User } from '../state.ts';

/** As many as a message to an agent carries (shared/views.ts). */
const NOTICES_KEPT = 20;

export function userOf(state: LedgerState, userId: string): User {
  const known = state.users.get(userId);
  if (known) return known;
  const user: User = {
    sessionIds: new Set(),
    ticketIdByProduct: new Map(),
    awaitedLeaseIds: new Set(),
    warnedLeaseIds: new Set(),
    askedHandoverIds: new Set(),
    handoverIds: new Set(),
    idleDebts: new Map(),
    bookings: new Map(),
    notices: [],
  };
  state.users.set(userId, user);
  return user;
}

/** The number of the event makes the notice's id: the same after every replay. */
export function noticeFor(
  state: LedgerState,
  about: { readonly userId: string; readonly productId: string },
  kind: Notice['kind'],
  atMs: number,
): void {
  const { notices } = userOf(state, about.userId);
  notices.push({ noticeId: `notice-${state.eventNumber}`, productId: about.productId, atMs, kind });
  if (notices.length > NOTICES_KEPT) notices.shift();
}

export function forgetUserIfIdle(state: LedgerState, userId: string): void {
  const user = state.users.get(userId);
  if (!user || user.notices.length > 0) return;
  const parts = [
    user.sessionIds,
    user.ticketIdByProduct,
    user.awaitedLeaseIds,
    user.warnedLeaseIds,
    user.askedHandoverIds,
    user.handoverIds,
    user.idleDebts,
    user.bookings,
  ];
  if (parts.every(({ size }) => size === 0)) state.users.delete(userId);
}
