/** What the calendar changes in a pool: its packs, its hours, the end of its denials. Recorded when due, never looked up while deciding. Pure. */
import type { CapacityPack, PoolSettings } from '../../../shared/domain.ts';
import { failure } from '../../../shared/outcome.ts';
import type { HoursKind } from '../commands.ts';
import type { LedgerEvent } from '../events.ts';
import { isWithinHours } from '../hours.ts';
import type { LedgerState, Pool } from '../state.ts';
import { type CommandOf, type Decided, type DecisionContext, decided } from './decision.ts';

/** [L74] [L127] [L130] [L141] What is due with new settings: in the decision that brings them. */
export function dueEvents(
  poolId: string,
  settings: PoolSettings,
  before: Pool | undefined,
  nowMs: number,
): LedgerEvent[] {
  const { packs, allocation } = settings;
  return [
    ...packs.flatMap((pack) => packEvents(poolId, pack, before?.activePackIds, nowMs)),
    ...allocation.denied
      .filter(({ untilMs }) => untilMs !== null && untilMs <= nowMs)
      .map(({ denyId }): LedgerEvent => ({ kind: 'deny-ended', poolId, denyId })),
    ...hoursEvents(poolId, settings, before, nowMs),
  ];
}

function packEvents(
  poolId: string,
  pack: CapacityPack,
  active: ReadonlySet<string> | undefined,
  nowMs: number,
): LedgerEvent[] {
  const { packId } = pack;
  const isActive = active?.has(packId) ?? false;
  if (isRunning(pack, nowMs) === isActive) return [];
  return [{ kind: isActive ? 'pack-ended' : 'pack-started', poolId, packId }];
}

export function isRunning(pack: CapacityPack, nowMs: number): boolean {
  return pack.fromMs <= nowMs && nowMs < pack.untilMs;
}

/** A pool without working hours always works, one without quiet hours is never quiet: that needs no event. */
function hoursEvents(
  poolId: string,
  { workingHours, quietHours }: PoolSettings,
  before: Pool | undefined,
  nowMs: number,
): LedgerEvent[] {
  const events: LedgerEvent[] = [];
  if (workingHours) {
    const isWithin = isWithinHours(workingHours, nowMs);
    if (isWithin !== (before?.isWorking ?? true)) {
      events.push({ kind: 'hours-changed', poolId, hours: 'working', isWithin });
    }
  }
  if (quietHours) {
    const isWithin = isWithinHours(quietHours, nowMs);
    if (isWithin !== (before?.isQuiet ?? false)) {
      events.push({ kind: 'hours-changed', poolId, hours: 'quiet', isWithin });
    }
  }
  return events;
}

export function startPack(
  state: LedgerState,
  command: CommandOf<'start-pack'>,
  context: DecisionContext,
): Decided {
  const { poolId, packId } = command;
  const pool = state.pools.get(poolId);
  const pack = packOf(pool, packId);
  if (!pool || !pack) return failure('NOT_FOUND', 'This pack is no longer there.');
  if (pool.activePackIds.has(packId) || !isRunning(pack, context.nowMs)) {
    return failure('NOT_DUE', 'This pack does not start now.');
  }
  return decided([{ kind: 'pack-started', poolId, packId }]);
}

export function endPack(
  state: LedgerState,
  command: CommandOf<'end-pack'>,
  context: DecisionContext,
): Decided {
  const { poolId, packId } = command;
  const pool = state.pools.get(poolId);
  const pack = packOf(pool, packId);
  if (!pool || !pack) return failure('NOT_FOUND', 'This pack is no longer there.');
  if (!pool.activePackIds.has(packId) || isRunning(pack, context.nowMs)) {
    return failure('NOT_DUE', 'This pack does not end now.');
  }
  return decided([{ kind: 'pack-ended', poolId, packId }]);
}

function packOf(pool: Pool | undefined, packId: string): CapacityPack | undefined {
  return pool?.settings.packs.find((pack) => pack.packId === packId);
}

/** [L127] The rule is gone from then on. */
export function endDeny(
  state: LedgerState,
  { poolId, denyId }: CommandOf<'end-deny'>,
  { nowMs }: DecisionContext,
): Decided {
  const denied = state.pools.get(poolId)?.settings.allocation.denied ?? [];
  const rule = denied.find((one) => one.denyId === denyId);
  if (!rule) return failure('NOT_FOUND', 'This entry of the deny list is no longer there.');
  if (rule.untilMs === null || nowMs < rule.untilMs) {
    return failure('NOT_DUE', 'This entry of the deny list does not end now.');
  }
  return decided([{ kind: 'deny-ended', poolId, denyId }]);
}

/** [L130] [L141] */
export function changeHours(
  state: LedgerState,
  { poolId, hours }: CommandOf<'change-hours'>,
  { nowMs }: DecisionContext,
): Decided {
  const pool = state.pools.get(poolId);
  const week = pool && hoursOf(pool, hours);
  if (!pool || !week) return failure('NOT_FOUND', 'This pool has no such hours any more.');
  const isWithin = isWithinHours(week, nowMs);
  if (isWithin === areHoursRunning(pool, hours)) return failure('NOT_DUE', 'These hours do not change now.');
  return decided([{ kind: 'hours-changed', poolId, hours, isWithin }]);
}

export function hoursOf({ settings }: Pool, hours: HoursKind): PoolSettings['workingHours'] {
  return hours === 'working' ? settings.workingHours : settings.quietHours;
}

export function areHoursRunning(pool: Pool, hours: HoursKind): boolean {
  return hours === 'working' ? pool.isWorking : pool.isQuiet;
}
