/** The command that a draw by chance means as things stand in a ledger. */
import type { LedgerCommand } from '../../server/ledger/commands.ts';
import type { LedgerState } from '../../server/ledger/state.ts';
import { aPool, type Draw, GROUPS, USERS } from './ledger-steps.ts';

const nth = <T>(all: Iterable<T>, at: number): T | undefined => {
  const list = [...all];
  return list[at % Math.max(1, list.length)];
};

/** The command for a draw as things stand; what is not there is asked for by an id that nobody has. */
export function commandFor(draw: Draw, state: LedgerState, nowMs: number): LedgerCommand {
  const { user: userId, product: productId, pool: poolId, at, flag } = draw;
  const workstationId = flag ? 'm1' : 'm2';
  const session = nth(state.sessions.values(), at);
  const lease = nth(state.leases.values(), at);
  const offer = nth(state.offers.values(), at);
  const ticket = nth(state.tickets.values(), at);
  const sessionId = session?.sessionId ?? 'nobody';
  const leaseId = lease?.leaseId ?? 'nobody';
  switch (draw.kind) {
    case 'start-session': {
      const who = {
        userId,
        workstationId,
        loginSessionId: userId,
        processKey: `process-${at}`,
        deviceKey: null,
      };
      const origin = at === 7 ? 'hold' : 'application';
      return { kind: draw.kind, sessionId: `${userId}-${at}`, ...who, productId, startedAtMs: nowMs, origin };
    }
    case 'end-session':
      return { kind: draw.kind, sessionId, endedAtMs: nowMs, reason: 'exit' };
    case 'reconcile-sessions': {
      const openSessionIds = flag ? [`${userId}-${at}`] : [];
      return { kind: draw.kind, userId, workstationId, loginSessionId: null, openSessionIds };
    }
    case 'queue':
      return { kind: draw.kind, userId, productId };
    case 'leave':
      return { kind: draw.kind, userId: ticket?.userId ?? userId, ticketId: ticket?.ticketId ?? 'nobody' };
    case 'claim':
    case 'decline': {
      const whose = { userId: offer?.userId ?? userId, offerId: offer?.offerId ?? 'nobody' };
      return draw.kind === 'claim'
        ? { kind: 'claim', workstationId, ...whose }
        : { kind: 'decline', ...whose };
    }
    case 'release': {
      const comeBackAtMs = flag ? nowMs + (at + 1) * 60_000 : null;
      return { kind: draw.kind, userId: session?.userId ?? userId, sessionId, comeBackAtMs };
    }
    case 'defer': {
      const whose = { userId: ticket?.userId ?? userId, ticketId: ticket?.ticketId ?? 'nobody' };
      return { kind: draw.kind, ...whose, forMs: (at + 1) * 60_000 };
    }
    case 'ask-holder':
      return askHolder(draw, state, workstationId);
    case 'answer-handover': {
      const handover = nth(state.handovers.values(), at);
      const answer = (['free-now', 'free-now', 'in-10-minutes', 'busy'] as const)[at % 4] ?? 'busy';
      return {
        kind: draw.kind,
        userId: handover?.holderId ?? userId,
        handoverId: handover?.handoverId ?? 'nobody',
        answer,
      };
    }
    case 'report-unsaved':
      return {
        kind: draw.kind,
        userId: lease?.userId ?? userId,
        workstationId,
        leaseId,
        unsavedWork: flag ? 'yes' : 'unknown',
      };
    case 'note-idle': {
      const parts = [{ poolId: lease?.poolId ?? poolId, leaseId, idleMs: (at + 1) * 30_000 }];
      return { kind: draw.kind, userId: lease?.userId ?? userId, parts };
    }
    default:
      return adminCommandFor(draw, state, nowMs);
  }
}

/** Nearly always somebody who needs a seat, and a seat that would help. */
function askHolder(
  { user, product, at, flag }: Draw,
  state: LedgerState,
  workstationId: string,
): LedgerCommand {
  const needy = [...state.tickets.values(), ...state.sessions.values()].filter(
    (one) => !('seat' in one) || one.seat.state === 'overage',
  );
  const { userId, productId } = nth(needy, at) ?? { userId: user, productId: product };
  const poolIds = (state.products.get(productId)?.alternatives ?? []).flat().map(({ poolId }) => poolId);
  const leases = [...state.leases.values()].filter(
    (one) => one.userId !== userId && poolIds.includes(one.poolId),
  );
  const leaseId = nth(leases, at)?.leaseId ?? 'nobody';
  return { kind: 'ask-holder', userId, workstationId, leaseId, productId, isNamed: flag };
}

function adminCommandFor(draw: Draw, state: LedgerState, nowMs: number): LedgerCommand {
  const { user, product: productId, pool: poolId, group: groupId, at, flag } = draw;
  const leaseId = nth(state.leases.values(), at)?.leaseId ?? 'nobody';
  switch (draw.kind) {
    case 'configure-pool': {
      const settings = { ...(state.pools.get(poolId)?.settings ?? aPool(poolId)), ...draw.settings };
      return { kind: draw.kind, poolId, settings };
    }
    case 'remove-pool':
      return { kind: draw.kind, poolId };
    case 'configure-product':
      return {
        kind: draw.kind,
        productId: productId === 'm' ? 'r' : productId,
        alternatives: at === 7 ? [] : draw.ways,
      };
    case 'configure-group':
      return { kind: draw.kind, groupId, parentId: flag ? (nth(GROUPS, at) ?? null) : null };
    case 'remove-group':
      return { kind: draw.kind, groupId };
    case 'change-members':
      return { kind: draw.kind, groupId, add: flag ? [user] : [], remove: flag ? [] : [user] };
    case 'end-lease':
      return { kind: draw.kind, leaseId, cause: 'admin', note: 'for the audit', warnMs: flag ? 60_000 : 0 };
    case 'withdraw-warning':
      return { kind: draw.kind, leaseId };
    case 'end-ticket':
      return { kind: draw.kind, ticketId: nth(state.tickets.keys(), at) ?? 'nobody', note: 'for the audit' };
    case 'checkouts-observed': {
      const checkouts = USERS.slice(0, at % 4).map((userId) => {
        return { checkoutId: `out-${userId}`, userId, workstationId: null, units: 1, sinceMs: nowMs };
      });
      const poll = { observedAtMs: nowMs, pollEveryMs: 30_000, capacity: flag ? 3 : null };
      return { kind: draw.kind, poolId: 'managed', ...poll, checkouts };
    }
    case 'poll-failed':
      return { kind: draw.kind, poolId: 'managed', failedAtMs: nowMs };
    default:
      throw new Error(`${draw.kind} is an agent's`);
  }
}
