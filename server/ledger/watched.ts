/** What the reaper watches: when each deadline is due on the wall clock as things stand, and the command that it becomes. Pure. */
import { assertNever } from '../../shared/outcome.ts';
import type { HoursKind, TimedCommand } from './commands.ts';
import { areHoursRunning, hoursOf } from './decide/pool-times.ts';
import { isWithinHours, nextChangeOfHours } from './hours.ts';
import type { LedgerState } from './state.ts';

export type Watched =
  | { readonly kind: 'offer'; readonly offerId: string }
  | { readonly kind: 'lease-time'; readonly leaseId: string }
  | { readonly kind: 'lease-silence'; readonly leaseId: string }
  | { readonly kind: 'ticket'; readonly ticketId: string }
  | { readonly kind: 'handover'; readonly handoverId: string }
  | { readonly kind: 'pack'; readonly poolId: string; readonly packId: string }
  | { readonly kind: 'deny'; readonly poolId: string; readonly denyId: string }
  | { readonly kind: 'hours'; readonly poolId: string; readonly hours: HoursKind };

/** What was missed while the server was away. */
const LONG_DUE_MS = 0;

/** @returns wall clock, ms; null: never, as things stand */
export function timeOf(
  state: LedgerState,
  watched: Exclude<Watched, { kind: 'lease-silence' }>,
  nowMs: number,
): number | null {
  switch (watched.kind) {
    case 'offer':
      return state.offers.get(watched.offerId)?.untilMs ?? null;
    case 'lease-time':
      return leaseTimeOf(state, watched.leaseId);
    case 'ticket':
      return state.tickets.get(watched.ticketId)?.later?.untilMs ?? null;
    case 'handover':
      return state.handovers.get(watched.handoverId)?.untilMs ?? null;
    case 'pack':
      return packTimeOf(state, watched.poolId, watched.packId, nowMs);
    case 'deny': {
      const denied = state.pools.get(watched.poolId)?.settings.allocation.denied ?? [];
      return denied.find(({ denyId }) => denyId === watched.denyId)?.untilMs ?? null;
    }
    case 'hours':
      return hoursTimeOf(state, watched.poolId, watched.hours, nowMs);
    default:
      return assertNever(watched);
  }
}

/** End of an awaited lease's window, announced end or maximum age, whichever is first; not within a grace. */
function leaseTimeOf(state: LedgerState, leaseId: string): number | null {
  const lease = state.leases.get(leaseId);
  if (!lease) return null;
  const maximumAgeMs = state.pools.get(lease.poolId)?.settings.maximumLeaseAgeMs ?? null;
  const agedAtMs = maximumAgeMs === null ? Number.POSITIVE_INFINITY : lease.grantedAtMs + maximumAgeMs;
  const unclaimedAtMs = lease.use.state === 'awaited' ? lease.use.untilMs : Number.POSITIVE_INFINITY;
  const announcedAtMs = lease.warning?.untilMs ?? Number.POSITIVE_INFINITY;
  const atMs = Math.min(agedAtMs, unclaimedAtMs, announcedAtMs);
  return atMs === Number.POSITIVE_INFINITY ? null : Math.max(atMs, state.graceUntilMs);
}

/** The pack's end while it runs, else its start; a pack that is over has no time left. */
function packTimeOf(state: LedgerState, poolId: string, packId: string, nowMs: number): number | null {
  const pool = state.pools.get(poolId);
  const pack = pool?.settings.packs.find((one) => one.packId === packId);
  if (!pool || !pack) return null;
  if (pool.activePackIds.has(packId)) return pack.untilMs;
  return nowMs < pack.untilMs ? pack.fromMs : null;
}

/** [L130] [L141] At once where what is recorded is not what is so; else when it changes next. */
function hoursTimeOf(state: LedgerState, poolId: string, hours: HoursKind, nowMs: number): number | null {
  const pool = state.pools.get(poolId);
  const week = pool && hoursOf(pool, hours);
  if (!pool || !week) return null;
  const isRecorded = isWithinHours(week, nowMs) === areHoursRunning(pool, hours);
  return isRecorded ? nextChangeOfHours(week, nowMs) : LONG_DUE_MS;
}

export function commandFor(state: LedgerState, watched: Watched): TimedCommand {
  switch (watched.kind) {
    case 'offer':
      return { kind: 'expire-offer', offerId: watched.offerId };
    case 'lease-time':
    case 'lease-silence':
      return { kind: 'expire-lease', leaseId: watched.leaseId };
    case 'ticket':
      return { kind: 'call-back', ticketId: watched.ticketId };
    case 'handover':
      return { kind: 'expire-handover', handoverId: watched.handoverId };
    case 'pack': {
      const { poolId, packId } = watched;
      const isActive = state.pools.get(poolId)?.activePackIds.has(packId) ?? false;
      return { kind: isActive ? 'end-pack' : 'start-pack', poolId, packId };
    }
    case 'deny':
      return { kind: 'end-deny', poolId: watched.poolId, denyId: watched.denyId };
    case 'hours':
      return { kind: 'change-hours', poolId: watched.poolId, hours: watched.hours };
    default:
      return assertNever(watched);
  }
}

/** One text for each watched thing. */
export function keyOf(watched: Watched): string {
  switch (watched.kind) {
    case 'offer':
      return `offer ${watched.offerId}`;
    case 'lease-time':
    case 'lease-silence':
      return `${watched.kind} ${watched.leaseId}`;
    case 'ticket':
      return `ticket ${watched.ticketId}`;
    case 'handover':
      return `handover ${watched.handoverId}`;
    case 'pack':
      return JSON.stringify(['pack', watched.poolId, watched.packId]);
    case 'deny':
      return JSON.stringify(['deny', watched.poolId, watched.denyId]);
    case 'hours':
      return JSON.stringify([watched.hours, watched.poolId]);
    default:
      return assertNever(watched);
  }
}
