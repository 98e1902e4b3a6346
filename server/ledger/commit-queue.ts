/**
 * Group commit: hands waiting units to the store as one batch while the next ones gather. The next batch is on its way
 * before the finished one is told, so that the disk never waits for listeners. A batch that fails takes all later ones
 * with it, because they were decided on a state that never came to be.
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

class Batch {
  readonly waiting: Waiting[] = [];
  /** Everybody in it was answered or refused. */
  readonly settled: Promise<void>;
  settle: () => void = () => {};

  constructor() {
    this.settled = new Promise((resolve) => {
      this.settle = resolve;
    });
  }
}

/** A batch at the store; `failed` is null when it is durable. */
interface Writing {
  readonly batch: Batch;
  readonly units: readonly CommitUnit[];
  readonly failed: Promise<{ readonly cause: unknown } | null>;
}

export interface CommitPorts {
  append(units: readonly CommitUnit[]): Promise<void>;
  /** The batch is durable: apply and publish it, in order, before anybody gets an answer. */
  onDurable(units: readonly CommitUnit[]): void;
  /** A batch failed; everybody who waited is refused. */
  onFailed(cause: unknown): void;
}

export class CommitQueue {
  readonly #ports: CommitPorts;
  #gathering = new Batch();
  /** The last one that was handed to the store. */
  #underWay: Batch | null = null;
  #isRunning = false;

  constructor(ports: CommitPorts) {
    this.#ports = ports;
  }

  /** @returns the answer once the unit is durable; rejects with NotDurableError */
  push(unit: CommitUnit, answer: LedgerOutcome): Promise<LedgerOutcome> {
    return new Promise((resolve, reject) => {
      this.#gathering.waiting.push({ unit, answer, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  /** Refuses everybody who waits and is not under way yet. */
  failAll(cause: unknown): void {
    refuse(this.#take(), cause);
  }

  /** Resolves when everything that was pushed so far is durable or refused. */
  settled(): Promise<void> {
    if (this.#gathering.waiting.length > 0) return this.#gathering.settled;
    return this.#underWay?.settled ?? Promise.resolve();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // One turn later, so that all decisions of this turn share the first batch.
    await Promise.resolve();
    for (let writing = this.#write(); writing; writing ??= this.#write())
      writing = await this.#finish(writing);
    this.#isRunning = false;
  }

  #take(): Batch {
    const batch = this.#gathering;
    this.#gathering = new Batch();
    return batch;
  }

  /** null: nobody waits. */
  #write(): Writing | null {
    if (this.#gathering.waiting.length === 0) return null;
    const batch = this.#take();
    this.#underWay = batch;
    const units = batch.waiting.map(({ unit }) => unit);
    return { batch, units, failed: this.#append(units) };
  }

  async #append(units: readonly CommitUnit[]): Promise<{ readonly cause: unknown } | null> {
    try {
      await this.#ports.append(units);
      return null;
    } catch (cause) {
      return { cause };
    }
  }

  /** @returns the batch after it, which is at the store already; null: there is none */
  async #finish({ batch, units, failed }: Writing): Promise<Writing | null> {
    const failure = await failed;
    if (failure) return this.#fail([batch], null, failure.cause);
    const next = this.#write();
    try {
      this.#ports.onDurable(units);
    } catch (cause) {
      return this.#fail([batch], next, cause);
    }
    for (const { resolve, answer } of batch.waiting) resolve(answer);
    batch.settle();
    return next;
  }

  /** `next` was decided on a state that is thrown away: what the store kept of it is seen after loading. */
  async #fail(batches: Batch[], next: Writing | null, cause: unknown): Promise<null> {
    this.#ports.onFailed(cause);
    if (next) {
      await next.failed;
      batches.push(next.batch);
    }
    for (const batch of [...batches, this.#take()]) refuse(batch, cause);
    return null;
  }
}

function refuse(batch: Batch, cause: unknown): void {
  const error = new NotDurableError('The decision could not be kept: try again.', { cause });
  for (const { reject } of batch.waiting) reject(error);
  batch.settle();
}
