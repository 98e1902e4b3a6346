/**
 * Reading the state again from the store after a batch failed [L83]: tried until it succeeds. Who asks meanwhile waits
 * for the attempt that runs, and is refused when it fails, so that nobody hangs on a store that cannot be read.
 */
import { type Clock, SECOND } from '../../shared/time.ts';
import { NotDurableError } from './commit-queue.ts';

const AGAIN_AFTER_MS = SECOND;

export interface ReloadPorts {
  readonly clock: Clock;
  /** Rejects when the store cannot be read. */
  load(): Promise<void>;
  isClosing(): boolean;
  onUnreadable(cause: unknown): void;
  onLoaded(): void;
}

export class Reloading {
  readonly #ports: ReloadPorts;
  #all: Promise<void> | null = null;
  #attempt: Promise<void> = Promise.resolve();
  #failure: { readonly cause: unknown } | null = null;

  constructor(ports: ReloadPorts) {
    this.#ports = ports;
  }

  get isRunning(): boolean {
    return this.#all !== null;
  }

  start(): void {
    this.#all ??= this.#run();
  }

  /** Resolves when the state is what the store says; rejects with NotDurableError when an attempt failed. */
  async ready(): Promise<void> {
    while (this.isRunning) {
      await this.#attempt;
      if (this.isRunning && this.#failure)
        throw new NotDurableError(
          'The store cannot be read, so nothing is decided: try again later.',
          this.#failure,
        );
    }
  }

  /** Resolves when it is over, however often it was tried. */
  async ended(): Promise<void> {
    await this.#all;
  }

  async #run(): Promise<void> {
    const { clock, isClosing, onLoaded } = this.#ports;
    for (;;) {
      this.#attempt = this.#try();
      await this.#attempt;
      if (!this.#failure || isClosing()) break;
      await new Promise<void>((resolve) => clock.setTimer(resolve, AGAIN_AFTER_MS));
    }
    this.#all = null;
    if (!isClosing()) onLoaded();
  }

  async #try(): Promise<void> {
    try {
      await this.#ports.load();
      this.#failure = null;
    } catch (cause) {
      this.#failure = { cause };
      this.#ports.onUnreadable(cause);
    }
  }
}
