/** A clock that tests move by hand: it can advance, jump, sleep and go backwards. Never touches real time. */
import type { Cancel, Clock } from '../../shared/time.ts';

interface Timer {
  readonly atMonotonicMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** More timers than this in one `advance` is a runaway loop, not a test. */
const MAXIMUM_TIMERS_PER_ADVANCE = 1_000_000;

export interface FakeClockStart {
  readonly wallMs?: number;
  readonly monotonicMs?: number;
}

export class FakeClock implements Clock {
  #wallMs: number;
  #monotonicMs: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** Starts at 2026-01-05 08:00 UTC, a Monday morning, unless told otherwise. */
  constructor({ wallMs = Date.UTC(2026, 0, 5, 8), monotonicMs = 1_000 }: FakeClockStart = {}) {
    this.#wallMs = wallMs;
    this.#monotonicMs = monotonicMs;
  }

  wallMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  setTimer(run: () => void, delayMs: number): Cancel {
    const timer: Timer = {
      atMonotonicMs: this.#monotonicMs + Math.max(0, delayMs),
      order: this.#order++,
      run,
    };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Timers that have not run and were not canceled: 0 after everything was stopped. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Both clocks go forward by `ms`; due timers run in order, each at its own instant. */
  advance(ms: number): void {
    const untilMs = this.#monotonicMs + ms;
    for (let count = 0; this.#step(untilMs); count++) {
      if (count > MAXIMUM_TIMERS_PER_ADVANCE) throw new Error('a timer sets itself without end');
    }
    this.#moveTo(untilMs);
  }

  /** Like `advance`, but lets promises settle after each timer and at the end; `settled` waits for what else is under way. */
  async advanceAsync(ms: number, settled: () => Promise<void> = settle): Promise<void> {
    const untilMs = this.#monotonicMs + ms;
    await settled();
    for (let count = 0; this.#step(untilMs); count++) {
      if (count > MAXIMUM_TIMERS_PER_ADVANCE) throw new Error('a timer sets itself without end');
      await settled();
    }
    this.#moveTo(untilMs);
    await settled();
  }

  /** The wall clock is set by `ms` (negative: backwards); monotonic time and timers notice nothing. */
  jump(ms: number): void {
    this.#wallMs += ms;
  }

  /** The machine sleeps for `ms`: wall time passes, monotonic time stands still, no timer runs. */
  sleep(ms: number): void {
    this.#wallMs += ms;
  }

  /** The process stands still for `ms` (suspended, stopped): both clocks go on, and timers that fall due run late. */
  stall(ms: number): void {
    this.#moveTo(this.#monotonicMs + ms);
  }

  /** Runs the next due timer, if one is due by `untilMs`. */
  #step(untilMs: number): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMonotonicMs > untilMs) continue;
      if (
        !next ||
        timer.atMonotonicMs < next.atMonotonicMs ||
        (timer.atMonotonicMs === next.atMonotonicMs && timer.order < next.order)
      )
        next = timer;
    }
    if (!next) return false;
    this.#timers.delete(next);
    this.#moveTo(next.atMonotonicMs);
    next.run();
    return true;
  }

  #moveTo(monotonicMs: number): void {
    const passedMs = Math.max(0, monotonicMs - this.#monotonicMs);
    this.#monotonicMs += passedMs;
    this.#wallMs += passedMs;
  }
}

/** Lets pending promise callbacks run; real sockets and files need a condition instead. */
async function settle(): Promise<void> {
  for (let round = 0; round < 60; round++) await Promise.resolve();
}
