/** What an admin does to groups. Pure. */
import type { Allocation, GroupId } from '../../../shared/domain.ts';
import { failure } from '../../../shared/outcome.ts';
import type { LedgerEvent } from '../events.ts';
import { groupsAbove, poolsWithGroups } from '../groups.ts';
import type { LedgerState } from '../state.ts';
import { type CommandOf, type Decided, decided } from './decision.ts';

const UNKNOWN = 'GROUP_UNKNOWN';

/** [L120] */
export function configureGroup(state: LedgerState, command: CommandOf<'configure-group'>): Decided {
  const { groupId, parentId } = command;
  if (parentId !== null) {
    if (parentId !== groupId && !state.groups.has(parentId)) {
      return failure(UNKNOWN, `There is no group ${parentId}: create it first.`);
    }
    if (parentId === groupId || groupsAbove(state, parentId).includes(groupId)) {
      return failure('GROUP_CYCLE', 'A group cannot lie within itself: choose another group above it.');
    }
  }
  const known = state.groups.get(groupId);
  if (known && known.parentId === parentId) return decided([]);
  return decided([{ kind: 'group-configured', groupId, parentId }]);
}

/** [L120] What lay within it moves up; shares and denials that name it go. */
export function removeGroup(state: LedgerState, { groupId }: CommandOf<'remove-group'>): Decided {
  const group = state.groups.get(groupId);
  if (!group) return failure(UNKNOWN, `There is no group ${groupId}.`);
  const events: LedgerEvent[] = [];
  for (const { poolId, settings } of poolsWithGroups(state)) {
    const allocation = without(settings.allocation, groupId);
    if (allocation) events.push({ kind: 'pool-configured', poolId, settings: { ...settings, allocation } });
  }
  for (const within of state.groups.values()) {
    if (within.parentId !== groupId) continue;
    events.push({ kind: 'group-configured', groupId: within.groupId, parentId: group.parentId });
  }
  return decided([...events, { kind: 'group-removed', groupId }]);
}

/** null: the group is not named there. */
function without(allocation: Allocation, groupId: GroupId): Allocation | null {
  const shares = allocation.shares.filter((share) => share.groupId !== groupId);
  const denied = allocation.denied.filter(({ who }) => who.kind === 'user' || who.groupId !== groupId);
  const isNamed = shares.length < allocation.shares.length || denied.length < allocation.denied.length;
  return isNamed ? { ...allocation, shares, denied } : null;
}

/** [L120] [L121] Only what changes is recorded. Who is to be added and removed at once is a member. */
export function changeMembers(state: LedgerState, command: CommandOf<'change-members'>): Decided {
  const { groupId } = command;
  const group = state.groups.get(groupId);
  if (!group) return failure(UNKNOWN, `There is no group ${groupId}: create it first.`);
  const wanted = new Set(command.add);
  const added = [...wanted].filter((userId) => !group.memberIds.has(userId));
  const removed = [...new Set(command.remove)].filter(
    (userId) => group.memberIds.has(userId) && !wanted.has(userId),
  );
  if (added.length + removed.length === 0) return decided([]);
  return decided([{ kind: 'members-changed', groupId, added, removed }]);
}

/** Groups that these settings name and that are not there; undefined: all are. */
export function unknownGroupIn(state: LedgerState, { shares, denied }: Allocation): GroupId | undefined {
  const named = [
    ...shares.map(({ groupId }) => groupId),
    ...denied.flatMap(({ who }) => (who.kind === 'group' ? [who.groupId] : [])),
  ];
  return named.find((groupId) => !state.groups.has(groupId));
}
