/** "Ask the holder": a request to one holder, the answer, and the move of the seat in one decision. Pure. */
import type { Alternative, HandoverEnd, PoolId, ProductId, Take, UserId } from '../../../shared/domain.ts';
import { failure } from '../../../shared/outcome.ts';
import { MINUTE } from '../../../shared/time.ts';
import { EMPTY_ANSWER } from '../commands.ts';
import type { LedgerEvent, LedgerEventOf } from '../events.ts';
import { type Released, roomAfter } from '../room.ts';
import { alternativesOf, poolIdsOfAlternatives, sessionsOf, ticketOf } from '../seats.ts';
import {
  ASK_AGAIN_AFTER_MS,
  type Handover,
  type Lease,
  type LedgerState,
  type Pool,
  pairOf,
  type Session,
} from '../state.ts';
import { type CommandOf, type Decided, type DecisionContext, decided, isSessionLive } from './decision.ts';
import { endLeases } from './lease.ts';
import { windowMsOf } from './offer.ts';
import { grantEvent, type Part, partsOf, seatEvents } from './placement.ts';
import { endTicketEvents } from './ticket.ts';

/** [L147] So long a request waits for its answer, and so long "in 10 minutes" keeps it open. */
export const HANDOVER_WINDOW_MS = 15 * MINUTE;

/** [L146] */
export function askHolder(
  state: LedgerState,
  command: CommandOf<'ask-holder'>,
  context: DecisionContext,
): Decided {
  const { userId: askerId, workstationId, leaseId, productId, isNamed } = command;
  const lease = state.leases.get(leaseId);
  if (!lease) return failure('NOT_FOUND', 'This seat was already given back.');
  const refusal = refusalToAsk(state, lease, command, context);
  if (refusal) return refusal;
  const asked: LedgerEvent = {
    kind: 'handover-asked',
    handoverId: context.newId(),
    ...{ leaseId, poolId: lease.poolId, productId, askerId, askerWorkstationId: workstationId },
    userId: lease.userId,
    isNamed,
    untilMs: context.nowMs + HANDOVER_WINDOW_MS,
  };
  return decided([asked]);
}

function refusalToAsk(
  state: LedgerState,
  lease: Lease,
  { userId, productId }: CommandOf<'ask-holder'>,
  { nowMs }: DecisionContext,
): Decided | null {
  if (lease.userId === userId) return failure('NOT_ALLOWED', 'This seat is your own.');
  const ways = alternativesOf(state, productId);
  if (!poolIdsOfAlternatives(ways).has(lease.poolId))
    return failure('NOT_ALLOWED', 'This seat would not serve your application.');
  if (!needsSeat(state, userId, productId))
    return failure('NOT_ALLOWED', 'Queue first: a holder is asked by those who wait or run without a seat.');
  if (state.handoverIdByLease.has(lease.leaseId))
    return failure('ALREADY_ASKED', 'Somebody asks for this seat already. Ask another holder.');
  if (openRequest(state, userId, productId))
    return failure('ALREADY_ASKED', 'You ask another holder already. Wait for the answer.');
  const askedAtMs = state.recentAsks.get(pairOf(userId, lease.userId));
  const agoMs = askedAtMs === undefined ? Number.POSITIVE_INFINITY : nowMs - askedAtMs;
  if (agoMs >= 0 && agoMs < ASK_AGAIN_AFTER_MS)
    return failure(
      'TOO_OFTEN',
      'You asked this person a short while ago. Ask again half an hour after that.',
    );
  return null;
}

function openRequest(state: LedgerState, askerId: UserId, productId: ProductId): Handover | undefined {
  const ids = state.users.get(askerId)?.askedHandoverIds ?? [];
  return [...ids].map((id) => state.handovers.get(id)).find((one) => one?.productId === productId);
}

/** [L146] [L149] Waits for the product, or runs without a seat of it. */
function needsSeat(state: LedgerState, userId: UserId, productId: ProductId): boolean {
  if (ticketOf(state, userId, productId)) return true;
  return sessionsOf(state, userId, productId).some(
    ({ seat }) => seat.state === 'overage' || seat.state === 'expired',
  );
}

/** [L147] [L148] */
export function answerHandover(
  state: LedgerState,
  command: CommandOf<'answer-handover'>,
  context: DecisionContext,
): Decided {
  const handover = state.handovers.get(command.handoverId);
  const lease = handover && state.leases.get(handover.leaseId);
  if (!handover || !lease) return failure('NOT_FOUND', 'This request has ended.');
  if (handover.holderId !== command.userId) return failure('NOT_YOURS', 'This request is somebody else’s.');
  const answered = (untilMs: number): LedgerEvent => {
    const { handoverId, holderId: userId, askerId, productId } = handover;
    return {
      kind: 'handover-answered',
      handoverId,
      userId,
      askerId,
      productId,
      answer: command.answer,
      untilMs,
    };
  };
  switch (command.answer) {
    case 'busy':
      return decided([answered(context.nowMs), endedEvent(handover, 'busy')]);
    case 'in-10-minutes':
      return decided([answered(context.nowMs + HANDOVER_WINDOW_MS)]);
    case 'free-now': {
      const moved = moveEvents(state, handover, lease, context);
      if (moved) return decided([answered(context.nowMs), ...moved], () => EMPTY_ANSWER);
      return failure('NOT_ALLOWED', 'They may not have this seat now. You keep it.');
    }
  }
}

/** [L147] */
export function expireHandover(
  state: LedgerState,
  command: CommandOf<'expire-handover'>,
  context: DecisionContext,
): Decided {
  const handover = state.handovers.get(command.handoverId);
  if (!handover) return failure('NOT_FOUND', 'This request has ended.');
  if (context.nowMs < handover.untilMs) return failure('NOT_DUE', 'This request is still open.');
  return decided([endedEvent(handover, 'expired')]);
}

/** [L149] The end of a request whose seat is gone or whose asker needs none any more; undefined: it goes on. */
export function settledHandover(state: LedgerState, handoverId: string): LedgerEvent | undefined {
  const handover = state.handovers.get(handoverId);
  if (!handover) return undefined;
  if (!state.leases.has(handover.leaseId)) return endedEvent(handover, 'lease-gone');
  return needsSeat(state, handover.askerId, handover.productId)
    ? undefined
    : endedEvent(handover, 'withdrawn');
}

function endedEvent(
  handover: Handover,
  reason: HandoverEnd,
  takenFrom: readonly PoolId[] = [],
): LedgerEventOf<'handover-ended'> {
  const { handoverId, leaseId, holderId: userId, askerId, productId } = handover;
  return { kind: 'handover-ended', handoverId, leaseId, userId, askerId, productId, reason, takenFrom };
}

/** [L148] null: shares, caps, limits or the capacity forbid it. */
function moveEvents(
  state: LedgerState,
  handover: Handover,
  lease: Lease,
  context: DecisionContext,
): LedgerEvent[] | null {
  const { askerId, productId, askerWorkstationId: workstationId } = handover;
  const leaving = endLeases(state, [lease], 'handed-over', null);
  const ticket = ticketOf(state, askerId, productId);
  const ticketEnds = ticket ? endTicketEvents(state, ticket, 'granted', 'withdrawn', null) : [];
  const released = releasedBy(state, [...leaving, ...ticketEnds]);
  const session = sessionsOf(state, askerId, productId).find(
    ({ sessionId, seat }) => seat.state === 'overage' && isSessionLive(state, sessionId, context),
  );
  for (const takes of alternativesOf(state, productId)) {
    if (!takes.some(({ poolId }) => poolId === lease.poolId)) continue;
    const parts = partsFor(state, session, takes, released.leaseIds);
    if (!parts.every((part) => isEnough(state, part, askerId, released.ofPool))) continue;
    const takenFrom = parts.filter(({ join }) => !join).map(({ take }) => take.poolId);
    const seat = session
      ? seatEvents(state, session, parts, 'handover', context)
      : awaitedGrants(state, { userId: askerId, productId, workstationId }, takes, context);
    return [...leaving, ...ticketEnds, endedEvent(handover, 'moved', takenFrom), ...seat];
  }
  return null;
}

/** What these events set free. */
function releasedBy(state: LedgerState, events: readonly LedgerEvent[]) {
  const leaseIds = new Set<string>();
  const ofPool = new Map<PoolId, Released[]>();
  const add = ({ poolId, units }: Take, userId: UserId) =>
    ofPool.set(poolId, [...(ofPool.get(poolId) ?? []), { userId, units }]);
  for (const event of events) {
    const lease = event.kind === 'lease-ended' ? state.leases.get(event.leaseId) : undefined;
    if (lease) {
      leaseIds.add(lease.leaseId);
      add(lease, lease.userId);
    }
    if (event.kind === 'offer-ended') for (const take of event.takes) add(take, event.userId);
  }
  return { leaseIds, ofPool };
}

/** Nobody sits down on a seat that is being given away. */
function partsFor(
  state: LedgerState,
  session: Session | undefined,
  takes: Alternative,
  leaving: ReadonlySet<string>,
): Part[] {
  const parts = session ? partsOf(state, session, takes) : takes.map((take) => ({ take, join: null }));
  return parts.map((part) => (part.join && leaving.has(part.join.leaseId) ? { ...part, join: null } : part));
}

/** [L43] Without a session the seat waits for the application. */
function awaitedGrants(
  state: LedgerState,
  who: Pick<Session, 'userId' | 'workstationId' | 'productId'>,
  takes: Alternative,
  context: DecisionContext,
): LedgerEvent[] {
  const untilMs = context.nowMs + windowMsOf(state, takes);
  return takes.map((take) => grantEvent(state, who, take, context.newId(), 'handover', untilMs));
}

/** [L1] [L148] Units that the holder did not have are only taken where nobody else waits for them. */
function isEnough(
  state: LedgerState,
  { take: { poolId, units }, join }: Part,
  askerId: UserId,
  released: ReadonlyMap<PoolId, readonly Released[]>,
): boolean {
  if (join) return true;
  const pool = state.pools.get(poolId);
  const ended = released.get(poolId) ?? [];
  if (!pool || roomAfter(state, pool, askerId, ended) < units) return false;
  const endedUnits = ended.reduce((sum, one) => sum + one.units, 0);
  return endedUnits >= units || !doOthersWait(state, pool, askerId);
}

function doOthersWait(state: LedgerState, pool: Pool, askerId: UserId): boolean {
  let waiting = 0;
  for (const productId of pool.productIds) {
    for (const { line } of state.products.get(productId)?.lines.values() ?? []) waiting += line.size;
    if (typeof ticketOf(state, askerId, productId)?.lineKey === 'string') waiting -= 1;
  }
  return waiting > 0;
}
