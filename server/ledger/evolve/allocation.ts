/** Keeps the sums of what is out by group and person, and what they decide: who stands where. */
import type { DenyRule, GroupId, UserId } from '../../../shared/domain.ts';
import { type Usage, usageFor } from '../allocation.ts';
import { groupsAbove, groupsOf } from '../groups.ts';
import { isManaged } from '../seats.ts';
import type { Denials, LedgerState, Pool } from '../state.ts';
import { restandProduct, restandUser } from './line.ts';

/** [L121] These units of the pool begin (or, below 0, end) to be out for this person. */
export function addUnits(state: LedgerState, pool: Pool, userId: UserId, units: number): void {
  const { usage } = pool;
  if (usage === null) return;
  count(state, usage, userId, units);
  if (usage.unitsPerUser !== null) restandUser(state, userId);
}

function count(state: LedgerState, usage: Usage, userId: UserId, units: number): void {
  const sum = (usage.unitsByUser.get(userId) ?? 0) + units;
  if (sum === 0) usage.unitsByUser.delete(userId);
  else usage.unitsByUser.set(userId, sum);
  addToGroups(state, usage, userId, units);
}

/** To all groups of the person, as membership is now. */
export function addToGroups(state: LedgerState, usage: Usage, userId: UserId, units: number): void {
  if (usage.nodes.length === 0) return;
  const groups = groupsOf(state, userId);
  if (groups.size === 0) return;
  for (const node of usage.nodes) if (groups.has(node.share.groupId)) node.usedUnits += units;
}

/** [L125] */
export function addLent(pool: Pool, groupId: GroupId | null, units: number): void {
  if (groupId === null) return;
  const node = pool.usage?.nodes.find(({ share }) => share.groupId === groupId);
  if (node) node.lentUnits += units;
}

/** [L121] [L130] Counts anew what is out: after a change of settings, hours or groups. Grows with the pool's seats. */
export function recount(state: LedgerState, pool: Pool): void {
  const { allocation } = pool.settings;
  pool.denials = denialsOf(allocation.denied);
  const isDivided = allocation.shares.length > 0 || allocation.unitsPerUser !== null;
  pool.usage = null;
  if (!isDivided || !pool.isWorking || isManaged(pool)) return;
  const usage = usageFor(allocation, (groupId) => groupsAbove(state, groupId));
  pool.usage = usage;
  for (const leaseId of pool.leaseIds) {
    const lease = state.leases.get(leaseId);
    if (!lease) continue;
    count(state, usage, lease.userId, lease.units);
    addLent(pool, lease.borrowedFrom, lease.units);
  }
  for (const offerId of pool.offerIds) {
    const offer = state.offers.get(offerId);
    for (const take of offer?.takes ?? []) {
      if (offer && take.poolId === pool.poolId) count(state, usage, offer.userId, take.units);
    }
  }
}

function denialsOf(denied: readonly DenyRule[]): Denials | null {
  if (denied.length === 0) return null;
  const byUser = new Map<UserId, DenyRule>();
  const byGroup = new Map<GroupId, DenyRule>();
  for (const rule of denied) {
    if (rule.who.kind === 'user') byUser.set(rule.who.userId, rule);
    else byGroup.set(rule.who.groupId, rule);
  }
  return { byUser, byGroup };
}

/** The pool tells people apart, so that a change of it may move them to another line. */
function tellsApart(pool: Pool): boolean {
  return pool.usage !== null || pool.denials !== null || pool.isQuiet;
}

/** After `change` everything that follows from settings, hours and groups is true again. */
export function changeRules(state: LedgerState, pool: Pool, change: () => void): void {
  const didTell = tellsApart(pool);
  change();
  recount(state, pool);
  if (!didTell && !tellsApart(pool)) return;
  for (const productId of pool.productIds) {
    const product = state.products.get(productId);
    if (product) restandProduct(state, product);
  }
}
