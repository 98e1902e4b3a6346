/** What came of the last press, where it was not what the person wanted, or not visible otherwise. */
import { CloseButton } from '@mantine/core';
import { useEffect } from 'react';
import type { Tone } from '../../shared/agent-headline.ts';
import { buttons } from '../../shared/strings.ts';
import { pageClock } from './clock.ts';
import styles from './kit.module.css';
import { toneClass } from './tone-badge.tsx';

export interface MessageContent {
  readonly tone: Tone;
  readonly text: string;
}

/** Long enough to read two sentences; a refusal stays until it is closed. */
const SHOWN_MS = 6_000;

interface MessageProps {
  readonly message: MessageContent | null;
  readonly onClose: () => void;
}

export function Message({ message, onClose }: MessageProps) {
  useEffect(() => {
    if (!message || message.tone === 'warning') return;
    return pageClock.setTimer(onClose, SHOWN_MS);
  }, [message, onClose]);
  return (
    <div role="status">
      {message && (
        <div className={`${styles.message} ${toneClass(message.tone)}`} data-tone={message.tone}>
          <span>{message.text}</span>
          <CloseButton size="sm" aria-label={buttons.dismissMessage} onClick={onClose} />
        </div>
      )}
    </div>
  );
}
