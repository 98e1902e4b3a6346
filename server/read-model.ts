/** What the world looks like now, for agents, console and REST alike: the ledger's state with names and activity. */
import type { PoolId, ProductId, SessionId, UserId, WorkstationId } from '../shared/domain.ts';
import type { Clock } from '../shared/time.ts';
import type { Mine, PoolView, ProductView } from '../shared/views.ts';
import type { Directory } from './agents/directory.ts';
import type { Presence } from './agents/presence.ts';
import type { ProductShelf } from './agents/product-shelf.ts';
import { mineView } from './ledger/mine-view.ts';
import type { Ledger } from './ledger/ports.ts';
import {
  type NameBook,
  poolIdsByName,
  poolView,
  poolViews,
  productViews,
  type ViewContext,
} from './ledger/views.ts';

export interface ReadModel {
  readonly names: NameBook;
  pool(poolId: PoolId): PoolView | null;
  pools(): PoolView[];
  /** All pools by name, like their views. */
  poolIds(): PoolId[];
  products(): ProductView[];
  /** A product that no pool counts has no pools. */
  product(productId: ProductId): ProductView;
  /** Everything about a person, as seen from one workstation. */
  mine(userId: UserId, workstationId: WorkstationId): Mine;
  /** Pools in which this session shows. */
  poolsOfSession(sessionId: SessionId): PoolId[];
}

export interface ReadModelParts {
  readonly ledger: Ledger;
  readonly directory: Directory;
  readonly presence: Presence;
  readonly shelf: ProductShelf;
  readonly clock: Clock;
  /** When the owner of a ticket can expect a seat. */
  readonly expectedWaitOf: ViewContext['expectedWaitOf'];
}

export function createReadModel(parts: ReadModelParts): ReadModel {
  const { ledger, directory, presence, shelf, clock, expectedWaitOf } = parts;
  const names: NameBook = {
    userName: directory.userName,
    isSimulated: directory.isSimulated,
    contactOf: directory.visibleContact,
    workstationName: directory.workstationName,
    productName: shelf.name,
    activityOf: presence.activityOf,
  };
  const context = (): ViewContext => ({
    names,
    nowMs: clock.wallMs(),
    isLive: (sessionId) => ledger.isLive(sessionId),
    expectedWaitOf,
  });
  const poolIdsOf = (productId: ProductId) => [
    ...new Set(
      (ledger.state().products.get(productId)?.alternatives ?? []).flatMap((alternative) =>
        alternative.map(({ poolId }) => poolId),
      ),
    ),
  ];
  return {
    names,
    pool: (poolId) => poolView(ledger.state(), poolId, context()),
    pools: () => poolViews(ledger.state(), context()),
    poolIds: () => poolIdsByName(ledger.state()),
    products: () => productViews(ledger.state(), names),
    product: (productId) => ({ productId, name: shelf.name(productId), poolIds: poolIdsOf(productId) }),
    mine: (userId, workstationId) =>
      mineView(ledger.state(), userId, (session) => session.workstationId === workstationId, context()),
    poolsOfSession(sessionId) {
      const session = ledger.state().sessions.get(sessionId);
      return session ? poolIdsOf(session.productId) : [];
    },
  };
}
