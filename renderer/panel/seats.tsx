/** Every pool in one list: mine first, then by name. A row opens to its holders and its queue. */
import type { AgentView } from '../../shared/agent-view.ts';
import { panelText } from '../../shared/strings-panel.ts';
import { EmptyState } from '../kit/empty-state.tsx';
import styles from './panel.module.css';
import { PoolRow } from './pool-row.tsx';
import { filterPools } from './search.ts';
import { Section } from './section.tsx';
import type { Wishes } from './use-agent.ts';

interface SeatsProps {
  readonly view: AgentView;
  /** false: the server has sent nothing yet. */
  readonly isKnown: boolean;
  readonly search: string;
  readonly openPoolIds: ReadonlySet<string>;
  readonly onToggle: (poolId: string) => void;
  readonly wishes: Wishes;
  readonly nowMs: number;
}

export function Seats({ view, isKnown, search, openPoolIds, onToggle, wishes, nowMs }: SeatsProps) {
  const shown = filterPools(view.pools, search);
  return (
    <Section title={panelText.sections.seats}>
      {shown.length === 0 ? (
        <div className={styles.card}>
          <EmptyState>{emptyText(isKnown, search)}</EmptyState>
        </div>
      ) : (
        <ul className={styles.card}>
          {shown.map((line) => (
            <PoolRow
              key={line.pool.poolId}
              line={line}
              products={view.products.filter(({ product }) => product.poolIds.includes(line.pool.poolId))}
              asks={view.asks}
              isOpen={openPoolIds.has(line.pool.poolId)}
              onToggle={onToggle}
              wishes={wishes}
              nowMs={nowMs}
            />
          ))}
        </ul>
      )}
    </Section>
  );
}

function emptyText(isKnown: boolean, search: string): string {
  if (!isKnown) return panelText.poolsUnknown;
  return search.trim() === '' ? panelText.noPools : panelText.noMatch(search.trim());
}
