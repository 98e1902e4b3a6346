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

/** @param choices at least one, best first */
export function withFallback(choices: readonly ScannerChoice[], clock: Clock): ProcessScanner {
  let index = 0;
  let current: ProcessScanner | undefined;
  let fellBackAtMs = 0;
  let why = '';
  /** What the scanner reported as running, so that a change of scanner can take it back. */
  let running = new Map<string, { pid: number; startKey: string }>();

  async function scanWith(choice: ScannerChoice): Promise<ScanResult> {
    current ??= await choice.open();
    return current.scan();
  }

  function leave(next: number, reason: string): void {
    current?.close();
    current = undefined;
    index = next;
    why = reason;
    fellBackAtMs = clock.monotonicMs();
  }

  function remember(result: ScanResult, dropped: readonly { pid: number; startKey: string }[]): ScanResult {
    for (const { pid, startKey } of result.vanished) running.delete(`${pid} ${startKey}`);
    for (const { pid, startKey } of result.appeared) running.set(`${pid} ${startKey}`, { pid, startKey });
    const gone = dropped.filter(({ pid, startKey }) => !running.has(`${pid} ${startKey}`));
    return gone.length === 0 ? result : { ...result, vanished: [...gone, ...result.vanished] };
  }

  return {
    async scan() {
      let dropped: { pid: number; startKey: string }[] = [];
      if (index > 0 && clock.monotonicMs() - fellBackAtMs >= RETRY_PRIMARY_AFTER_MS) {
        leave(0, '');
        dropped = [...running.values()];
        running = new Map();
      }
      for (;;) {
        const choice = choices[index];
        if (!choice) throw new Error('there is no way to list processes on this system', { cause: why });
        try {
          return remember(await scanWith(choice), dropped);
        } catch (error) {
          if (index + 1 >= choices.length) {
            leave(0, messageOf(error));
            throw new Error('processes cannot be listed', { cause: error });
          }
          leave(index + 1, `${choice.source} does not work: ${messageOf(error)}`);
          dropped = [...dropped, ...running.values()];
          running = new Map();
        }
      }
    },
    details: (pid, startKey) => current?.details(pid, startKey),
    counters: (pid, startKey) => current?.counters(pid, startKey),
    health(): SourceHealth {
      const health = current?.health() ?? {
        source: choices[0]?.source ?? 'none',
        state: 'failed',
        detail: why,
      };
      return index > 0 && health.state === 'working' ? { ...health, state: 'fallback', detail: why } : health;
    },
    close() {
      current?.close();
      current = undefined;
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
