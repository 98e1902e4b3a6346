/** Who is told what the ledger committed. A listener that fails cannot break the rest. */
import type { LedgerNotice } from './ports.ts';

export class Listeners {
  readonly #listeners = new Set<(notice: LedgerNotice) => void>();
  readonly #onProblem: (sentence: string, cause: unknown) => void;

  constructor(onProblem: (sentence: string, cause: unknown) => void) {
    this.#onProblem = onProblem;
  }

  add(listener: (notice: LedgerNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(notice: LedgerNotice): void {
    for (const listener of this.#listeners) {
      try {
        listener(notice);
      } catch (cause) {
        this.#onProblem('A listener of the ledger failed', cause);
      }
    }
  }
}
