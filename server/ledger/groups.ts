/** Groups and who belongs to them: look-ups that decisions and evolution share. Pure; reads only. */
import type { GroupId, UserId } from '../../shared/domain.ts';
import type { LedgerState, Pool } from './state.ts';

/** The groups above one, nearest first. */
export function groupsAbove(state: LedgerState, groupId: GroupId): GroupId[] {
  const above: GroupId[] = [];
  for (let at = state.groups.get(groupId)?.parentId ?? null; at !== null; ) {
    above.push(at);
    at = state.groups.get(at)?.parentId ?? null;
  }
  return above;
}

const NO_GROUPS: ReadonlySet<GroupId> = new Set();

/** [L120] All groups of a person: those they are a member of, and all above these. */
export function groupsOf(state: LedgerState, userId: UserId): ReadonlySet<GroupId> {
  const direct = state.groupIdsByUser.get(userId);
  if (!direct) return NO_GROUPS;
  const all = new Set(direct);
  for (const groupId of direct) for (const above of groupsAbove(state, groupId)) all.add(above);
  return all;
}

/** Pools whose settings name groups. */
export function poolsWithGroups(state: LedgerState): Pool[] {
  return [...state.pools.values()].filter(({ settings: { allocation } }) => {
    return allocation.shares.length > 0 || allocation.denied.some(({ who }) => who.kind === 'group');
  });
}
