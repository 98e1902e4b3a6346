/** The newest seats that were given out from one pool: when each began, and when it ended if it did. Bounded. */
import type { SeatLength } from './survival.ts';

/** Enough for a curve, few enough that it follows new habits. */
const SEATS_KEPT = 500;
const OFFERS_KEPT = 200;

interface Seat {
  readonly fromMs: number;
  toMs: number | null;
}

/**
 * Seats enter by their beginning, so that long and short ones are met alike: a list of the newest ends would be
 * full of short ones.
 */
export class PoolHistory {
  readonly #seats = new Map<string, Seat>();
  readonly #wereOffersTaken: boolean[] = [];

  began(leaseId: string, fromMs: number): void {
    this.#seats.set(leaseId, { fromMs, toMs: null });
    if (this.#seats.size <= SEATS_KEPT) return;
    const [oldest] = this.#seats.keys();
    if (oldest !== undefined) this.#seats.delete(oldest);
  }

  ended(leaseId: string, toMs: number): void {
    const seat = this.#seats.get(leaseId);
    if (seat) seat.toMs = toMs;
  }

  offerEnded(wasTaken: boolean): void {
    this.#wereOffersTaken.push(wasTaken);
    if (this.#wereOffersTaken.length > OFFERS_KEPT) this.#wereOffersTaken.shift();
  }

  /** Share of offers that nobody took; 0 as long as there were none. */
  missedShare(): number {
    const all = this.#wereOffersTaken.length;
    return all === 0 ? 0 : this.#wereOffersTaken.filter((wasTaken) => !wasTaken).length / all;
  }

  /** A wall clock that was set back must not make negative lengths. */
  lengths(nowMs: number): SeatLength[] {
    return [...this.#seats.values()].map(({ fromMs, toMs }) => ({
      lengthMs: Math.max(0, (toMs ?? nowMs) - fromMs),
      isEnded: toMs !== null,
    }));
  }
}
