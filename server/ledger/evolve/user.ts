/** What the state keeps per person: an entry while they have anything here, and the newest notices. */
import { IdSet } from '../id-set.ts';
import type { LedgerState, Notice, User } from '../state.ts';

/** As many as a message to an agent carries (shared/views.ts). */
const NOTICES_KEPT = 20;

/** What most people never have is made when it is first asked for: people come and go with each decision. */
class Person implements User {
  readonly sessionIds: User['sessionIds'] = new IdSet();
  readonly ticketIdByProduct: User['ticketIdByProduct'] = new Map();
  readonly awaitedLeaseIds: User['awaitedLeaseIds'] = new IdSet();
  readonly warnedLeaseIds: User['warnedLeaseIds'] = new IdSet();
  readonly notices: Notice[] = [];
  #askedHandoverIds: User['askedHandoverIds'] | null = null;
  #handoverIds: User['handoverIds'] | null = null;
  #idleDebts: User['idleDebts'] | null = null;
  #bookings: User['bookings'] | null = null;

  get askedHandoverIds(): User['askedHandoverIds'] {
    this.#askedHandoverIds ??= new Set();
    return this.#askedHandoverIds;
  }

  get handoverIds(): User['handoverIds'] {
    this.#handoverIds ??= new Set();
    return this.#handoverIds;
  }

  get idleDebts(): User['idleDebts'] {
    this.#idleDebts ??= new Map();
    return this.#idleDebts;
  }

  get bookings(): User['bookings'] {
    this.#bookings ??= new Map();
    return this.#bookings;
  }

  get isIdle(): boolean {
    if (this.sessionIds.size > 0 || this.ticketIdByProduct.size > 0 || this.awaitedLeaseIds.size > 0)
      return false;
    if (this.notices.length > 0 || this.warnedLeaseIds.size > 0 || this.#askedHandoverIds?.size) return false;
    return !this.#handoverIds?.size && !this.#idleDebts?.size && !this.#bookings?.size;
  }
}

export function userOf(state: LedgerState, userId: string): User {
  const known = state.users.get(userId);
  if (known) return known;
  const user = new Person();
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
  if (state.users.get(userId)?.isIdle) state.users.delete(userId);
}
