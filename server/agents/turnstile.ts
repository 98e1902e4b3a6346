/**
 * Lets work in one after the other and gives the event loop back in between: when ten thousand agents come at once,
 * whoever is inside already (renewals, facts, offers) waits for one slice of newcomers and not for all of them.
 */
import type { Clock } from '../../shared/time.ts';

/** Newcomers are let in for so long in one turn of the event loop, then everybody else has a turn. */
const SLICE_MS = 5;

export class Turnstile {
  readonly #clock: Clock;
  readonly #nextTurn: (run: () => void) => void;
  #waiting: (() => void)[] = [];
  /** End of the slice of this turn; null: nobody came in this turn. */
  #untilMs: number | null = null;

  /** @param nextTurn runs something once the event loop has seen to everything else that is ready */
  constructor(clock: Clock, nextTurn: (run: () => void) => void = setImmediate) {
    this.#clock = clock;
    this.#nextTurn = nextTurn;
  }

  /** Runs it now when this turn has time left and nobody waits, else in the order of coming. It must not throw. */
  enter(work: () => void): void {
    if (this.#untilMs === null) this.#openSlice();
    if (this.#waiting.length === 0 && this.#hasTime()) work();
    else this.#waiting.push(work);
  }

  #openSlice(): void {
    this.#untilMs = this.#clock.monotonicMs() + SLICE_MS;
    this.#nextTurn(() => this.#turn());
  }

  #hasTime(): boolean {
    return this.#untilMs !== null && this.#clock.monotonicMs() < this.#untilMs;
  }

  #turn(): void {
    this.#untilMs = null;
    if (this.#waiting.length === 0) return;
    this.#openSlice();
    let done = 0;
    do this.#waiting[done++]?.();
    while (done < this.#waiting.length && this.#hasTime());
    this.#waiting.splice(0, done);
  }
}
