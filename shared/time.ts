/** Time as an argument. Only the clock files of agent, server, command and pages make a real Clock. */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Ends a timer; calling it again does nothing. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. May jump in both directions. */
  wallMs(): number;
  /** Milliseconds since an arbitrary start. Never goes back; may stand still while the machine sleeps. */
  monotonicMs(): number;
  /** Calls `run` once after `delayMs` of monotonic time. Does not keep the process alive by itself. */
  setTimer(run: () => void, delayMs: number): Cancel;
}

/** Chance as an argument: a number in [0, 1), as Math.random gives it. */
export type Random = () => number;

/** Makes an opaque identifier that nobody can guess and that no second call gives again. */
export type NewId = () => string;
