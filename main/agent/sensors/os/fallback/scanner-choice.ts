/**
 * Tries the process scanners of a system in order and stays with the first that works. The scanner that runs may
 * fail later: then the next one takes over, and everything appears anew under it.
 */
import { type Clock, MINUTE } from '../../../../../shared/time.ts';
import type { ProcessScanner, ScanResult, SourceHealth } from '../ports.ts';

export interface ScannerChoice {
  readonly source: string;
  open(): Promise<ProcessScanner>;
}

/** A fallback is left again when the primary reader may work by now. */
const RETRY_PRIMARY_AFTER_MS = 10 * MINUTE;

interface Identity {
  readonly pid: number;
  readonly startKey: string;
}

/** @param choices at least one, best first */
export function withFallback(choices: readonly ScannerChoice[], clock: Clock): ProcessScanner {
  return new ScannerWithFallback(choices, clock);
}

class ScannerWithFallback implements ProcessScanner {
  readonly #choices: readonly ScannerChoice[];
  readonly #clock: Clock;
  #index = 0;
  #current: ProcessScanner | undefined;
  #fellBackAtMs = 0;
  #why = '';
  /** What the scanner that runs has reported. */
  #running = new Map<string, Identity>();
  /** What former scanners reported and nobody has taken back yet. */
  #dropped = new Map<string, Identity>();

  constructor(choices: readonly ScannerChoice[], clock: Clock) {
    this.#choices = choices;
    this.#clock = clock;
  }

  async scan(): Promise<ScanResult> {
    if (this.#index > 0 && this.#clock.monotonicMs() - this.#fellBackAtMs >= RETRY_PRIMARY_AFTER_MS)
      this.#moveTo(0, '');
    for (;;) {
      const choice = this.#choices[this.#index];
      if (!choice) throw new Error('there is no way to list processes on this system');
      try {
        this.#current ??= await choice.open();
        return this.#account(await this.#current.scan());
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (this.#index + 1 >= this.#choices.length) {
          this.#moveTo(0, why);
          throw new Error('processes cannot be listed', { cause: error });
        }
        this.#moveTo(this.#index + 1, `${choice.source} does not work: ${why}`);
      }
    }
  }

  #moveTo(index: number, why: string): void {
    this.#current?.close();
    this.#current = undefined;
    this.#index = index;
    this.#why = why;
    this.#fellBackAtMs = this.#clock.monotonicMs();
    for (const [key, identity] of this.#running) this.#dropped.set(key, identity);
    this.#running = new Map();
  }

  /** Another scanner may use other start keys: what it does not know under the same key has vanished. */
  #account(result: ScanResult): ScanResult {
    for (const { pid, startKey } of result.vanished) this.#running.delete(`${pid} ${startKey}`);
    for (const { pid, startKey } of result.appeared)
      this.#running.set(`${pid} ${startKey}`, { pid, startKey });
    if (this.#dropped.size === 0) return result;
    const gone = [...this.#dropped]
      .filter(([key]) => !this.#running.has(key))
      .map(([, identity]) => identity);
    this.#dropped = new Map();
    return { ...result, vanished: [...gone, ...result.vanished] };
  }

  details(pid: number, startKey: string) {
    return this.#current?.details(pid, startKey);
  }

  counters(pid: number, startKey: string) {
    return this.#current?.counters(pid, startKey);
  }

  health(): SourceHealth {
    const health = this.#current?.health();
    if (!health)
      return {
        source: this.#choices[0]?.source ?? 'none',
        state: 'failed',
        detail: this.#why || 'not asked yet',
      };
    return this.#index > 0 && health.state === 'working'
      ? { ...health, state: 'fallback', detail: this.#why }
      : health;
  }

  close(): void {
    this.#current?.close();
    this.#current = undefined;
  }
}
