/**
 * What is free in a pool for somebody of given groups, and which ways are closed to them even if all units were free.
 * Pure; reads only. Where a pool divides nothing this is the number of its free units.
 */
import type { Alternative, GroupId, PoolId, Take, UserId } from '../../shared/domain.ts';
import { capRoom, keptUnits, neverUnits, type Taken, type Usage, userRoom } from './allocation.ts';
import { groupsOf } from './groups.ts';
import { denialOf } from './rights.ts';
import { freeUnits } from './seats.ts';
import type { LedgerState, Pool, Standing } from './state.ts';

/** Below 0 after a shrink, or where more is kept for others than is free. */
export function availableUnits(
  state: LedgerState,
  pool: Pool,
  groupIds: readonly GroupId[],
  taken?: Taken,
): number {
  const free = freeUnits(pool);
  const { usage } = pool;
  if (usage === null) return taken ? free - taken.units : free;
  const isAsked = usage.lending === 'never' ? null : askedOf(state, pool);
  const units = (taken ? free - taken.units : free) - keptUnits(usage, groupIds, isAsked, taken);
  return Math.min(units, capRoom(usage, groupIds, taken));
}

/** [L29] All that somebody of these groups could have if nothing were out. */
export function mostUnits(pool: Pool, groupIds: readonly GroupId[]): number {
  return pool.usage === null
    ? pool.effectiveCapacity
    : pool.effectiveCapacity - neverUnits(pool.usage, groupIds);
}

/** Units of one person that end in a decision. */
export interface Released {
  readonly userId: UserId;
  readonly units: number;
}

/**
 * [L148] What this person could get of the pool once these units have ended in the same decision. At most 0: nothing.
 * Who goes before them in the queue is not asked.
 */
export function roomAfter(
  state: LedgerState,
  pool: Pool,
  userId: UserId,
  released: readonly Released[],
): number {
  if (pool.settings.admission !== 'open' || denialOf(state, pool, userId)) return 0;
  const free = released.reduce((sum, { units }) => sum + units, freeUnits(pool));
  if (pool.usage === null) return free;
  const usage = usageAfter(state, pool.usage, released);
  const groupIds = [...groupsOf(state, userId)];
  const isAsked = usage.lending === 'never' ? null : askedOf(state, pool);
  const unkept = free - keptUnits(usage, groupIds, isAsked);
  return Math.min(unkept, capRoom(usage, groupIds), userRoom(usage, userId));
}

function usageAfter(state: LedgerState, usage: Usage, released: readonly Released[]): Usage {
  const unitsByUser = new Map(usage.unitsByUser);
  const nodes = usage.nodes.map((node) => ({ ...node }));
  for (const { userId, units } of released) {
    unitsByUser.set(userId, (unitsByUser.get(userId) ?? 0) - units);
    const groups = groupsOf(state, userId);
    for (const node of nodes) if (groups.has(node.share.groupId)) node.usedUnits -= units;
  }
  return { ...usage, nodes, unitsByUser };
}

/** [L128] A cap or a closed pool keeps people of these groups from this way even if all units were free. */
export function isWayBlocked(state: LedgerState, takes: Alternative, groupIds: readonly GroupId[]): boolean {
  return takes.some((take) => isTakeBlocked(state, take, groupIds));
}

function isTakeBlocked(state: LedgerState, { poolId, units }: Take, groupIds: readonly GroupId[]): boolean {
  const pool = state.pools.get(poolId);
  if (pool?.settings.admission !== 'open') return true;
  return pool.usage !== null && capRoom(pool.usage, groupIds) < units;
}

/** [L128] All ways are blocked: everybody in this line steps aside for now. */
export function isLineAside(state: LedgerState, { ways, groupIds }: Standing): boolean {
  return ways.every((takes) => isWayBlocked(state, takes, groupIds));
}

/** [L22] Whether the people of this line wait for units of one of these pools. */
export function waitsFor(
  state: LedgerState,
  { ways, groupIds }: Standing,
  poolIds: ReadonlySet<PoolId>,
): boolean {
  return ways.some(
    (takes) => takes.some(({ poolId }) => poolIds.has(poolId)) && !isWayBlocked(state, takes, groupIds),
  );
}

/** Of one state: an event that changes it has a new number. */
const asked = new WeakMap<Pool, { readonly eventNumber: number; readonly groupIds: ReadonlySet<GroupId> }>();

/** [L125] Whether a member of a group waits for the pool. */
function askedOf(state: LedgerState, pool: Pool): (groupId: GroupId) => boolean {
  let known = asked.get(pool);
  if (known?.eventNumber !== state.eventNumber) {
    known = { eventNumber: state.eventNumber, groupIds: askingGroups(state, pool) };
    asked.set(pool, known);
  }
  const { groupIds } = known;
  return (groupId) => groupIds.has(groupId);
}

function askingGroups(state: LedgerState, { poolId, productIds }: Pool): Set<GroupId> {
  const groupIds = new Set<GroupId>();
  const wanted = new Set([poolId]);
  for (const productId of productIds) {
    for (const { standing, line } of state.products.get(productId)?.lines.values() ?? []) {
      if (line.size === 0 || standing.groupIds.length === 0) continue;
      if (waitsFor(state, standing, wanted)) for (const groupId of standing.groupIds) groupIds.add(groupId);
    }
  }
  return groupIds;
}
