/** The panel's keys, and what its buttons mean. */
import { Button } from '@mantine/core';
import { panelText } from '../../shared/strings-panel.ts';
import { Dialog } from '../kit/dialog.tsx';
import styles from './panel.module.css';

interface HelpProps {
  readonly onClose: () => void;
  readonly onOpenConsole: () => void;
}

export function Help({ onClose, onOpenConsole }: HelpProps) {
  return (
    <Dialog title={panelText.helpTitle} onClose={onClose}>
      <dl className={styles.keys}>
        {panelText.keys.map(([key, meaning]) => (
          <Pair key={key} term={<kbd className={styles.key}>{key}</kbd>} meaning={meaning} />
        ))}
      </dl>
      <dl className={`${styles.keys} ${styles.words}`}>
        {panelText.words.map(([word, meaning]) => (
          <Pair key={word} term={word} meaning={meaning} />
        ))}
      </dl>
      <div className={styles.helpFoot}>
        <Button size="xs" variant="default" onClick={onOpenConsole}>
          {panelText.openConsole}
        </Button>
      </div>
    </Dialog>
  );
}

function Pair({ term, meaning }: { readonly term: React.ReactNode; readonly meaning: string }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{meaning}</dd>
    </>
  );
}
