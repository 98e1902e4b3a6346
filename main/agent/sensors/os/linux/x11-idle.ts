/** Session idle of an X server. Reconnects by itself; says "unknown" until it can tell. */
import type { Clock } from '../../../../../shared/time.ts';
import type { IdleReading, IdleSource, SourceHealth } from '../ports.ts';
import { connectX11, type X11Connection } from './x11-connection.ts';
import { parseDisplay } from './x11-display.ts';

const PERIOD_MS = 1_000;
const RECONNECT_AFTER_MS = 10_000;

export class X11Idle implements IdleSource {
  readonly #display: string;
  readonly #authorityPath: string | undefined;
  readonly #clock: Clock;
  #connection: X11Connection | undefined;
  #retryAtMs = Number.NEGATIVE_INFINITY;
  #failure: string | undefined = 'not asked yet';
  #closed = false;

  constructor(display: string, authorityPath: string | undefined, clock: Clock) {
    this.#display = display;
    this.#authorityPath = authorityPath;
    this.#clock = clock;
  }

  async read(): Promise<IdleReading> {
    try {
      this.#connection ??= await this.#connect();
      const idleMs = await this.#connection.idleMs();
      this.#failure = undefined;
      return { known: true, idleMs };
    } catch (error) {
      this.#connection?.close();
      this.#connection = undefined;
      this.#failure = error instanceof Error ? error.message : String(error);
      return { known: false, because: 'source-failed' };
    }
  }

  async #connect(): Promise<X11Connection> {
    const address = parseDisplay(this.#display);
    if (!address) throw new Error('DISPLAY names no X server');
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#retryAtMs) throw new Error(this.#failure ?? 'the X server is gone');
    this.#retryAtMs = nowMs + RECONNECT_AFTER_MS;
    const connection = await connectX11(address, this.#authorityPath, this.#clock);
    if (this.#closed) connection.close();
    return connection;
  }

  periodMs(): number {
    return PERIOD_MS;
  }

  health(): SourceHealth {
    return this.#failure === undefined
      ? { source: 'x11', state: 'working' }
      : { source: 'x11', state: 'failed', detail: this.#failure };
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
    this.#connection = undefined;
  }
}
