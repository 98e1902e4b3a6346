/** Who must be told after a commit. Pure: maps recorded events to ids; the agents' hub turns them into messages. */
import type { PoolId, ProductId, UserId } from '../../shared/domain.ts';
import type { RecordedEvent } from './events.ts';
import type { LedgerState } from './state.ts';

export interface Touched {
  /** People whose own view (seats, tickets, offers, notices) changed, except by a mere move of their place. */
  readonly userIds: ReadonlySet<UserId>;
  /** Pools whose view changed; removed ones included. */
  readonly poolIds: ReadonlySet<PoolId>;
  readonly removedPoolIds: ReadonlySet<PoolId>;
  readonly productIds: ReadonlySet<ProductId>;
  /** Pools in whose queue places moved: their waiting people's places changed (see `waitingUserIds`). */
  readonly queuePoolIds: ReadonlySet<PoolId>;
}

export declare function touchedBy(events: readonly RecordedEvent[], state: LedgerState): Touched;

/** People who wait in a pool, by rank. Grows with the queue: tell them in slices, not at once. */
export declare function waitingUserIds(state: LedgerState, poolId: PoolId): UserId[];
