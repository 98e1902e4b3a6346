/** Which pools a product needs, and what becomes of those who use it or wait for it when that changes. Pure. */
import type { Alternative, ProductId, Take } from '../../../shared/domain.ts';
import { failure } from '../../../shared/outcome.ts';
import type { LedgerEvent } from '../events.ts';
import { alternativesOf, isManaged, poolIdsOfAlternatives } from '../seats.ts';
import type { LedgerState, Product, Session } from '../state.ts';
import { type CommandOf, type Decided, type Decision, decided } from './decision.ts';
import { unseatEvent } from './lease.ts';
import { endTicketEvents } from './ticket.ts';

/** [L70] All pools exist and are of one kind; units of one pool within an alternative are added up. */
export function configureProduct(state: LedgerState, command: CommandOf<'configure-product'>): Decided {
  const alternatives = command.alternatives.map(mergeTakes);
  const kinds = new Set<string>();
  for (const take of alternatives.flat()) {
    const pool = state.pools.get(take.poolId);
    if (!pool) return failure('POOL_UNKNOWN', `There is no pool ${take.poolId}: create it first.`);
    kinds.add(pool.settings.kind);
  }
  if (kinds.size > 1) {
    return failure('MIXED_KINDS', 'A product is counted by Usher or by a license manager, not by both.');
  }
  const { productId } = command;
  if (isSameAlternatives(alternatives, alternativesOf(state, productId))) return decided([]);
  return decided(
    productEvents(state, productId, alternatives),
    undefined,
    askingSessions(state, productId, alternatives),
  );
}

function mergeTakes(takes: Alternative): Alternative {
  const units = new Map<string, number>();
  for (const take of takes) units.set(take.poolId, (units.get(take.poolId) ?? 0) + take.units);
  return [...units].map(([poolId, sum]): Take => ({ poolId, units: sum }));
}

function isSameAlternatives(a: readonly Alternative[], b: readonly Alternative[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** [L71] [L72] The change itself; with no pool left, waiting ends and running is no longer counted. */
export function productEvents(
  state: LedgerState,
  productId: ProductId,
  alternatives: readonly Alternative[],
): LedgerEvent[] {
  const formerAlternatives = alternativesOf(state, productId);
  const changed: LedgerEvent = { kind: 'product-configured', productId, alternatives, formerAlternatives };
  if (alternatives.length > 0) {
    const uprooted = sessionsOfProduct(state, productId).filter(isUprootedBy(alternatives));
    return [...uprooted.map((session) => unseatEvent(state, session, 'overage')), changed];
  }
  const product = state.products.get(productId);
  const uncounted = sessionsOfProduct(state, productId)
    .filter(({ seat }) => seat.state !== 'held' && seat.state !== 'not-counted')
    .map((session) => unseatEvent(state, session, 'not-counted'));
  return [...(product ? waitingEnds(state, product) : []), ...uncounted, changed];
}

/** A session that a license manager's pool counted and that no way leads to any more. */
function isUprootedBy(alternatives: readonly Alternative[]): (session: Session) => boolean {
  const poolIds = poolIdsOfAlternatives(alternatives);
  return ({ seat }) =>
    (seat.state === 'matched' && !poolIds.has(seat.poolId)) ||
    (seat.state === 'presumed' && seat.takes.some((take) => !poolIds.has(take.poolId)));
}

function waitingEnds(state: LedgerState, product: Product): LedgerEvent[] {
  const tickets = [...state.tickets.values()].filter((ticket) => ticket.productId === product.productId);
  return tickets.flatMap((ticket) => endTicketEvents(state, ticket, 'pool-gone', 'withdrawn', null));
}

/** [L71] Who already runs and is not counted yet, or was uprooted, asks once the product is changed, oldest first. */
export function askingSessions(
  state: LedgerState,
  productId: ProductId,
  alternatives: readonly Alternative[],
): Decision['requests'] {
  if (alternatives.length === 0) return [];
  const isUprooted = isUprootedBy(alternatives);
  const isNowManaged = alternatives.flat().some(({ poolId }) => {
    const pool = state.pools.get(poolId);
    return pool !== undefined && isManaged(pool);
  });
  return sessionsOfProduct(state, productId)
    .filter((session) => {
      const { seat } = session;
      if (seat.state === 'not-counted' || isUprooted(session)) return true;
      return isNowManaged && seat.state === 'overage' && session.origin === 'application';
    })
    .map(({ sessionId }) => ({ sessionId, mode: 'again' }) as const);
}

function sessionsOfProduct(state: LedgerState, productId: ProductId): Session[] {
  return [...(state.sessionIdsByProduct.get(productId) ?? [])].flatMap(
    (sessionId) => state.sessions.get(sessionId) ?? [],
  );
}
