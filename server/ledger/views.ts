/** What the ledger's state looks like to people: pure, computed anew each time, never kept. */
import type { Activity, PoolId, ProductId, SessionId, UserId, WorkstationId } from '../../shared/domain.ts';
import type { Mine, PoolView, ProductView } from '../../shared/views.ts';
import type { LedgerState } from './state.ts';

/** Names and what the agents last said: what the ledger does not know. */
export interface NameBook {
  userName(userId: UserId): string;
  isSimulated(userId: UserId): boolean;
  workstationName(workstationId: WorkstationId): string;
  productName(productId: ProductId): string;
  /** null: the agent has not said yet. */
  activityOf(sessionId: SessionId): Activity | null;
}

/** What a view needs beside the state. */
export interface ViewContext {
  readonly names: NameBook;
  readonly nowMs: number;
  /** Ledger.isLive. Sessions without a seat that fell silent are not shown as running. */
  isLive(sessionId: SessionId): boolean;
}

/** One pool with holders (seats first, then overage, each by since), queue with places, and counts. Null: no such pool. */
export declare function poolView(state: LedgerState, poolId: PoolId, context: ViewContext): PoolView | null;

/** All pools by name. */
export declare function poolViews(state: LedgerState, context: ViewContext): PoolView[];

/** Products that a pool counts. */
export declare function productViews(state: LedgerState, names: NameBook): ProductView[];

/**
 * Everything about one person for one of their agents. `isMySession` says which sessions are that agent's;
 * tickets, offers and notices are the person's on every machine.
 */
export declare function mineView(
  state: LedgerState,
  userId: UserId,
  isMySession: (session: { workstationId: WorkstationId; loginSessionId: string }) => boolean,
  context: ViewContext,
): Mine;
