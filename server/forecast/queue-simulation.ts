/** When those who wait in one pool are served, by playing its future many times. Pure. */
import type { Random } from '../../shared/time.ts';
import type { Survival } from './survival.ts';

/** A pool at this moment. Units: what the pool counts. */
export interface PoolNow {
  /** Units that nobody holds (kept for somebody, or about to be given). */
  readonly freeUnits: number;
  readonly out: readonly { readonly units: number; readonly ageMs: number }[];
  /** In the order in which they are served. */
  readonly waiting: readonly { readonly units: number }[];
  readonly offerWindowMs: number;
  /** Share of offers that nobody takes, 0 to 1: such a seat passes on after the window. */
  readonly missedShare: number;
}

/** Runs of the future: the 5 % and 95 % points of 200 draws are within a few percent of the true ones. */
const RUNS = 200;
/** So many seats are played; of a larger pool every n-th one, with the queue scaled alike. */
const MOST_SEATS = 500;
/** Beyond this place nobody is told a time. */
export const MOST_WAITING = 200;

/** @returns for each who waits, the waiting times of all runs, ascending, in milliseconds; Infinity: never served */
export function simulateQueue(pool: PoolNow, survival: Survival, random: Random): Float64Array[] {
  const waiting = pool.waiting.slice(0, MOST_WAITING);
  const step = Math.max(1, Math.ceil(pool.out.length / MOST_SEATS));
  const seats = pool.out.filter((_, index) => index % step === 0);
  const waits = waiting.map(() => new Float64Array(RUNS));
  for (let run = 0; run < RUNS; run++)
    playOnce(run, { ...pool, waiting }, seats, step, survival, random, waits);
  for (const times of waits) times.sort();
  return waits;
}

function playOnce(
  run: number,
  { waiting, freeUnits, offerWindowMs, missedShare }: PoolNow,
  seats: PoolNow['out'],
  step: number,
  survival: Survival,
  random: Random,
  waits: readonly Float64Array[],
): void {
  const leaving = new Heap();
  for (const { units, ageMs } of seats) leaving.add(survival.sampleRestMs(ageMs, random), units);
  let nowMs = 0;
  let free = Math.max(0, freeUnits) / step;
  for (const [index, ticket] of waiting.entries()) {
    const units = ticket.units / step;
    while (free < units && leaving.size > 0) {
      nowMs = leaving.firstAtMs;
      free += leaving.takeFirst();
    }
    if (free < units) nowMs = Number.POSITIVE_INFINITY;
    const times = waits[index];
    if (times) times[run] = nowMs;
    if (nowMs === Number.POSITIVE_INFINITY) continue;
    free -= units;
    const keptMs = random() < missedShare ? offerWindowMs : survival.sampleRestMs(0, random);
    leaving.add(nowMs + keptMs, units);
  }
}

/** Departures by time. */
class Heap {
  readonly #times: number[] = [];
  readonly #units: number[] = [];

  get size(): number {
    return this.#times.length;
  }

  get firstAtMs(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  add(atMs: number, units: number): void {
    let index = this.#times.length;
    this.#times.push(atMs);
    this.#units.push(units);
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if ((this.#times[parent] ?? 0) <= atMs) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** @returns the units that leave */
  takeFirst(): number {
    const units = this.#units[0] ?? 0;
    const last = this.#times.length - 1;
    this.#swap(0, last);
    this.#times.pop();
    this.#units.pop();
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= last) return units;
      const right = left + 1;
      const isRightFirst = right < last && (this.#times[right] ?? 0) < (this.#times[left] ?? 0);
      const child = isRightFirst ? right : left;
      if ((this.#times[index] ?? 0) <= (this.#times[child] ?? 0)) return units;
      this.#swap(index, child);
      index = child;
    }
  }

  #swap(a: number, b: number): void {
    const [timeA = 0, timeB = 0, unitsA = 0, unitsB = 0] = [
      this.#times[a],
      this.#times[b],
      this.#units[a],
      this.#units[b],
    ];
    this.#times[a] = timeB;
    this.#times[b] = timeA;
    this.#units[a] = unitsB;
    this.#units[b] = unitsA;
  }
}
