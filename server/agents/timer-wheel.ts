/**
 * One timer for thousands of deadlines that need no precision: each thing that waits has one, which comes up to one
 * tick late and never early. Setting it again moves it; nothing is made for it but an entry in a set.
 */
import type { Cancel, Clock } from '../../shared/time.ts';

export interface Turning {
  /** Its time has come; it waits no more unless it is set again. */
  onTurn(): void;
}

export class TimerWheel {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #slots = new Map<number, Set<Turning>>();
  readonly #slotOf = new Map<Turning, number>();
  #armed: { readonly tick: number; readonly cancel: Cancel } | null = null;

  constructor(clock: Clock, tickMs: number) {
    this.#clock = clock;
    this.#tickMs = Math.max(1, tickMs);
  }

  set(thing: Turning, delayMs: number): void {
    this.clear(thing);
    const tick = Math.ceil((this.#clock.monotonicMs() + Math.max(0, delayMs)) / this.#tickMs);
    const slot = this.#slots.get(tick) ?? new Set();
    this.#slots.set(tick, slot.add(thing));
    this.#slotOf.set(thing, tick);
    if (this.#armed === null || tick < this.#armed.tick) this.#arm(tick);
  }

  clear(thing: Turning): void {
    const tick = this.#slotOf.get(thing);
    if (tick === undefined) return;
    this.#slotOf.delete(thing);
    const slot = this.#slots.get(tick);
    slot?.delete(thing);
    if (slot?.size === 0) this.#slots.delete(tick);
    if (this.#slotOf.size === 0) this.#disarm();
  }

  #arm(tick: number): void {
    this.#disarm();
    const delayMs = tick * this.#tickMs - this.#clock.monotonicMs();
    this.#armed = { tick, cancel: this.#clock.setTimer(() => this.#turn(), Math.max(0, Math.ceil(delayMs))) };
  }

  #disarm(): void {
    this.#armed?.cancel();
    this.#armed = null;
  }

  #turn(): void {
    this.#armed = null;
    const nowTick = Math.floor(this.#clock.monotonicMs() / this.#tickMs);
    for (const tick of [...this.#slots.keys()].filter((due) => due <= nowTick).sort((a, b) => a - b)) {
      for (const thing of this.#slots.get(tick) ?? []) {
        this.clear(thing);
        thing.onTurn();
      }
    }
    // What was just done may have set something sooner, and with it the timer.
    if (this.#slots.size > 0 && this.#armed === null) this.#arm(Math.min(...this.#slots.keys()));
  }
}
