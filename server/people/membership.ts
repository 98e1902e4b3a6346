/**
 * Groups and who belongs to them: names in the records, membership in the ledger. The one way of people, groups and
 * imports to both.
 */
import type { GroupId, UserId } from '../../shared/domain.ts';
import { type Outcome, success } from '../../shared/outcome.ts';
import type { Directory } from '../agents/directory.ts';
import type { AdminCommand, RefusalCode } from '../ledger/commands.ts';
import type { Ledger, LedgerOutcome } from '../ledger/ports.ts';
import type { GroupRow } from '../stores/records.ts';

/** Who belongs where, as it is durable. */
export interface MembershipView {
  groupIds(): readonly GroupId[];
  /** Groups that name this person as a member; not those above them. */
  groupIdsOf(userId: UserId): readonly GroupId[];
  memberIdsOf(groupId: GroupId): Iterable<UserId>;
  memberCount(groupId: GroupId): number;
  parentOf(groupId: GroupId): GroupId | null;
  has(groupId: GroupId): boolean;
}

export interface Membership extends MembershipView {
  /** Makes a group, or gives it another name or place. */
  make(row: GroupRow, parentId: GroupId | null): Promise<Outcome<null, RefusalCode>>;
  change(
    groupId: GroupId,
    add: readonly UserId[],
    remove: readonly UserId[],
  ): Promise<Outcome<null, RefusalCode>>;
  remove(groupId: GroupId): Promise<Outcome<null, RefusalCode>>;
}

/** So many people join or leave in one command. */
const PEOPLE_AT_ONCE = 500;

export function membershipView(ledger: Pick<Ledger, 'state'>): MembershipView {
  return {
    groupIds: () => [...ledger.state().groups.keys()],
    memberCount: (groupId) => ledger.state().groups.get(groupId)?.memberIds.size ?? 0,
    groupIdsOf: (userId) => [...(ledger.state().groupIdsByUser.get(userId) ?? [])],
    memberIdsOf: (groupId) => ledger.state().groups.get(groupId)?.memberIds ?? [],
    parentOf: (groupId) => ledger.state().groups.get(groupId)?.parentId ?? null,
    has: (groupId) => ledger.state().groups.has(groupId),
  };
}

/** @param submit asks the ledger in somebody's name */
export function createMembership(
  view: MembershipView,
  directory: Pick<Directory, 'write'>,
  submit: (command: AdminCommand) => Promise<LedgerOutcome>,
): Membership {
  const ask = async (command: AdminCommand): Promise<Outcome<null, RefusalCode>> => {
    const outcome = await submit(command);
    return outcome.ok ? success(null) : outcome;
  };
  return {
    ...view,
    async make(row, parentId) {
      // The ledger first: it may refuse the place. A group without a name is shown by its id until the row follows.
      const made = await ask({ kind: 'configure-group', groupId: row.groupId, parentId });
      if (made.ok) await directory.write([{ record: 'group', op: 'put', row }]);
      return made;
    },
    async change(groupId, add, remove) {
      for (let index = 0; index < Math.max(add.length, remove.length); index += PEOPLE_AT_ONCE) {
        const part = (ids: readonly UserId[]) => ids.slice(index, index + PEOPLE_AT_ONCE);
        const changed = await ask({
          kind: 'change-members',
          groupId,
          add: part(add),
          remove: part(remove),
        });
        if (!changed.ok) return changed;
      }
      return success(null);
    },
    async remove(groupId) {
      const removed = await ask({ kind: 'remove-group', groupId });
      if (removed.ok) await directory.write([{ record: 'group', op: 'delete', key: { groupId } }]);
      return removed;
    },
  };
}
