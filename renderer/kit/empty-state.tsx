/** An empty place that teaches: what would be here, and what makes it appear. */
import type { ReactNode } from 'react';
import styles from './kit.module.css';
import { SeatMark } from './seat-mark.tsx';

export function EmptyState({ children }: { readonly children: ReactNode }) {
  return (
    <div className={styles.empty}>
      <span className={styles.emptyMark}>
        <SeatMark size={20} />
      </span>
      <div>{children}</div>
    </div>
  );
}
