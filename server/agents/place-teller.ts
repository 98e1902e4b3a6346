/**
 * Tells people in a queue that their place moved. One person's turn moves everybody behind them, so moves are
 * collected: a short queue is told at once, a long one in slices and at most so often that a thousand people a second
 * are told, whatever happens in their pools.
 */
import type { UserId } from '../../shared/domain.ts';
import type { Cancel, Clock } from '../../shared/time.ts';

/** People told in one turn of the event loop. */
const PEOPLE_PER_TURN = 100;
const SHORTEST_ROUND_MS = 50;
const MS_PER_PERSON = 1;

export interface PlaceTellerOptions {
  readonly clock: Clock;
  /** Who waits in a pool and can be told. */
  readonly waitingIn: (poolId: string) => Iterable<UserId>;
  readonly tell: (userId: UserId) => void;
}

export class PlaceTeller {
  readonly #options: PlaceTellerOptions;
  readonly #poolIds = new Set<string>();
  #people: UserId[] = [];
  /** When the next round may begin. */
  #restsUntilMs = Number.NEGATIVE_INFINITY;
  #cancel: Cancel | null = null;
  #isStopped = false;

  constructor(options: PlaceTellerOptions) {
    this.#options = options;
  }

  /** Places in these pools' queues moved. */
  moved(poolIds: Iterable<string>): void {
    for (const poolId of poolIds) this.#poolIds.add(poolId);
    this.#goOn();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
    this.#cancel = null;
  }

  #goOn(): void {
    if (this.#cancel !== null || this.#isStopped) return;
    const restMs = this.#restsUntilMs - this.#options.clock.monotonicMs();
    if (this.#people.length > 0) this.#tellSome();
    else if (this.#poolIds.size > 0 && restMs > 0) this.#wait(restMs);
    else if (this.#poolIds.size > 0) this.#beginRound();
  }

  #beginRound(): void {
    const { clock, waitingIn } = this.#options;
    const people = new Set<UserId>();
    for (const poolId of this.#poolIds) for (const userId of waitingIn(poolId)) people.add(userId);
    this.#poolIds.clear();
    this.#people = [...people];
    this.#restsUntilMs =
      clock.monotonicMs() + Math.max(SHORTEST_ROUND_MS, this.#people.length * MS_PER_PERSON);
    this.#tellSome();
  }

  #tellSome(): void {
    for (const userId of this.#people.splice(0, PEOPLE_PER_TURN)) this.#options.tell(userId);
    if (this.#people.length > 0) this.#wait(0);
    else this.#goOn();
  }

  #wait(delayMs: number): void {
    this.#cancel = this.#options.clock.setTimer(() => {
      this.#cancel = null;
      this.#goOn();
    }, delayMs);
  }
}
