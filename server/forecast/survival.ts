/**
 * How long seats are kept: a cumulative hazard from lengths that ended and lengths that are still growing. Pure.
 * A seat that is still out says "at least this long"; leaving it out would make every wait look too short.
 */
import type { Random } from '../../shared/time.ts';

/** One seat that was given out: how long it was kept, or has been kept so far. */
export interface SeatLength {
  readonly lengthMs: number;
  /** false: still out (right-censored). */
  readonly isEnded: boolean;
}

/** Cumulative hazard H: a seat survives to age t with probability exp(-H(t)). */
export interface Survival {
  /** Ended seats it was learned from. */
  readonly ended: number;
  survivalAt(ageMs: number): number;
  /** @returns how much longer a seat of this age is kept, drawn by chance, in milliseconds */
  sampleRestMs(ageMs: number, random: Random): number;
}

/** Fewer ended seats than this say nothing. */
export const FEWEST_ENDED = 5;

/**
 * The Nelson-Aalen estimator (Nelson 1972, Aalen 1978): at each age at which seats ended the hazard grows by ended
 * divided by still out. Straight in between; beyond the last end it goes on with the mean hazard of all ages (ends
 * divided by time watched), because nothing else is known there.
 * @returns null when fewer than FEWEST_ENDED seats ended
 */
export function survivalOf(lengths: readonly SeatLength[]): Survival | null {
  const sorted = [...lengths].sort((a, b) => a.lengthMs - b.lengthMs);
  const ages: number[] = [0];
  const hazards: number[] = [0];
  let ended = 0;
  let watchedMs = 0;
  let hazard = 0;
  for (let index = 0; index < sorted.length; ) {
    const ageMs = sorted[index]?.lengthMs ?? 0;
    const atRisk = sorted.length - index;
    let endedHere = 0;
    for (; index < sorted.length && sorted[index]?.lengthMs === ageMs; index++) {
      if (sorted[index]?.isEnded) endedHere += 1;
      watchedMs += ageMs;
    }
    if (endedHere === 0) continue;
    ended += endedHere;
    hazard += endedHere / atRisk;
    ages.push(Math.max(ageMs, 1));
    hazards.push(hazard);
  }
  if (ended < FEWEST_ENDED) return null;
  return new Curve(ages, hazards, ended / Math.max(watchedMs, 1), ended);
}

class Curve implements Survival {
  readonly ended: number;
  readonly #ages: readonly number[];
  readonly #hazards: readonly number[];
  readonly #tailPerMs: number;

  constructor(ages: readonly number[], hazards: readonly number[], tailPerMs: number, ended: number) {
    this.#ages = ages;
    this.#hazards = hazards;
    this.#tailPerMs = tailPerMs;
    this.ended = ended;
  }

  survivalAt(ageMs: number): number {
    return Math.exp(-this.#hazardAt(ageMs));
  }

  /** The hazard at the end is the hazard now plus an exponential draw of mean 1. */
  sampleRestMs(ageMs: number, random: Random): number {
    const target = this.#hazardAt(ageMs) - Math.log(1 - random());
    return Math.max(0, this.#ageAt(target) - ageMs);
  }

  #hazardAt(ageMs: number): number {
    return interpolate(this.#ages, this.#hazards, ageMs, this.#tailPerMs);
  }

  #ageAt(hazard: number): number {
    return interpolate(this.#hazards, this.#ages, hazard, 1 / this.#tailPerMs);
  }
}

/** y at x on the line through the points (both ascending), with a slope beyond the last. */
function interpolate(xs: readonly number[], ys: readonly number[], x: number, slopeBeyond: number): number {
  const last = xs.length - 1;
  const lastX = xs[last] ?? 0;
  if (x >= lastX) return (ys[last] ?? 0) + (x - lastX) * slopeBeyond;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((xs[middle] ?? 0) <= x) low = middle;
    else high = middle;
  }
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0] = [xs[low], xs[high], ys[low], ys[high]];
  return x1 === x0 ? y0 : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}
