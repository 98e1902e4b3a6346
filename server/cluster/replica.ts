/**
 * [L104] A copy of the durable state that follows the recorded events: those that arrive by the link, and those read
 * from the database when something is missing. Applies them in order, each once, and tells who listens.
 */
import type { Cancel, Clock } from '../../shared/time.ts';
import type { RecordedEvent } from '../ledger/events.ts';
import { durableFrom, replay } from '../ledger/heads.ts';
import type { LedgerNotice, LedgerStore } from '../ledger/ports.ts';
import type { LedgerState } from '../ledger/state.ts';

/** Read at once from the database; more come in the next round. */
const EVENTS_AT_ONCE = 2_000;

export interface ReplicaOptions {
  readonly store: Pick<LedgerStore, 'events' | 'load'>;
  readonly clock: Clock;
  /** The database is asked this often, however quiet it is. */
  readonly pollEveryMs: number;
  readonly tell: (notice: LedgerNotice) => void;
  readonly onProblem: (sentence: string, cause: unknown) => void;
}

interface Waiter {
  readonly eventNumber: number;
  readonly resolve: () => void;
}

export class Replica {
  readonly #options: ReplicaOptions;
  #state: LedgerState;
  #waiters: Waiter[] = [];
  #isReading = false;
  #isWanted = false;
  #isSpoiled = false;
  #isStopped = false;
  #cancelPoll: Cancel;

  /** @param state belongs to the replica from now on */
  constructor(state: LedgerState, options: ReplicaOptions) {
    this.#options = options;
    this.#state = state;
    this.#cancelPoll = this.#poll();
  }

  state(): LedgerState {
    return this.#state;
  }

  /** Events that came by the link. What is known already is passed over; after a hole the database is read. */
  offer(events: readonly RecordedEvent[]): void {
    if (this.#isStopped || this.#isSpoiled) return;
    const fresh = events.filter(({ eventNumber }) => eventNumber > this.#state.eventNumber);
    const [first] = fresh;
    if (first === undefined) return;
    if (first.eventNumber === this.#state.eventNumber + 1) this.#apply(fresh);
    else this.wake();
  }

  /** There may be events that are not here yet. */
  wake(): void {
    this.#isWanted = true;
    if (!this.#isReading && !this.#isStopped) void this.#read();
  }

  /** Resolves once the event of this number was applied; at once when it was, or when the replica has stopped. */
  reached(eventNumber: number): Promise<void> {
    if (this.#isStopped || this.#state.eventNumber >= eventNumber) return Promise.resolve();
    this.wake();
    return new Promise((resolve) => this.#waiters.push({ eventNumber, resolve }));
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelPoll();
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  #poll(): Cancel {
    const { clock, pollEveryMs } = this.#options;
    return clock.setTimer(() => {
      this.wake();
      this.#cancelPoll = this.#poll();
    }, pollEveryMs);
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#isWanted && !this.#isStopped) {
        this.#isWanted = false;
        if (this.#isSpoiled) await this.#loadAgain();
        const events = await this.#options.store.events(this.#state.eventNumber, EVENTS_AT_ONCE);
        if (events.length === EVENTS_AT_ONCE) this.#isWanted = true;
        if (!this.#isStopped) this.#takeRead(events);
      }
    } catch (cause) {
      this.#options.onProblem('The events of the ledger cannot be read; trying again', cause);
    } finally {
      this.#isReading = false;
    }
  }

  /** While the database was read, some of them may have come by the link. */
  #takeRead(events: readonly RecordedEvent[]): void {
    const fresh = events.filter(({ eventNumber }) => eventNumber > this.#state.eventNumber);
    if (fresh.length > 0) this.#apply(fresh);
  }

  #apply(events: readonly RecordedEvent[]): void {
    try {
      replay(this.#state, events);
    } catch (cause) {
      // In the middle of an event: only the database can tell the state now.
      this.#isSpoiled = true;
      this.#options.onProblem('An event could not be applied; the state is loaded again', cause);
      this.wake();
      return;
    }
    this.#options.tell({ kind: 'committed', events });
    this.#release();
  }

  #release(): void {
    const { eventNumber } = this.#state;
    const reached = this.#waiters.filter((waiter) => waiter.eventNumber <= eventNumber);
    if (reached.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.eventNumber > eventNumber);
    for (const { resolve } of reached) resolve();
  }

  async #loadAgain(): Promise<void> {
    const state = durableFrom(await this.#options.store.load());
    if (this.#isStopped) return;
    this.#state = state;
    this.#isSpoiled = false;
    this.#options.tell({ kind: 'reloaded' });
    this.#release();
  }
}
