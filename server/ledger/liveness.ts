/** When each session was heard last: in memory only, on the monotonic clock, so that a step of the wall clock kills nobody. */
import type { SessionId } from '../../shared/domain.ts';
import type { Clock } from '../../shared/time.ts';
import type { LedgerCommand } from './commands.ts';
import { sessionsOf } from './seats.ts';
import type { LedgerState } from './state.ts';

export class Liveness {
  readonly #clock: Clock;
  readonly #startedAtMonotonicMs: number;
  readonly #renewedAtMonotonicMs = new Map<SessionId, number>();
  readonly #onHeard: (sessionId: SessionId) => void;

  /** @param onHeard told of every sign of life */
  constructor(clock: Clock, onHeard: (sessionId: SessionId) => void = () => {}) {
    this.#clock = clock;
    this.#onHeard = onHeard;
    this.#startedAtMonotonicMs = clock.monotonicMs();
  }

  renew(sessionId: SessionId): void {
    this.#renewedAtMonotonicMs.set(sessionId, this.#clock.monotonicMs());
    this.#onHeard(sessionId);
  }

  forget(sessionId: SessionId): void {
    this.#renewedAtMonotonicMs.delete(sessionId);
  }

  /** [L50] Milliseconds since the session was heard; since the server's start when it was not heard yet. */
  silentMs(sessionId: SessionId): number {
    const heardAt = this.#renewedAtMonotonicMs.get(sessionId) ?? this.#startedAtMonotonicMs;
    return this.#clock.monotonicMs() - heardAt;
  }
}

/**
 * [L50] Sessions that a command shows to be alive, whatever is decided: the one that starts, and those for which its
 * user claims at their workstation. Never somebody else's.
 */
export function signsOfLife(state: LedgerState, command: LedgerCommand): SessionId[] {
  if (command.kind === 'start-session') {
    const owner = state.sessions.get(command.sessionId)?.userId ?? command.userId;
    return owner === command.userId ? [command.sessionId] : [];
  }
  const offer = command.kind === 'claim' ? state.offers.get(command.offerId) : undefined;
  if (command.kind !== 'claim' || offer?.userId !== command.userId) return [];
  return sessionsOf(state, offer.userId, offer.productId)
    .filter(({ workstationId }) => workstationId === command.workstationId)
    .map(({ sessionId }) => sessionId);
}
