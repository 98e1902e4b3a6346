import { completeSettings } from '../../shared/domain-schemas.ts';
import { invariant } from '../../shared/outcome.ts';
import { recount } from './evolve/allocation.ts';
import { joinGroup } from './evolve/group.ts';
import { enterLine } from './evolve/line.ts';
import { userOf } from './evolve/user.ts';
import { effectiveCapacityOf } from './seats.ts';
import { inTodaysForm, SNAPSHOT_FORM } from './snapshot-forms.ts';
import type { PoolImage, StateImage, UseImage } from './snapshot-image.ts';
import { addMemory, memoryImage, warningFrom, warningImage } from './snapshot-memory.ts';
import { entriesOf } from './standing.ts';
import type { Group, Lease, LeaseUse, LedgerState, Offer, Pool, Session, Ticket } from './state.ts';
import { emptyState } from './state.ts';

export type { StateImage } from './snapshot-image.ts';

/** Equal states give equal images. Shares parts with the state: turn it into text before the state changes. */
export function imageOf(state: LedgerState): StateImage {
  const { eventNumber, nextSequence, nextReturnSequence, graceUntilMs } = state;
  return {
    form: SNAPSHOT_FORM,
    eventNumber,
    nextSequence,
    nextReturnSequence,
    graceUntilMs,
    groups: [...state.groups.values()].map((group) => ({ ...group, memberIds: [...group.memberIds] })),
    pools: [...state.pools.values()].map(poolImage),
    products: [...state.products.values()].map(({ productId, alternatives }) => ({
      productId,
      alternatives,
    })),
    notices: [...state.users]
      .filter(([, user]) => user.notices.length > 0)
      .map(([userId, user]) => [userId, user.notices] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    sessions: [...state.sessions.values()],
    leases: [...state.leases.values()].map((lease) => ({
      ...lease,
      use: useImage(lease.use),
      warning: warningImage(lease.warning),
    })),
    tickets: ticketImages(state),
    offers: [...state.offers.values()],
    ...memoryImage(state),
  };
}

function poolImage(pool: Pool): PoolImage {
  const { poolId, settings, observation, observedCapacity, isWorking, isQuiet, revision } = pool;
  const activePackIds = [...pool.activePackIds].sort();
  const checkouts = [...pool.checkouts.values()];
  return {
    ...{ poolId, settings, observation, observedCapacity, isWorking, isQuiet, revision },
    activePackIds,
    checkouts,
  };
}

/** In a line it is the line that knows how often a ticket was overtaken. */
function ticketImages(state: LedgerState): StateImage['tickets'] {
  const overtaken = new Map<string, number>();
  for (const product of state.products.values()) {
    for (const entry of entriesOf(product)) overtaken.set(entry.ticketId, entry.overtaken);
  }
  return [...state.tickets.values()].map(({ lineKey: _lineKey, ...ticket }) => ({
    ...ticket,
    overtaken: overtaken.get(ticket.ticketId) ?? ticket.overtaken,
  }));
}

function useImage(use: LeaseUse): UseImage {
  return use.state === 'awaited' ? use : { ...use, sessionIds: [...use.sessionIds] };
}

/** @param image what `imageOf` gave, after a way through JSON; its parts become the state's own */
export function stateFrom(kept: StateImage): LedgerState {
  const image = inTodaysForm(kept);
  const { eventNumber, nextSequence, nextReturnSequence, graceUntilMs } = image;
  const state: LedgerState = {
    ...emptyState(),
    eventNumber,
    nextSequence,
    nextReturnSequence,
    graceUntilMs,
  };
  for (const group of image.groups) addGroup(state, group);
  for (const pool of image.pools) state.pools.set(pool.poolId, poolFrom(pool));
  for (const product of image.products) addProduct(state, product);
  for (const session of image.sessions) addSession(state, session);
  for (const lease of image.leases) addLease(state, lease);
  for (const ticket of image.tickets) addTicket(state, { ...ticket, lineKey: null });
  for (const offer of image.offers) addOffer(state, offer);
  for (const pool of state.pools.values()) recount(state, pool);
  const waiting = [...state.tickets.values()].filter(({ offerId }) => offerId === null);
  for (const ticket of waiting.sort((a, b) => a.sequence - b.sequence)) enterLine(state, ticket);
  addMemory(state, image);
  for (const [userId, notices] of image.notices) userOf(state, userId).notices.push(...notices);
  return state;
}

function poolFrom(image: PoolImage): Pool {
  const settings = completeSettings(image.settings);
  const { poolId, observation, observedCapacity, isWorking, isQuiet, revision } = image;
  const pool: Pool = {
    poolId,
    settings,
    observation,
    observedCapacity,
    isWorking,
    isQuiet,
    usage: null,
    denials: null,
    revision,
    activePackIds: new Set(image.activePackIds),
    effectiveCapacity: 0,
    leasedUnits: 0,
    offeredUnits: 0,
    checkoutUnits: image.checkouts.reduce((sum, checkout) => sum + checkout.units, 0),
    presumedUnits: 0,
    productIds: new Set(),
    leaseIds: new Set(),
    leasesByHolder: new Map(),
    offerIds: new Set(),
    checkouts: new Map(image.checkouts.map((checkout) => [checkout.checkoutId, checkout])),
  };
  pool.effectiveCapacity = effectiveCapacityOf(pool);
  return pool;
}

function addGroup(state: LedgerState, image: StateImage['groups'][number]): void {
  const group: Group = { ...image, memberIds: new Set() };
  state.groups.set(group.groupId, group);
  for (const userId of image.memberIds) joinGroup(state, group, userId);
}

function addProduct(state: LedgerState, image: StateImage['products'][number]): void {
  const { productId, alternatives } = image;
  state.products.set(productId, { productId, alternatives, lines: new Map(), asideIds: new Set() });
  for (const take of alternatives.flat()) state.pools.get(take.poolId)?.productIds.add(productId);
}

function addTicket(state: LedgerState, ticket: Ticket): void {
  state.tickets.set(ticket.ticketId, ticket);
  userOf(state, ticket.userId).ticketIdByProduct.set(ticket.productId, ticket.ticketId);
}

function addSession(state: LedgerState, session: Session): void {
  state.sessions.set(session.sessionId, session);
  userOf(state, session.userId).sessionIds.add(session.sessionId);
  const ofProduct = state.sessionIdsByProduct.get(session.productId) ?? new Set();
  ofProduct.add(session.sessionId);
  state.sessionIdsByProduct.set(session.productId, ofProduct);
  if (session.seat.state !== 'presumed') return;
  for (const { poolId, units } of session.seat.takes) {
    const pool = state.pools.get(poolId);
    if (pool) pool.presumedUnits += units;
  }
}

function addLease(state: LedgerState, image: StateImage['leases'][number]): void {
  const use: LeaseUse =
    image.use.state === 'awaited' ? image.use : { ...image.use, sessionIds: new Set(image.use.sessionIds) };
  const lease: Lease = { ...image, use, warning: warningFrom(image.warning) };
  state.leases.set(lease.leaseId, lease);
  const pool = state.pools.get(lease.poolId);
  invariant(pool, `the pool ${lease.poolId} of a lease is in the snapshot`);
  pool.leaseIds.add(lease.leaseId);
  pool.leasedUnits += lease.units;
  if (lease.warning) userOf(state, lease.userId).warnedLeaseIds.add(lease.leaseId);
  if (use.state === 'awaited') {
    userOf(state, lease.userId).awaitedLeaseIds.add(lease.leaseId);
    return;
  }
  const leaseIds = pool.leasesByHolder.get(use.holderKey) ?? new Set();
  leaseIds.add(lease.leaseId);
  pool.leasesByHolder.set(use.holderKey, leaseIds);
}

function addOffer(state: LedgerState, offer: Offer): void {
  state.offers.set(offer.offerId, offer);
  for (const { poolId, units } of offer.takes) {
    const pool = state.pools.get(poolId);
    invariant(pool, `the pool ${poolId} of an offer is in the snapshot`);
    pool.offerIds.add(offer.offerId);
    pool.offeredUnits += units;
  }
}
