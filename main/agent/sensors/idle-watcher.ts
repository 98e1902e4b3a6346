/**
 * Watches the session as a whole: idle time of keyboard and mouse, lock, sleep. Unknown is never idle: a failed source,
 * a gap between two looks, a clock that jumped and a machine that woke up all start the silence anew.
 */
import { type Cancel, type Clock, SECOND } from '../../../shared/time.ts';
import type { Observation } from './observations.ts';
import type { IdleReading, OsPorts, PowerEvent } from './os/ports.ts';
import { clampIdle, type SessionIdle } from './session-idle.ts';

const TICK_MS = 1 * SECOND;
/** Wall and monotonic clock may part by this much between two looks before it means something. */
const CLOCK_TOLERANCE_MS = 5 * SECOND;
/** A look later than this many periods saw nothing of what happened between. */
const GAP_PERIODS = 3;
/** Announced sleep that has not come by now was called off. */
const SLEEP_COMES_WITHIN_MS = 30 * SECOND;

export interface IdleWatcherOptions {
  readonly ports: Pick<OsPorts, 'idle' | 'power'>;
  readonly clock: Clock;
  readonly onObservation: (observation: Observation) => void;
  /** After every reading. */
  readonly onRead?: () => void;
}

interface Instant {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly asleepMs: number | undefined;
}

export class IdleWatcher {
  readonly #options: IdleWatcherOptions;
  readonly #stopListening: Cancel;
  #cancelTick: Cancel = () => {};
  #stopped = false;
  #lastTick: Instant;
  /** Silence is counted from here: agent start, unlock, resume, change of source, whichever came last. */
  #watchingSinceMs: number;
  #nextReadAtMs = Number.NEGATIVE_INFINITY;
  #source: string | undefined;
  #session: SessionIdle = { known: false, because: 'no-source' };
  #readAtMs: number;
  #sleepingSinceMs: number | undefined;
  #locked = false;

  constructor(options: IdleWatcherOptions) {
    this.#options = options;
    this.#lastTick = this.#now();
    this.#watchingSinceMs = this.#lastTick.monotonicMs;
    this.#readAtMs = this.#lastTick.monotonicMs;
    this.#stopListening = options.ports.power.listen((event) => this.#receive(event));
    if (options.ports.power.isLocked() === true) this.#setLocked(true);
    this.#schedule(0);
  }

  /** Idle time now: the last reading and what has passed since. */
  session(): SessionIdle {
    if (!this.#session.known) return this.#session;
    const sinceReadMs = this.#options.clock.monotonicMs() - this.#readAtMs;
    return { ...this.#session, idleMs: this.#session.idleMs + Math.max(0, sinceReadMs) };
  }

  #now(): Instant {
    const { clock, ports } = this.#options;
    return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs(), asleepMs: ports.power.asleepMs() };
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancelTick = this.#options.clock.setTimer(() => {
      void this.#tick().finally(() => this.#schedule(TICK_MS));
    }, delayMs);
  }

  async #tick(): Promise<void> {
    const now = this.#now();
    const trouble = this.#compareClocks(this.#lastTick, now);
    this.#lastTick = now;
    if (trouble !== undefined) {
      this.#watchingSinceMs = now.monotonicMs;
      this.#session = { known: false, because: trouble };
      this.#nextReadAtMs = now.monotonicMs + TICK_MS;
      this.#options.onRead?.();
      return;
    }
    if (now.monotonicMs < this.#nextReadAtMs) return;
    await this.#read();
  }

  /** @returns why the time since the last look is unknown */
  #compareClocks(before: Instant, now: Instant): 'sample-gap' | 'clock-step' | undefined {
    const passedMs = now.monotonicMs - before.monotonicMs;
    const aheadMs = now.wallMs - before.wallMs - passedMs;
    const asleepMs = this.#sleptBetween(before, now, aheadMs);
    if (asleepMs > CLOCK_TOLERANCE_MS) {
      this.#suspended(before.wallMs);
      this.#resumed();
      return undefined;
    }
    if (
      this.#sleepingSinceMs !== undefined &&
      now.monotonicMs - this.#sleepingSinceMs > SLEEP_COMES_WITHIN_MS
    )
      this.#resumed();
    if (Math.abs(aheadMs) > CLOCK_TOLERANCE_MS) return 'clock-step';
    return passedMs > GAP_PERIODS * Math.max(TICK_MS, this.#options.ports.idle.periodMs())
      ? 'sample-gap'
      : undefined;
  }

  /**
   * Where the monotonic clock stands still in sleep, wall time that nobody lived through is sleep. A clock that was
   * set forward looks the same, and is rightly treated the same: that time was not used either.
   */
  #sleptBetween(before: Instant, now: Instant, aheadMs: number): number {
    if (before.asleepMs !== undefined && now.asleepMs !== undefined) return now.asleepMs - before.asleepMs;
    return aheadMs;
  }

  async #read(): Promise<void> {
    const { ports, clock } = this.#options;
    const reading = await this.#readSource();
    if (this.#stopped) return;
    const nowMs = clock.monotonicMs();
    const { source } = ports.idle.health();
    const isOtherSource = this.#source !== undefined && source !== this.#source;
    if (isOtherSource || !reading.known) this.#watchingSinceMs = nowMs;
    this.#source = source;
    this.#readAtMs = nowMs;
    this.#session = clampIdle(reading, nowMs - this.#watchingSinceMs);
    this.#nextReadAtMs = nowMs + ports.idle.periodMs() - TICK_MS / 2;
    this.#options.onRead?.();
  }

  async #readSource(): Promise<IdleReading> {
    try {
      return await this.#options.ports.idle.read();
    } catch {
      return { known: false, because: 'source-failed' }; // The source's health says why.
    }
  }

  #receive(event: PowerEvent): void {
    if (this.#stopped) return;
    if (event === 'lock' || event === 'unlock') this.#setLocked(event === 'lock');
    else if (event === 'sleep') this.#suspended(this.#options.clock.wallMs());
    else this.#resumed();
  }

  #setLocked(locked: boolean): void {
    if (locked === this.#locked) return;
    this.#locked = locked;
    const { clock, onObservation } = this.#options;
    if (!locked) this.#restart(true);
    onObservation({ kind: locked ? 'locked' : 'unlocked', atMs: clock.wallMs() });
  }

  #suspended(atMs: number): void {
    if (this.#sleepingSinceMs !== undefined) return;
    this.#sleepingSinceMs = this.#options.clock.monotonicMs();
    this.#options.onObservation({ kind: 'machine-suspended', atMs });
  }

  #resumed(): void {
    if (this.#sleepingSinceMs === undefined) return;
    this.#sleepingSinceMs = undefined;
    this.#restart(false);
    this.#options.onObservation({ kind: 'machine-resumed', atMs: this.#options.clock.wallMs() });
  }

  /** Silence before this instant does not count, and a fresh reading is due. @param isInput somebody was there just now */
  #restart(isInput: boolean): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#watchingSinceMs = nowMs;
    this.#readAtMs = nowMs;
    if (this.#session.known) this.#session = { known: true, idleMs: 0, isInput };
    this.#nextReadAtMs = Number.NEGATIVE_INFINITY;
  }

  stop(): void {
    this.#stopped = true;
    this.#stopListening();
    this.#cancelTick();
  }
}
