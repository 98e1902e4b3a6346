/** Idle and lock of this Windows session, by polling: what Windows announces needs a window, which the host has not. */
import type { Cancel, Clock } from '../../../../../shared/time.ts';
import type { IdleReading, IdleSource, PowerEvent, PowerSource, SourceHealth } from '../ports.ts';
import { parseLocked, ticksBetween } from './details-parse.ts';
import type { Native } from './native.ts';

const IDLE_PERIOD_MS = 1_000;
const LOCK_PERIOD_MS = 5_000;

export class WindowsIdle implements IdleSource {
  readonly #native: Pick<Native, 'lastInputTicks'>;
  #hasFailed = false;

  constructor(native: Pick<Native, 'lastInputTicks'>) {
    this.#native = native;
  }

  async read(): Promise<IdleReading> {
    const ticks = this.#native.lastInputTicks();
    this.#hasFailed = ticks === undefined;
    if (!ticks) return { known: false, because: 'source-failed' };
    return { known: true, idleMs: ticksBetween(ticks.inputTick, ticks.nowTick) };
  }

  periodMs(): number {
    return IDLE_PERIOD_MS;
  }

  health(): SourceHealth {
    return this.#hasFailed
      ? {
          source: 'GetLastInputInfo',
          state: 'failed',
          detail: 'Windows does not tell this session its last input.',
        }
      : { source: 'GetLastInputInfo', state: 'working' };
  }

  close(): void {}
}

/** Sleep is seen afterwards, by the time that the machine was not awake. */
export class WindowsPower implements PowerSource {
  readonly #native: Pick<Native, 'sessionInfoBytes' | 'uptimes'>;
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: PowerEvent) => void>();
  #locked: boolean | undefined;
  #cancel: Cancel = () => {};
  #closed = false;

  constructor(native: Pick<Native, 'sessionInfoBytes' | 'uptimes'>, clock: Clock) {
    this.#native = native;
    this.#clock = clock;
    this.#look();
  }

  #look(): void {
    const before = this.#locked ?? false;
    const bytes = this.#native.sessionInfoBytes();
    this.#locked = bytes && parseLocked(bytes);
    const now = this.#locked ?? false;
    if (now !== before) for (const listener of this.#listeners) listener(now ? 'lock' : 'unlock');
    if (!this.#closed) this.#cancel = this.#clock.setTimer(() => this.#look(), LOCK_PERIOD_MS);
  }

  listen(onEvent: (event: PowerEvent) => void): Cancel {
    this.#listeners.add(onEvent);
    return () => {
      this.#listeners.delete(onEvent);
    };
  }

  isLocked(): boolean | undefined {
    return this.#locked;
  }

  asleepMs(): number | undefined {
    const uptimes = this.#native.uptimes();
    return uptimes && uptimes.totalMs - uptimes.awakeMs;
  }

  health(): SourceHealth {
    return this.#locked === undefined
      ? {
          source: 'WTSINFOEX',
          state: 'failed',
          detail: 'Windows does not tell whether this session is locked.',
        }
      : { source: 'WTSINFOEX', state: 'working' };
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
    this.#listeners.clear();
  }
}
