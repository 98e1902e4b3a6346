/**
 * Group commit: hands waiting units to the store as one batch while the next ones gather. A batch that fails takes all
 * later ones with it, because they were decided on a state that never came to be.
 */
import type { CommitUnit, LedgerOutcome } from './ports.ts';

/** The decision could not be made durable. A repeat with the same id is safe. */
export class NotDurableError extends Error {}

/** Nothing of it needs to be kept. */
export function isEmpty({ events, answer, outbox, changes }: CommitUnit): boolean {
  return events.length === 0 && answer === null && outbox === null && changes.length === 0;
}

interface Waiting {
  readonly unit: CommitUnit;
  readonly answer: LedgerOutcome;
  resolve(answer: LedgerOutcome): void;
  reject(error: Error): void;
}

export interface CommitPorts {
  append(units: readonly CommitUnit[]): Promise<void>;
  /** The batch is durable: apply and publish it, in order, before anybody gets an answer. */
  onDurable(units: readonly CommitUnit[]): void;
  /** A batch failed; everybody who waited was refused. */
  onFailed(cause: unknown): void;
}

export class CommitQueue {
  readonly #ports: CommitPorts;
  #waiting: Waiting[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #underWay: Promise<void> | null = null;
  #isRunning = false;

  constructor(ports: CommitPorts) {
    this.#ports = ports;
  }

  /** @returns the answer once the unit is durable; rejects with NotDurableError */
  push(unit: CommitUnit, answer: LedgerOutcome): Promise<LedgerOutcome> {
    const durable = new Promise<LedgerOutcome>((resolve, reject) => {
      this.#waiting.push({ unit, answer, resolve, reject });
    });
    this.#last = durable.catch(() => undefined);
    if (!this.#isRunning) void this.#run();
    return durable;
  }

  /** Refuses everybody who waits and is not under way yet. */
  failAll(cause: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const error = new NotDurableError('The decision could not be kept: try again.', { cause });
    for (const one of waiting) one.reject(error);
  }

  /** Resolves when everything that was pushed so far is durable or refused. */
  async settled(): Promise<void> {
    await this.#last;
    await this.#underWay;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // One turn later, so that all decisions of this turn share the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      this.#underWay = this.#commit(batch);
      await this.#underWay;
    }
    this.#isRunning = false;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const units = batch.map(({ unit }) => unit);
    try {
      await this.#ports.append(units);
      this.#ports.onDurable(units);
    } catch (cause) {
      this.#waiting = [...batch, ...this.#waiting];
      this.#ports.onFailed(cause);
      this.failAll(cause);
      return;
    }
    for (const { resolve, answer } of batch) resolve(answer);
  }
}
