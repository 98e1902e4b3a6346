/** How old what you see is: "live" or "as of 13:40". A full dot is live, a hollow one is not. */
import styles from './kit.module.css';
import { toneClass } from './tone-badge.tsx';

interface FreshnessProps {
  readonly isLive: boolean;
  readonly text: string;
}

export function Freshness({ isLive, text }: FreshnessProps) {
  return (
    <span className={`${styles.freshness} ${toneClass(isLive ? 'positive' : 'attention')}`}>
      <span className={styles.dot} data-live={isLive} aria-hidden="true" />
      {text}
    </span>
  );
}
