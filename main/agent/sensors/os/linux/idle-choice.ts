/**
 * Which idle source of Linux is asked: Mutter where it runs, else X11, else none. Under Wayland the X server is a
 * guest that sees only the input of its own windows, so it is never asked there.
 */
import type { Clock } from '../../../../../shared/time.ts';
import type { IdleReading, IdleSource, SourceHealth } from '../ports.ts';
import { openMutterIdle } from './mutter-idle.ts';
import { X11Idle } from './x11-idle.ts';

/** Without a source: how often we look for one. Also how often X11 is given up for a Mutter that came later. */
const CHOOSE_EVERY_MS = 30_000;
const PERIOD_WITHOUT_SOURCE_MS = 5_000;

export interface LinuxSessionSettings {
  readonly display: string | undefined;
  readonly authorityPath: string | undefined;
  readonly isWayland: boolean;
  readonly sessionBusAddress: string | undefined;
}

export class LinuxIdle implements IdleSource {
  readonly #settings: LinuxSessionSettings;
  readonly #clock: Clock;
  #source: IdleSource | undefined;
  #chooseAtMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(settings: LinuxSessionSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  async read(): Promise<IdleReading> {
    const isWorking = this.#source?.health().state === 'working';
    if (!isWorking && this.#clock.monotonicMs() >= this.#chooseAtMs) await this.#choose();
    return this.#source ? this.#source.read() : { known: false, because: 'no-source' };
  }

  async #choose(): Promise<void> {
    this.#chooseAtMs = this.#clock.monotonicMs() + CHOOSE_EVERY_MS;
    const before = this.#source;
    const mutter = await this.#openMutter();
    if (mutter) this.#source = mutter;
    else if (!(before instanceof X11Idle)) this.#source = this.#openX11();
    if (before && before !== this.#source) before.close();
    if (this.#closed) this.#source?.close();
  }

  async #openMutter(): Promise<IdleSource | undefined> {
    const address = this.#settings.sessionBusAddress;
    if (address === undefined) return undefined;
    try {
      return await openMutterIdle(address, this.#clock);
    } catch {
      return undefined; // No session bus is normal without a desktop; health() says that there is no source.
    }
  }

  #openX11(): IdleSource | undefined {
    const { display, authorityPath, isWayland } = this.#settings;
    return display === undefined || isWayland ? undefined : new X11Idle(display, authorityPath, this.#clock);
  }

  periodMs(): number {
    return this.#source?.periodMs() ?? PERIOD_WITHOUT_SOURCE_MS;
  }

  health(): SourceHealth {
    return this.#source?.health() ?? { source: 'none', state: 'failed', detail: this.#whyNone() };
  }

  #whyNone(): string {
    if (this.#settings.isWayland)
      return 'This Wayland desktop offers no way to read keyboard and mouse idle time; sessions count as active.';
    return 'There is neither a GNOME desktop nor an X display in this session; sessions count as active.';
  }

  close(): void {
    this.#closed = true;
    this.#source?.close();
  }
}
