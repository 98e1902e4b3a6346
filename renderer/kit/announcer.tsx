/** Says changes politely to a screen reader: one live region that is always there. */
import styles from './kit.module.css';

export function Announcer({ text }: { readonly text: string }) {
  return (
    <div className={styles.hidden} aria-live="polite" aria-atomic="true" data-announcer>
      {text}
    </div>
  );
}
