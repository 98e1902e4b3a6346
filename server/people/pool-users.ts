/** Everybody who uses a pool now or did lately. Pure over the ledger's state and what the records counted. */
import type { PoolUser } from '../../shared/rest/allocation.ts';
import type { LedgerState, Pool } from '../ledger/state.ts';
import type { UserTally } from '../stores/tallies.ts';

export interface UserNames {
  userName(userId: string): string;
  isSimulated(userId: string): boolean;
  groupIdsOf(userId: string): readonly string[];
  lastSeenMs(userId: string): number | null;
}

interface Present {
  activeSessions: number;
  unitsHeld: number;
  isWaiting: boolean;
}

/** Users of now first, the most units first, then by what they started last. */
export function poolUsers(
  state: LedgerState,
  pool: Pool,
  recent: readonly UserTally[],
  isLive: (sessionId: string) => boolean,
  names: UserNames,
): PoolUser[] {
  const present = presentUsers(state, pool, isLive);
  const tallies = new Map(recent.map((tally) => [tally.userId, tally]));
  return [...new Set([...present.keys(), ...tallies.keys()])]
    .map((userId): PoolUser => {
      const now = present.get(userId);
      const tally = tallies.get(userId);
      return {
        userId,
        userName: names.userName(userId),
        simulated: names.isSimulated(userId),
        groupIds: [...names.groupIdsOf(userId)],
        activeSessions: now?.activeSessions ?? 0,
        unitsHeld: now?.unitsHeld ?? 0,
        isWaiting: now?.isWaiting ?? false,
        lastSeenMs: names.lastSeenMs(userId),
        recentSessions: tally?.sessions ?? 0,
        lastStartedAtMs: tally?.lastStartedAtMs ?? null,
      };
    })
    .sort(
      (a, b) =>
        b.unitsHeld - a.unitsHeld ||
        b.activeSessions - a.activeSessions ||
        Number(b.isWaiting) - Number(a.isWaiting) ||
        (b.lastStartedAtMs ?? 0) - (a.lastStartedAtMs ?? 0) ||
        (a.userId < b.userId ? -1 : 1),
    );
}

function presentUsers(
  state: LedgerState,
  pool: Pool,
  isLive: (sessionId: string) => boolean,
): Map<string, Present> {
  const present = new Map<string, Present>();
  const of = (userId: string): Present => {
    const known = present.get(userId) ?? { activeSessions: 0, unitsHeld: 0, isWaiting: false };
    present.set(userId, known);
    return known;
  };
  for (const leaseId of pool.leaseIds) {
    const lease = state.leases.get(leaseId);
    if (lease) of(lease.userId).unitsHeld += lease.units;
  }
  for (const { userId, units } of pool.checkouts.values()) if (userId !== null) of(userId).unitsHeld += units;
  for (const productId of pool.productIds)
    for (const sessionId of state.sessionIdsByProduct.get(productId) ?? []) {
      const session = state.sessions.get(sessionId);
      if (session?.origin === 'application' && isLive(sessionId)) of(session.userId).activeSessions += 1;
    }
  for (const ticket of state.tickets.values())
    if (pool.productIds.has(ticket.productId)) of(ticket.userId).isWaiting = true;
  return present;
}
