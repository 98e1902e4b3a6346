/** The one thing that moves: what is left until an instant. Silent for screen readers, who hear the instant itself. */
import { formatCountdown } from '../../shared/durations.ts';
import { useNow } from './clock.ts';
import styles from './kit.module.css';

export function Countdown({ untilMs }: { readonly untilMs: number }) {
  const nowMs = useNow(1000);
  return (
    <span className={styles.countdown} role="timer" aria-live="off">
      {formatCountdown(untilMs - nowMs)}
    </span>
  );
}
