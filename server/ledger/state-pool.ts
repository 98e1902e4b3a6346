/** Pools, groups and what a license manager said: their part of the state. Types only; state.ts has the rest. */
import type {
  DenyRule,
  GroupId,
  LeaseId,
  OfferId,
  PoolId,
  PoolSettings,
  ProductId,
  SessionId,
  UserId,
} from '../../shared/domain.ts';
import type { Usage } from './allocation.ts';
import type { ObservedCheckout } from './commands.ts';

/** What is known of a managed pool. Unknown is not zero. */
export type Observation =
  | { readonly state: 'known'; readonly atMs: number; readonly pollEveryMs: number }
  | { readonly state: 'unknown'; readonly sinceMs: number; readonly lastAtMs: number | null };

export interface Checkout extends ObservedCheckout {
  /** The session it was matched to. */
  sessionId: SessionId | null;
}

export interface Pool {
  readonly poolId: PoolId;
  settings: PoolSettings;
  readonly activePackIds: Set<string>;
  /** settings.capacity (or what the manager says) + active packs + overdraft. */
  effectiveCapacity: number;
  leasedUnits: number;
  offeredUnits: number;
  /** Managed: units of checkouts, and of sessions believed to use one until the next poll. */
  checkoutUnits: number;
  presumedUnits: number;
  /** null for metered pools. */
  observation: Observation | null;
  /** Managed: capacity as the manager said it last; null: the settings' capacity counts. */
  observedCapacity: number | null;
  /** Whether its working hours run; true where it has none [L130]. */
  isWorking: boolean;
  /** Whether its quiet hours run; false where it has none [L141]. */
  isQuiet: boolean;
  /** What is out, by group and person; null: nothing is divided, or the shares rest. */
  usage: Usage | null;
  /** Its deny list by whom it concerns; null: it is empty. */
  denials: Denials | null;
  revision: number;
  readonly productIds: Set<ProductId>;
  readonly leaseIds: Set<LeaseId>;
  readonly leasesByHolder: Map<string, Set<LeaseId>>;
  readonly offerIds: Set<OfferId>;
  readonly checkouts: Map<string, Checkout>;
}

export interface Denials {
  readonly byUser: ReadonlyMap<UserId, DenyRule>;
  readonly byGroup: ReadonlyMap<GroupId, DenyRule>;
}

export interface Group {
  readonly groupId: GroupId;
  readonly parentId: GroupId | null;
  /** Those named as members of this very group. */
  readonly memberIds: Set<UserId>;
}
