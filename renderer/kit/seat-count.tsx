/** How full a pool is: one small seat for each where they fit, and the numbers, which say it all by themselves. */
import type { SeatCount as Seats } from '../../shared/views.ts';
import styles from './kit.module.css';
import { seatStretches } from './seat-stretches.ts';

interface SeatCountProps {
  readonly seats: Seats;
  /** How many of the seats in use are the reader's. */
  readonly mine?: number;
}

export function SeatCount({ seats, mine = 0 }: SeatCountProps) {
  const inUse = seats.state === 'known' ? seats.inUse : '?';
  return (
    <span className={styles.seats}>
      <span className={styles.meter} aria-hidden="true">
        {seatStretches(seats, mine).map(({ use, units }, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: the drawn seats have no identity but their place
            key={index}
            className={styles.meterSeat}
            data-use={use}
            style={{ flexGrow: units }}
          />
        ))}
      </span>
      <span className={styles.seatsText}>
        {inUse} of {seats.capacity}
      </span>
    </span>
  );
}
