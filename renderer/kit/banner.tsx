/** One sentence about something that concerns the whole page: contact, a refusal, a notice. */
import type { ReactNode } from 'react';
import type { Tone } from '../../shared/agent-headline.ts';
import styles from './kit.module.css';
import { toneClass } from './tone-badge.tsx';

interface BannerProps {
  readonly tone: Tone;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

export function Banner({ tone, children, action }: BannerProps) {
  return (
    <div className={`${styles.banner} ${toneClass(tone)}`} data-tone={tone}>
      <div className={styles.bannerBody}>{children}</div>
      {action}
    </div>
  );
}
