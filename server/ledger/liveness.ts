/** When each session was heard last: in memory only, on the monotonic clock, so that a step of the wall clock kills nobody. */
import type { SessionId } from '../../shared/domain.ts';
import type { Clock } from '../../shared/time.ts';

export class Liveness {
  readonly #clock: Clock;
  readonly #startedAtMonotonicMs: number;
  readonly #renewedAtMonotonicMs = new Map<SessionId, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAtMonotonicMs = clock.monotonicMs();
  }

  renew(sessionId: SessionId): void {
    this.#renewedAtMonotonicMs.set(sessionId, this.#clock.monotonicMs());
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
