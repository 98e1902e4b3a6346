/** How groups change with an event, and what is out counts anew with them [L121]. */
import type { GroupId, UserId } from '../../../shared/domain.ts';
import { invariant } from '../../../shared/outcome.ts';
import type { LedgerEventOf } from '../events.ts';
import { poolsWithGroups } from '../groups.ts';
import type { Group, LedgerState, Pool } from '../state.ts';
import { addToGroups, changeRules } from './allocation.ts';
import { restandUser } from './line.ts';

export function groupConfigured(state: LedgerState, event: LedgerEventOf<'group-configured'>): void {
  const { groupId, parentId } = event;
  const known = state.groups.get(groupId);
  const group: Group = { groupId, parentId, memberIds: known?.memberIds ?? new Set() };
  changeTree(state, known !== undefined, () => state.groups.set(groupId, group));
}

export function groupRemoved(state: LedgerState, { groupId }: LedgerEventOf<'group-removed'>): void {
  const group = groupOf(state, groupId);
  for (const other of state.groups.values()) {
    invariant(other.parentId !== groupId, 'no group lies within a group that is removed');
  }
  changeTree(state, true, () => {
    for (const userId of group.memberIds) leaveGroup(state, group, userId);
    state.groups.delete(groupId);
  });
}

/** A group that nobody belongs to yet changes nothing for anybody. */
function changeTree(state: LedgerState, mayMatter: boolean, change: () => void): void {
  const pools = mayMatter ? poolsWithGroups(state) : [];
  change();
  for (const pool of pools) changeRules(state, pool, () => undefined);
}

export function membersChanged(state: LedgerState, event: LedgerEventOf<'members-changed'>): void {
  const group = groupOf(state, event.groupId);
  const pools = poolsWithGroups(state);
  for (const userId of event.removed) {
    moveUnits(state, pools, userId, () => leaveGroup(state, group, userId));
  }
  for (const userId of event.added) {
    moveUnits(state, pools, userId, () => joinGroup(state, group, userId));
  }
}

function moveUnits(state: LedgerState, pools: readonly Pool[], userId: UserId, change: () => void): void {
  const counted = pools.flatMap(({ usage }) => {
    const units = usage?.unitsByUser.get(userId) ?? 0;
    return usage && units !== 0 ? [{ usage, units }] : [];
  });
  for (const { usage, units } of counted) addToGroups(state, usage, userId, -units);
  change();
  for (const { usage, units } of counted) addToGroups(state, usage, userId, units);
  if (pools.length > 0) restandUser(state, userId);
}

function groupOf(state: LedgerState, groupId: GroupId): Group {
  const group = state.groups.get(groupId);
  invariant(group, `group ${groupId} is known`);
  return group;
}

export function joinGroup(state: LedgerState, { groupId, memberIds }: Group, userId: UserId): void {
  memberIds.add(userId);
  const ofUser = state.groupIdsByUser.get(userId) ?? new Set();
  ofUser.add(groupId);
  state.groupIdsByUser.set(userId, ofUser);
}

function leaveGroup(state: LedgerState, { groupId, memberIds }: Group, userId: UserId): void {
  memberIds.delete(userId);
  const ofUser = state.groupIdsByUser.get(userId);
  ofUser?.delete(groupId);
  if (ofUser?.size === 0) state.groupIdsByUser.delete(userId);
}
