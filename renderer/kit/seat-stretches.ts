/** What a pool's meter shows, as data. Pure. */
import type { SeatCount as Seats } from '../../shared/views.ts';

/** More seats than this become one bar in proportion. */
const DRAWN_SEATS = 10;

export type SeatUse = 'mine' | 'used' | 'offered' | 'free' | 'unknown';

/** A stretch of the meter: `units` seats in one use. */
export interface SeatStretch {
  readonly use: SeatUse;
  readonly units: number;
}

/** What the meter shows, left to right: single seats where they fit, else stretches. More in use than allowed is full. */
export function seatStretches(seats: Seats, mine: number): SeatStretch[] {
  const stretches = wholeStretches(seats, mine).filter(({ units }) => units > 0);
  const total = stretches.reduce((sum, { units }) => sum + units, 0);
  if (total > DRAWN_SEATS) return stretches;
  return stretches.flatMap(({ use, units }) => Array.from({ length: units }, () => ({ use, units: 1 })));
}

function wholeStretches(seats: Seats, mine: number): SeatStretch[] {
  if (seats.state === 'unknown') return [{ use: 'unknown', units: seats.capacity }];
  const { capacity, inUse, offered } = seats;
  const own = Math.min(mine, inUse);
  return [
    { use: 'mine', units: own },
    { use: 'used', units: inUse - own },
    { use: 'offered', units: offered },
    { use: 'free', units: Math.max(0, capacity - inUse - offered) },
  ];
}
