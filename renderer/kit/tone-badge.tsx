/** A word in a tone. Each tone also has a mark of its own shape, so that color is never alone. */
import type { ReactNode } from 'react';
import type { Tone } from '../../shared/agent-headline.ts';
import { marks } from '../../shared/strings.ts';
import styles from './kit.module.css';

/** Class that sets --tone and --tone-tint for what is inside. */
export function toneClass(tone: Tone): string {
  return styles[tone] ?? '';
}

const MARKS: Readonly<Record<Tone, ReactNode>> = {
  neutral: <circle cx="4" cy="4" r="2.75" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  positive: <circle cx="4" cy="4" r="3.5" fill="currentColor" />,
  info: <path d="M4 .5v7M.5 4h7" stroke="currentColor" strokeWidth="1.5" />,
  attention: <path d="M4 .2 7.8 4 4 7.8.2 4Z" fill="currentColor" />,
  warning: <path d="M4 .5 7.8 7.5H.2Z" fill="currentColor" />,
  muted: <path d="M1 4h6" stroke="currentColor" strokeWidth="1.5" />,
};

/** The shape of a tone alone, in the color around it. */
export function ToneMark({ tone }: { readonly tone: Tone }) {
  return (
    <svg className={styles.mark} viewBox="0 0 8 8" aria-hidden="true">
      {MARKS[tone]}
    </svg>
  );
}

interface ToneBadgeProps {
  readonly tone: Tone;
  readonly children: ReactNode;
  readonly title?: string;
}

export function ToneBadge({ tone, children, title }: ToneBadgeProps) {
  return (
    <span className={`${styles.badge} ${toneClass(tone)}`} data-tone={tone} title={title}>
      <ToneMark tone={tone} />
      {children}
    </span>
  );
}

/** Marks the reader among others. */
export function YouBadge() {
  return <span className={`${styles.badge} ${styles.you}`}>{marks.you}</span>;
}

/** Marks a person or workstation of the demo wherever one appears. */
export function SimulatedBadge() {
  return <span className={`${styles.badge} ${styles.plain} ${toneClass('muted')}`}>{marks.simulated}</span>;
}
