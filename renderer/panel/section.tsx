/** A named part of the panel; its heading is its name for a screen reader. */
import { type ReactNode, useId } from 'react';
import styles from './panel.module.css';

interface SectionProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

export function Section({ title, aside, children }: SectionProps) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId}>
      <div className={styles.sectionTitle}>
        <h2 id={titleId} style={{ font: 'inherit' }}>
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
