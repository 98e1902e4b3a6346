/**
 * When a snapshot is kept, and who makes it. A small state is turned into an image at once. A large one would hold up
 * every socket for that long: then the store replays its own events beside this thread, where it can.
 */
import type { LedgerStore } from './ports.ts';
import { imageOf } from './snapshot.ts';
import type { LedgerState } from './state.ts';

/** Sessions, leases, tickets and offers whose image costs a few milliseconds. */
const SMALL = 2_000;

export interface SnapshotPorts {
  readonly store: LedgerStore;
  /** A snapshot is kept after so many events; of a large state at the earliest after half as many as it has parts. */
  readonly every: number;
  /** What is durable. */
  state(): LedgerState;
  onProblem(sentence: string, cause: unknown): void;
}

export class SnapshotKeeper {
  readonly #ports: SnapshotPorts;
  #eventsSince: number;
  #running: Promise<void> | null = null;

  /** @param eventsSince how many events come after the newest snapshot */
  constructor(ports: SnapshotPorts, eventsSince: number) {
    this.#ports = ports;
    this.#eventsSince = eventsSince;
  }

  committed(events: number): void {
    this.#eventsSince += events;
    if (this.#running || this.#eventsSince < this.#ports.every) return;
    const parts = partsOf(this.#ports.state());
    if (parts > SMALL && this.#eventsSince < parts / 2) return;
    this.#start(parts <= SMALL);
  }

  /** At the end, so that the next start replays nothing. */
  async keepLast(): Promise<void> {
    await this.#running;
    if (this.#eventsSince > 0) this.#start(true);
    await this.#running;
  }

  #start(isAtOnce: boolean): void {
    this.#eventsSince = 0;
    this.#running = this.#keep(isAtOnce).finally(() => {
      this.#running = null;
    });
  }

  async #keep(isAtOnce: boolean): Promise<void> {
    const { store, state, onProblem } = this.#ports;
    try {
      if (!isAtOnce && store.keepReplayed) return await store.keepReplayed();
      // The store turns the image into text before it gives control back: it is of this very moment.
      const { eventNumber } = state();
      await store.saveSnapshot({ eventNumber, body: imageOf(state()) });
    } catch (cause) {
      onProblem('A snapshot was not kept; the events are', cause);
    }
  }
}

function partsOf({ sessions, leases, tickets, offers }: LedgerState): number {
  return sessions.size + leases.size + tickets.size + offers.size;
}
