/** One pool: its name, how full it is, what that means for me, and a button to queue. */
import { UnstyledButton } from '@mantine/core';
import { useId } from 'react';
import type { AgentAction } from '../../shared/agent-view.ts';
import type { PoolLine, ProductLine } from '../../shared/pool-line.ts';
import { panelText } from '../../shared/strings-panel.ts';
import { IconChevronRight } from '../kit/icons.ts';
import { SeatCount } from '../kit/seat-count.tsx';
import { toneClass } from '../kit/tone-badge.tsx';
import { ActionButton } from './action-button.tsx';
import styles from './panel.module.css';
import poolStyles from './pool.module.css';
import { PoolDetail } from './pool-detail.tsx';
import type { Wishes } from './use-agent.ts';

interface PoolRowProps {
  readonly line: PoolLine;
  /** Products this pool serves. */
  readonly products: readonly ProductLine[];
  readonly asks: ReadonlyMap<string, AgentAction>;
  readonly isOpen: boolean;
  readonly onToggle: (poolId: string) => void;
  readonly wishes: Wishes;
  readonly nowMs: number;
}

/** What `q` and the row's own button do: only a pool of one product leaves no doubt which one is meant. */
export function onlyQueueAction(products: readonly ProductLine[]): AgentAction | null {
  return products.length === 1 ? (products[0]?.queue ?? null) : null;
}

export function PoolRow({ line, products, asks, isOpen, onToggle, wishes, nowMs }: PoolRowProps) {
  const detailId = useId();
  const { pool, standing } = line;
  const queue = onlyQueueAction(products);
  const mine = pool.holders.filter(
    ({ sessionId, seat }) => seat === 'held' && line.mySessionIds.has(sessionId),
  ).length;
  const isToned = standing === 'turn' || standing === 'queued' || standing === 'holding';
  return (
    <li className={poolStyles.pool}>
      <div className={poolStyles.poolHead}>
        <UnstyledButton
          className={poolStyles.poolToggle}
          data-row
          data-pool-id={pool.poolId}
          aria-expanded={isOpen}
          aria-controls={detailId}
          onClick={() => onToggle(pool.poolId)}
        >
          <IconChevronRight className={poolStyles.chevron} size={16} aria-hidden="true" />
          <span className={styles.name}>{pool.name}</span>
          <SeatCount seats={pool.seats} mine={mine} />
          <span
            className={`${poolStyles.poolSentence} ${styles.dimmed} ${isToned ? `${styles.toned} ${toneClass(line.tone)}` : ''}`}
          >
            {line.meaning}
          </span>
        </UnstyledButton>
        <div className={poolStyles.poolAction}>
          {queue && <ActionButton action={queue} wishes={wishes} />}
        </div>
      </div>
      <section id={detailId} aria-label={panelText.showDetails(pool.name)} hidden={!isOpen}>
        {isOpen && <PoolDetail line={line} products={products} asks={asks} wishes={wishes} nowMs={nowMs} />}
      </section>
    </li>
  );
}
