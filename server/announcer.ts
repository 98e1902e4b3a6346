/**
 * Tells who listens (agents' hub, console) what has changed, after it was committed: what the ledger did, what agents
 * said about activity, what an admin did beside the ledger. Says which things changed, never how.
 */
import type { PoolId, ProductId, UserId, WorkstationId } from '../shared/domain.ts';
import type { Ledger, LedgerNotice } from './ledger/ports.ts';
import { touchedBy } from './ledger/pushes.ts';

export interface Change {
  readonly userIds: ReadonlySet<UserId>;
  readonly poolIds: ReadonlySet<PoolId>;
  readonly productIds: ReadonlySet<ProductId>;
  /** Places in these pools' queues moved. */
  readonly queuePoolIds: ReadonlySet<PoolId>;
  readonly workstationIds: ReadonlySet<WorkstationId>;
  readonly isCatalogChanged: boolean;
  /** The state was read anew: nothing that was sent before can be relied on. */
  readonly isEverything: boolean;
}

const NOTHING: Change = {
  userIds: new Set(),
  poolIds: new Set(),
  productIds: new Set(),
  queuePoolIds: new Set(),
  workstationIds: new Set(),
  isCatalogChanged: false,
  isEverything: false,
};

export interface Announcer {
  announce(change: Partial<Change>): void;
  subscribe(listener: (change: Change) => void): () => void;
  stop(): void;
}

export function createAnnouncer(ledger: Ledger): Announcer {
  const listeners = new Set<(change: Change) => void>();
  const announce = (change: Partial<Change>) => {
    for (const listener of listeners) listener({ ...NOTHING, ...change });
  };
  const fromLedger = (notice: LedgerNotice) => {
    if (notice.kind === 'reloaded') return announce({ isEverything: true });
    const { userIds, poolIds, removedPoolIds, productIds, queuePoolIds } = touchedBy(
      notice.events,
      ledger.state(),
    );
    announce({ userIds, poolIds: new Set([...poolIds, ...removedPoolIds]), productIds, queuePoolIds });
  };
  const unsubscribe = ledger.subscribe(fromLedger);
  return {
    announce,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: unsubscribe,
  };
}
