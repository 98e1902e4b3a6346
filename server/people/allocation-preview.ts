/** Who can get what of a pool now, group by group, and what holds the others back. Pure; reads only. */
import type { GroupId } from '../../shared/domain.ts';
import type { AllocationLine, AllocationPreview, HoldBack } from '../../shared/rest/allocation.ts';
import { groupsAbove } from '../ledger/groups.ts';
import { availableUnits } from '../ledger/room.ts';
import { freeUnits } from '../ledger/seats.ts';
import type { LedgerState, Pool } from '../ledger/state.ts';

/** One line for each group with a share, and one for everybody else, as the next person of each would find it. */
export function allocationPreview(
  state: LedgerState,
  pool: Pool,
  nameOf: (groupId: GroupId) => string,
): AllocationPreview {
  const { shares, unitsPerUser } = pool.settings.allocation;
  const waiting = waitingByGroup(state, pool);
  const lines = shares.map((share): AllocationLine => {
    const { groupId, reservedUnits, capUnits, priorityClass } = share;
    const node = pool.usage?.nodes.find((one) => one.share.groupId === groupId);
    return {
      groupId,
      groupName: nameOf(groupId),
      ...{ reservedUnits, capUnits, priorityClass },
      usedUnits: node?.usedUnits ?? usedUnitsOf(state, pool, groupId),
      lentUnits: node?.lentUnits ?? 0,
      waiting: waiting.get(groupId) ?? 0,
      ...roomOf(state, pool, [groupId, ...groupsAbove(state, groupId)]),
    };
  });
  const others: AllocationLine = {
    ...{ groupId: null, groupName: null, reservedUnits: 0, capUnits: null, priorityClass: null },
    usedUnits: othersUnits(state, pool),
    lentUnits: 0,
    waiting: waiting.get(null) ?? 0,
    ...roomOf(state, pool, []),
  };
  return { poolId: pool.poolId, isResting: !pool.isWorking, unitsPerUser, lines: [...lines, others] };
}

/** The least of what is free, what is not kept for others, and what the caps leave. */
function roomOf(
  state: LedgerState,
  pool: Pool,
  groupIds: readonly GroupId[],
): Pick<AllocationLine, 'availableUnits' | 'holdBacks'> {
  if (pool.observation?.state === 'unknown') return { availableUnits: null, holdBacks: ['unknown'] };
  const free = Math.max(0, freeUnits(pool));
  const available = Math.max(0, availableUnits(state, pool, groupIds));
  const { admission } = pool.settings;
  const holdBacks: HoldBack[] = [];
  if (admission !== 'open') holdBacks.push(admission);
  if (free === 0) holdBacks.push('full');
  if (available < free) holdBacks.push(isCapped(pool, groupIds, available) ? 'cap' : 'reserved');
  return { availableUnits: admission === 'open' ? available : 0, holdBacks };
}

function isCapped(pool: Pool, groupIds: readonly GroupId[], available: number): boolean {
  return (pool.usage?.nodes ?? []).some(
    ({ share, usedUnits }) =>
      groupIds.includes(share.groupId) && share.capUnits !== null && share.capUnits - usedUnits <= available,
  );
}

/** Where shares rest nothing is counted by group: it is counted here. */
function usedUnitsOf(state: LedgerState, pool: Pool, groupId: GroupId): number {
  return unitsOf(state, pool, (userId) => isIn(state, userId, groupId));
}

function othersUnits(state: LedgerState, pool: Pool): number {
  const shared = pool.settings.allocation.shares.map(({ groupId }) => groupId);
  return unitsOf(state, pool, (userId) => !shared.some((groupId) => isIn(state, userId, groupId)));
}

function unitsOf(state: LedgerState, pool: Pool, isMeant: (userId: string) => boolean): number {
  let units = 0;
  for (const leaseId of pool.leaseIds) {
    const lease = state.leases.get(leaseId);
    if (lease && isMeant(lease.userId)) units += lease.units;
  }
  for (const offerId of pool.offerIds) {
    const offer = state.offers.get(offerId);
    if (!offer || !isMeant(offer.userId)) continue;
    for (const take of offer.takes) if (take.poolId === pool.poolId) units += take.units;
  }
  return units;
}

function isIn(state: LedgerState, userId: string, groupId: GroupId): boolean {
  for (const direct of state.groupIdsByUser.get(userId) ?? [])
    if (direct === groupId || groupsAbove(state, direct).includes(groupId)) return true;
  return false;
}

/** Tickets of the pool's products; somebody of several groups counts in each, of none under null. */
function waitingByGroup(state: LedgerState, pool: Pool): Map<GroupId | null, number> {
  const waiting = new Map<GroupId | null, number>();
  const shared = pool.settings.allocation.shares.map(({ groupId }) => groupId);
  for (const ticket of state.tickets.values()) {
    if (!pool.productIds.has(ticket.productId)) continue;
    const groups = shared.filter((groupId) => isIn(state, ticket.userId, groupId));
    for (const groupId of groups.length === 0 ? [null] : groups)
      waiting.set(groupId, (waiting.get(groupId) ?? 0) + 1);
  }
  return waiting;
}
