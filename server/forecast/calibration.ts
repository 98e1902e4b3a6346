/**
 * How true the forecasts were. Each wait leaves the share of its forecast that had passed when the offer came: if the
 * forecasts are right, these shares are spread evenly, so that half of all waits end before their 50 % time. Pure.
 */
import { survivalOf } from './survival.ts';

/** `share` of the forecast distribution that lay before the moment; not ended: the person left before an offer. */
export interface ForecastOutcome {
  readonly share: number;
  readonly isEnded: boolean;
}

export interface CalibrationReport {
  /** Waits that ended with an offer. */
  readonly waits: number;
  /** Share of waits that ended before their 50 % and 90 % time; null: too few to say. */
  readonly before50: number | null;
  readonly before90: number | null;
}

const KEPT = 500;
const FEWEST_WAITS = 10;
/** Shares are lengths to the estimator: those who left early count as "at least so far". */
const SCALE = 1_000;

export class Calibration {
  #outcomes: ForecastOutcome[] = [];

  add(outcome: ForecastOutcome): void {
    this.#outcomes.push(outcome);
    if (this.#outcomes.length > KEPT) this.#outcomes.shift();
  }

  report(): CalibrationReport {
    const waits = this.#outcomes.filter(({ isEnded }) => isEnded).length;
    const survival =
      waits < FEWEST_WAITS
        ? null
        : survivalOf(this.#outcomes.map(({ share, isEnded }) => ({ lengthMs: share * SCALE, isEnded })));
    if (!survival) return { waits, before50: null, before90: null };
    const before = (share: number) => 1 - survival.survivalAt(share * SCALE);
    return { waits, before50: before(0.5), before90: before(0.9) };
  }
}

/** Where in its forecast (waiting times ascending) a wait of this length lies, 0 to 1. */
export function shareBefore(waits: Float64Array, waitedMs: number): number {
  let low = 0;
  let high = waits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((waits[middle] ?? 0) <= waitedMs) low = middle + 1;
    else high = middle;
  }
  return low / waits.length;
}
