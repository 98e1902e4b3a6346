/** What several pages of the console are made of: heads with freshness, readings that may fail, links, people. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { freshness } from '../../shared/strings.ts';
import { consoleText } from '../../shared/strings-console.ts';
import { Banner } from '../kit/banner.tsx';
import { useNow } from '../kit/clock.ts';
import { EmptyState } from '../kit/empty-state.tsx';
import { formatClock, formatExact } from '../kit/format.ts';
import { Freshness } from '../kit/freshness.tsx';
import { SimulatedBadge } from '../kit/tone-badge.tsx';
import styles from './console.module.css';
import { useLive } from './console-context.ts';
import type { Query } from './use-query.ts';

/** Lengths on the pages are in minutes. */
const REDRAW_MS = 5_000;
export const usePageNow = (): number => useNow(REDRAW_MS);

interface PageHeadProps {
  readonly title: ReactNode;
  /** Whether the page shows live data, whose age then stands beside the title. */
  readonly isLivePage?: boolean;
  readonly children?: ReactNode;
}

export function PageHead({ title, isLivePage = false, children }: PageHeadProps) {
  return (
    <div className={styles.pageHead}>
      <div className={styles.pageTitle}>
        <h1>{title}</h1>
        {isLivePage && <LiveFreshness />}
      </div>
      <div className={styles.buttons}>{children}</div>
    </div>
  );
}

function LiveFreshness() {
  const { isLive, asOfMs } = useLive();
  const nowMs = usePageNow();
  const text = asOfMs === null ? freshness.never() : freshness.asOf(formatClock(asOfMs, nowMs));
  return <Freshness isLive={isLive} text={isLive ? freshness.live() : text} />;
}

interface ReadingProps<T> {
  readonly query: Query<T>;
  readonly children: (value: T) => ReactNode;
}

/** Draws what was read; before that says so, and a failure says what to do. */
export function Reading<T>({ query, children }: ReadingProps<T>) {
  const { outcome, refresh } = query;
  if (!outcome) return <Loading />;
  if (outcome.ok) return <>{children(outcome.value)}</>;
  return (
    <Banner
      tone="warning"
      action={
        <Button size="xs" variant="default" onClick={() => void refresh()}>
          {consoleText.tryAgain}
        </Button>
      }
    >
      {outcome.message}
    </Banner>
  );
}

export function Loading() {
  return (
    <div className={styles.surface}>
      <EmptyState>{consoleText.loading}</EmptyState>
    </div>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return (
    <div className={styles.surface}>
      <EmptyState>{children}</EmptyState>
    </div>
  );
}

/** A part of a page with its own heading. */
export function Block({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.block}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface NamedProps {
  readonly name: string;
  readonly simulated: boolean;
}

/** A person or a workstation, with the mark of the demo. */
export function Named({ name, simulated }: NamedProps) {
  return (
    <span className={styles.barLine}>
      {name}
      {simulated && <SimulatedBadge />}
    </span>
  );
}

/** A point in time as it is read, with the whole instant for the pointer. */
export function Instant({ atMs, nowMs }: { readonly atMs: number; readonly nowMs: number }) {
  return (
    <time dateTime={new Date(atMs).toISOString()} title={formatExact(atMs)}>
      {formatClock(atMs, nowMs)}
    </time>
  );
}
