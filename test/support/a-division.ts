/** Short words for tests about groups and how a pool is divided. */
import type { Allocation, DenyRule, GroupShare, PoolSettings } from '../../shared/domain.ts';
import type { TestLedger } from './a-ledger.ts';

export function share(groupId: string, parts: Partial<GroupShare> = {}): GroupShare {
  return { groupId, reservedUnits: 0, capUnits: null, priorityClass: null, ...parts };
}

/** What pool settings need to divide its units so. */
export function divided(parts: Partial<Allocation>): Pick<PoolSettings, 'allocation'> {
  return { allocation: { shares: [], unitsPerUser: null, lending: 'never', denied: [], ...parts } };
}

export function denied(userId: string, parts: Partial<DenyRule> = {}): DenyRule {
  const who = { kind: 'user', userId } as const;
  return { denyId: `deny-${userId}`, who, reason: 'over budget', untilMs: null, ...parts };
}

/** Makes the groups in this order, each with its members; `within` names the one above. */
export async function groups(
  t: TestLedger,
  ...some: readonly { id: string; within?: string; members?: readonly string[] }[]
): Promise<void> {
  for (const { id, within = null, members = [] } of some) {
    await t.ask({ kind: 'configure-group', groupId: id, parentId: within });
    await join(t, id, ...members);
  }
}

export async function join(t: TestLedger, groupId: string, ...add: readonly string[]): Promise<void> {
  await t.ask({ kind: 'change-members', groupId, add, remove: [] });
}

export async function leaveGroup(t: TestLedger, groupId: string, ...remove: string[]): Promise<void> {
  await t.ask({ kind: 'change-members', groupId, add: [], remove });
}

/** The denial of a session that runs without a seat. */
export function denialOf(t: TestLedger, sessionId: string) {
  const seat = t.state.sessions.get(sessionId)?.seat;
  return seat?.state === 'overage' ? seat.denial : null;
}
