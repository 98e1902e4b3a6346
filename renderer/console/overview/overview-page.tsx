/** What needs me now? At most seven cards, then every pool in one line. */
import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { denialResourceSchema } from '../../../shared/rest.ts';
import { overviewText, poolText } from '../../../shared/strings-console.ts';
import { formatClock } from '../../kit/format.ts';
import { IconChevronRight } from '../../kit/icons.ts';
import { ToneMark, toneClass } from '../../kit/tone-badge.tsx';
import styles from '../console.module.css';
import { useConsole, useLive } from '../console-context.ts';
import { Block, Empty, Loading, PageHead, usePageNow } from '../parts.tsx';
import { PoolTable } from '../pools/pool-table.tsx';
import { hrefOf } from '../route.ts';
import { useList } from '../use-query.ts';
import { type AttentionCard, findAttention } from './attention.ts';

/** A day with more of them needs no exact number. */
const MOST_DENIALS = 1000;

/** The viewer's own midnight. */
function startOfDay(nowMs: number): number {
  return new Date(nowMs).setHours(0, 0, 0, 0);
}

export default function OverviewPage() {
  const { serverVersion } = useConsole();
  const live = useLive();
  const nowMs = usePageNow();
  const todayMs = startOfDay(nowMs);
  const denials = useList(`/denials?fromMs=${todayMs}&isFalse=false`, denialResourceSchema, MOST_DENIALS);
  const pools = useMemo(() => [...(live.pools?.values() ?? [])], [live.pools]);
  if (!live.pools) return <Loading />;

  const denialsToday = denials.outcome?.ok ? denials.outcome.value : [];
  const workstations = [...(live.workstations?.values() ?? [])];
  const facts = { pools, workstations, denialsToday, serverVersion };
  const cards = findAttention(facts, nowMs, formatClock);
  return (
    <>
      <PageHead title={overviewText.headline(cards.length)} isLivePage />
      {cards.length > 0 && (
        <ul className={styles.cards}>
          {cards.map((card) => (
            <li key={card.id} style={{ display: 'grid' }}>
              <Card card={card} />
            </li>
          ))}
        </ul>
      )}
      <Block title={overviewText.poolsTitle}>
        {pools.length === 0 ? (
          <Empty>
            <p>{overviewText.noPools}</p>
            <Button component="a" href={hrefOf('pools', undefined, { make: 'yes' })} size="xs" mt="sm">
              {poolText.make}
            </Button>
          </Empty>
        ) : (
          <PoolTable pools={pools} />
        )}
      </Block>
    </>
  );
}

function Card({ card }: { readonly card: AttentionCard }) {
  return (
    <a className={`${styles.surface} ${styles.cardLink} ${toneClass(card.tone)}`} href={card.href}>
      <span className={styles.cardMark}>
        <ToneMark tone={card.tone} />
      </span>
      <span>{card.sentence}</span>
      <IconChevronRight className={styles.cardArrow} size={16} aria-hidden="true" />
      {card.detail && <span className={styles.cardMore}>{card.detail}</span>}
    </a>
  );
}
