/** "Ask for it" at a holder's row; the name is shown to the holder only if the person wants that. */
import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import type { AgentAction } from '../../shared/agent-view.ts';
import { panelText } from '../../shared/strings-panel.ts';
import { ActionButton } from './action-button.tsx';
import styles from './panel.module.css';
import type { Wishes } from './use-agent.ts';

interface AskHolderProps {
  readonly ask: AgentAction;
  readonly holderName: string;
  readonly wishes: Wishes;
}

export function AskHolder({ ask, holderName, wishes }: AskHolderProps) {
  const [isNamed, setNamed] = useState(false);
  if (ask.type !== 'askHolder') return null;
  return (
    <div className={styles.buttons}>
      <ActionButton action={{ ...ask, isNamed }} wishes={wishes} />
      <Checkbox
        size="xs"
        label={panelText.showMyName}
        aria-label={`${panelText.showMyName}: ${holderName}`}
        checked={isNamed}
        onChange={({ currentTarget }) => setNamed(currentTarget.checked)}
      />
    </div>
  );
}
