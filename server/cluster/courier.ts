/**
 * [L105] [L106] Submissions on their way to the owner: kept in order until they are answered, sent again by every new
 * route with the same command ids, bounded in number and in time. Knows neither sockets nor who the owner is.
 */
import { type Cancel, type Clock, SECOND } from '../../shared/time.ts';
import { NotDurableError } from '../ledger/commit-queue.ts';
import type { LedgerOutcome, Submission } from '../ledger/ports.ts';
import type { Forwarded, ForwardedAnswer } from './messages.ts';

/** More than this many that wait are refused: an agent keeps what is refused and tells it again. */
export const MAXIMUM_WAITING = 20_000;

/** A way to the owner. Gets the submissions in their order; may be called several times in one turn. */
export type Route = (items: readonly Forwarded[]) => void;

export interface CourierOptions {
  readonly clock: Clock;
  readonly waitMs: number;
  /** The replica has applied the event of this number. */
  readonly reached: (eventNumber: number) => Promise<void>;
}

interface Waiting {
  readonly item: Forwarded;
  /** Set while the events of the answer are not seen here yet. */
  isAnswered: boolean;
  readonly untilMonotonicMs: number;
  resolve(outcome: LedgerOutcome): void;
  reject(error: Error): void;
}

export class Courier {
  readonly #options: CourierOptions;
  readonly #waiting = new Map<number, Waiting>();
  #route: Route | null = null;
  #unsent: Forwarded[] = [];
  #lastId = 0;
  #cancelLook: Cancel | null = null;
  /** Since the start, for the metrics. */
  forwarded = 0;

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves when it is durable and seen here. Rejects with NotDurableError. */
  send(submission: Submission): Promise<LedgerOutcome> {
    if (this.#waiting.size >= MAXIMUM_WAITING)
      return Promise.reject(new NotDurableError('Too much waits for the owner of the ledger: try again.'));
    const { clock, waitMs } = this.#options;
    const item: Forwarded = { id: ++this.#lastId, submission };
    this.#cancelLook ??= clock.setTimer(() => this.#look(), SECOND);
    return new Promise<LedgerOutcome>((resolve, reject) => {
      const untilMonotonicMs = clock.monotonicMs() + waitMs;
      this.#waiting.set(item.id, { item, isAnswered: false, untilMonotonicMs, resolve, reject });
      this.#queue(item);
    });
  }

  /** null: there is no way at the moment. Everything that waits goes by a new way first, in its order. */
  setRoute(route: Route | null): void {
    this.#route = route;
    this.#unsent = [];
    if (route === null) return;
    const items = [...this.#waiting.values()].filter(({ isAnswered }) => !isAnswered).map(({ item }) => item);
    if (items.length > 0) route(items);
  }

  /** @param eventNumber what was durable when these were answered */
  answered(items: readonly ForwardedAnswer[], eventNumber: number): void {
    const taken = items.flatMap((item) => {
      const waiting = this.#waiting.get(item.id);
      if (!waiting || waiting.isAnswered) return [];
      waiting.isAnswered = true;
      return [{ waiting, item }];
    });
    if (taken.length === 0) return;
    void this.#options.reached(eventNumber).then(() => {
      for (const { waiting, item } of taken) if (this.#waiting.delete(item.id)) settle(waiting, item);
    });
  }

  /** Refuses everything that waits. */
  stop(): void {
    this.#cancelLook?.();
    this.#route = null;
    this.#refuse([...this.#waiting.values()], 'The server stops: try again.');
  }

  /** What is submitted in one turn goes in one message. */
  #queue(item: Forwarded): void {
    if (this.#route === null) return;
    this.#unsent.push(item);
    if (this.#unsent.length === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const items = this.#unsent;
    this.#unsent = [];
    if (items.length === 0 || this.#route === null) return;
    this.forwarded += items.length;
    this.#route(items);
  }

  /** The oldest stand first, and all wait equally long. */
  #look(): void {
    this.#cancelLook = null;
    const { clock } = this.#options;
    const late: Waiting[] = [];
    for (const waiting of this.#waiting.values()) {
      if (waiting.untilMonotonicMs > clock.monotonicMs()) break;
      late.push(waiting);
    }
    this.#refuse(late, 'No owner of the ledger could be reached in time: try again.');
    if (this.#waiting.size > 0) this.#cancelLook = clock.setTimer(() => this.#look(), SECOND);
  }

  #refuse(refused: readonly Waiting[], sentence: string): void {
    for (const { item } of refused) this.#waiting.delete(item.id);
    for (const { reject } of refused) reject(new NotDurableError(sentence));
  }
}

function settle({ resolve, reject }: Waiting, item: ForwardedAnswer): void {
  if ('outcome' in item) resolve(item.outcome);
  else reject(new NotDurableError(item.failed));
}
