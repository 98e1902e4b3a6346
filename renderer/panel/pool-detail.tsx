/** An opened pool: who holds a seat, where, since when and how idle; who waits; and what can be waited for. */

import type { AgentAction } from '../../shared/agent-view.ts';
import { formatDuration } from '../../shared/durations.ts';
import { explainReason } from '../../shared/explain.ts';
import type { PoolLine, ProductLine } from '../../shared/pool-line.ts';
import { panelText } from '../../shared/strings-panel.ts';
import type { HolderView, QueueEntryView } from '../../shared/views.ts';
import { ActivityBadge } from '../kit/activity-badge.tsx';
import { formatClock, formatExact } from '../kit/format.ts';
import { SimulatedBadge, ToneBadge, YouBadge } from '../kit/tone-badge.tsx';
import { ActionButton } from './action-button.tsx';
import { AskHolder } from './ask-holder.tsx';
import styles from './panel.module.css';
import poolStyles from './pool.module.css';
import type { Wishes } from './use-agent.ts';

interface PoolDetailProps {
  readonly line: PoolLine;
  readonly products: readonly ProductLine[];
  /** What may be asked of holders, by lease. */
  readonly asks: ReadonlyMap<string, AgentAction>;
  readonly wishes: Wishes;
  readonly nowMs: number;
}

/** Rows that a very full pool does not show. */
function LeftOut({ count }: { readonly count: number | undefined }) {
  return count ? <p className={styles.dimmed}>{panelText.andMore(count)}</p> : null;
}

export function PoolDetail({ line, products, asks, wishes, nowMs }: PoolDetailProps) {
  const { pool } = line;
  const namesProduct = pool.productIds.length > 1;
  return (
    <div className={poolStyles.detail}>
      <div>
        <h3 className={poolStyles.detailTitle}>{panelText.holders}</h3>
        {pool.holders.length === 0 && <p className={styles.dimmed}>{panelText.noHolders}</p>}
        <ul>
          {pool.holders.map((holder) => (
            <Holder
              key={holder.sessionId}
              holder={holder}
              isMine={line.mySessionIds.has(holder.sessionId)}
              ask={(holder.leaseId && asks.get(holder.leaseId)) || null}
              wishes={wishes}
              namesProduct={namesProduct}
              nowMs={nowMs}
            />
          ))}
        </ul>
        <LeftOut count={pool.leftOut?.holders} />
      </div>
      <div>
        <h3 className={poolStyles.detailTitle}>{panelText.queue}</h3>
        {pool.queue.length === 0 && <p className={styles.dimmed}>{panelText.noQueue}</p>}
        <ol>
          {pool.queue.map((entry) => (
            <Waiting
              key={entry.ticketId}
              entry={entry}
              isMine={line.myTicketIds.has(entry.ticketId)}
              namesProduct={namesProduct}
              nowMs={nowMs}
            />
          ))}
        </ol>
        <LeftOut count={pool.leftOut?.queue} />
      </div>
      {products.length > 1 && (
        <div>
          <h3 className={poolStyles.detailTitle}>{panelText.queueProducts}</h3>
          <ul>
            {products.map(({ product, queue }) => (
              <li key={product.productId} className={`${poolStyles.person} ${styles.footerLine}`}>
                <span>{product.name}</span>
                {queue && <ActionButton action={queue} wishes={wishes} />}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

interface HolderProps {
  readonly holder: HolderView;
  readonly isMine: boolean;
  readonly ask: AgentAction | null;
  readonly wishes: Wishes;
  readonly namesProduct: boolean;
  readonly nowMs: number;
}

function Holder({ holder, isMine, ask, wishes, namesProduct, nowMs }: HolderProps) {
  const facts = [
    holder.workstationName,
    ...(namesProduct ? [holder.productName] : []),
    panelText.since(formatClock(holder.sinceMs, nowMs)),
    // Of an active one only the state is fresh: its last key stroke is as old as the last report.
    ...(holder.activity && holder.activity.state !== 'active'
      ? [explainReason(holder.activity, nowMs, formatClock)]
      : []),
  ];
  const contact = [holder.contact?.mail, holder.contact?.phone, holder.contact?.chatUrl].filter(Boolean);
  return (
    <li className={poolStyles.person}>
      <div className={styles.nameLine}>
        <span className={styles.name}>{holder.userName}</span>
        {isMine && <YouBadge />}
        {holder.simulated && <SimulatedBadge />}
        <ActivityBadge activity={holder.activity} nowMs={nowMs} />
        {holder.seat === 'overage' && <ToneBadge tone="attention">{panelText.withoutSeat}</ToneBadge>}
        {holder.borrowed && <ToneBadge tone="info">{panelText.borrowed}</ToneBadge>}
        {holder.warnedUntilMs !== null && (
          <ToneBadge tone="warning">{panelText.endsAt(formatClock(holder.warnedUntilMs, nowMs))}</ToneBadge>
        )}
      </div>
      <div className={styles.dimmed} title={formatExact(holder.sinceMs)}>
        {facts.join(' · ')}
      </div>
      {contact.length > 0 && <div className={styles.dimmed}>{contact.join(' · ')}</div>}
      {ask && <AskHolder ask={ask} holderName={holder.userName} wishes={wishes} />}
    </li>
  );
}

interface WaitingProps {
  readonly entry: QueueEntryView;
  readonly isMine: boolean;
  readonly namesProduct: boolean;
  readonly nowMs: number;
}

function Waiting({ entry, isMine, namesProduct, nowMs }: WaitingProps) {
  const stand =
    entry.offeredUntilMs === null
      ? panelText.waitsFor(formatDuration(nowMs - entry.sinceMs))
      : panelText.offeredUntil(formatClock(entry.offeredUntilMs, nowMs));
  return (
    <li className={poolStyles.person}>
      <div className={styles.nameLine}>
        <span className={poolStyles.place}>{entry.place}</span>
        <span className={styles.name}>{entry.userName}</span>
        {isMine && <YouBadge />}
        {entry.simulated && <SimulatedBadge />}
        <span className={styles.dimmed} title={formatExact(entry.sinceMs)}>
          {namesProduct ? `${entry.productName} · ${stand}` : stand}
        </span>
      </div>
    </li>
  );
}
