/**
 * Keeps the write-ahead log short without holding up the writer: a thread of its own copies the log into the database
 * while the writer goes on, and the writer only copies the last few pages, so that the log begins anew.
 *
 * | state | what enters | what leaves |
 * |---|---|---|
 * | idle | start, the log began anew | the log is long (to copying) |
 * | copying | the other thread copies | it is done (to copied), or failed (to idle) |
 * | copied | most of the log is in the database | much came meanwhile (to copying again), else to due |
 * | due | the writer finishes before its next transaction | it was told (to idle) |
 */

/** Pages that wait in the log; about 8 MB of 4 kB pages. A log that is used again and again is quicker to flush than one that grows. */
const LONG = 2_000;
/** So many the writer copies itself in a few milliseconds. */
const FEW = 500;
/** Under a load that writes as fast as the other thread copies there is no catching up. */
const MOST_ROUNDS = 3;
/** The other thread does not get on: then the writer does it alone, before the log fills the disk. */
const FAR_TOO_LONG = 32_000;

type State =
  | { readonly state: 'idle' }
  | { readonly state: 'copying' }
  | { readonly state: 'copied'; readonly rounds: number }
  | { readonly state: 'due' };

export class WalKeeper {
  readonly #copy: () => Promise<unknown>;
  #state: State = { state: 'idle' };

  /** @param copy has the log copied beside the writer; may reject */
  constructor(copy: () => Promise<unknown>) {
    this.#copy = copy;
  }

  /** After each commit. @param pages that are in the log only */
  committed(pages: number): void {
    const { state } = this.#state;
    if (pages >= FAR_TOO_LONG && state !== 'copying') this.#state = { state: 'due' };
    else if (state === 'idle' && pages >= LONG) void this.#startCopy(1);
    else if (this.#state.state === 'copied') {
      const { rounds } = this.#state;
      if (pages <= FEW || rounds >= MOST_ROUNDS) this.#state = { state: 'due' };
      else void this.#startCopy(rounds + 1);
    }
  }

  /** true, once: the writer is to copy the rest before its next transaction. */
  takeDue(): boolean {
    if (this.#state.state !== 'due') return false;
    this.#state = { state: 'idle' };
    return true;
  }

  async #startCopy(rounds: number): Promise<void> {
    this.#state = { state: 'copying' };
    try {
      await this.#copy();
      this.#state = { state: 'copied', rounds };
    } catch {
      // A disk that is full or fails shows itself at the next commit, with a sentence; here it is only tried again.
      this.#state = { state: 'idle' };
    }
  }
}
