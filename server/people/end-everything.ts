/** What the ledger holds of a person who is erased ends: sessions, places, seats, memberships, entries of deny lists. */
import type { UserId } from '../../shared/domain.ts';
import type { AdminCommand, LedgerCommand } from '../ledger/commands.ts';
import type { LedgerOutcome } from '../ledger/ports.ts';
import type { LedgerState } from '../ledger/state.ts';
import type { Membership } from './membership.ts';

/** Said in the audit in place of a reason. */
const NOTE = 'The person was erased.';

type Command = AdminCommand | Extract<LedgerCommand, { readonly kind: 'reconcile-sessions' }>;

/** Refusals do not matter here: what is refused ended by itself meanwhile. */
export async function endEverythingOf(
  userId: UserId,
  state: LedgerState,
  membership: Membership,
  submit: (command: Command) => Promise<LedgerOutcome>,
): Promise<void> {
  for (const command of endingCommands(userId, state)) await submit(command);
  for (const groupId of membership.groupIdsOf(userId)) await membership.change(groupId, [], [userId]);
}

function endingCommands(userId: UserId, state: LedgerState): Command[] {
  const user = state.users.get(userId);
  const sessions = [...(user?.sessionIds ?? [])].flatMap((id) => state.sessions.get(id) ?? []);
  const workstationIds = new Set(sessions.map(({ workstationId }) => workstationId));
  return [
    ...[...(user?.ticketIdByProduct.values() ?? [])].map(
      (ticketId): Command => ({ kind: 'end-ticket', ticketId, note: NOTE }),
    ),
    ...[...workstationIds].map(
      (workstationId): Command => ({
        kind: 'reconcile-sessions',
        ...{ userId, workstationId, loginSessionId: null, openSessionIds: [] },
      }),
    ),
    ...[...(user?.awaitedLeaseIds ?? [])].map(
      (leaseId): Command => ({ kind: 'end-lease', leaseId, cause: 'admin', note: NOTE, warnMs: 0 }),
    ),
    ...poolsWithoutDenyOf(userId, state),
  ];
}

function poolsWithoutDenyOf(userId: UserId, state: LedgerState): Command[] {
  return [...state.pools.values()].flatMap(({ poolId, settings }): Command[] => {
    const isOther = ({ who }: (typeof settings.allocation.denied)[number]) =>
      who.kind !== 'user' || who.userId !== userId;
    const denied = settings.allocation.denied.filter(isOther);
    if (denied.length === settings.allocation.denied.length) return [];
    const allocation = { ...settings.allocation, denied };
    return [{ kind: 'configure-pool', poolId, settings: { ...settings, allocation } }];
  });
}
