/** The parts of a snapshot that concern hand-over, warnings and what is remembered of people. Pure. */
import type { PoolId, UnsavedWork, UserId, WorkstationId } from '../../shared/domain.ts';
import { userOf } from './evolve/user.ts';
import type { Handover, IdleDebt, LedgerState, Warning } from './state.ts';

/** Sorted, so that equal states give equal images. */
export interface MemoryImage {
  readonly handovers: readonly Handover[];
  readonly recentAsks: readonly (readonly [pair: string, atMs: number])[];
  readonly idleDebts: readonly (readonly [userId: UserId, debts: readonly (readonly [PoolId, IdleDebt])[]])[];
  readonly bookings: readonly (readonly [userId: UserId, times: readonly (readonly [PoolId, number[]])[]])[];
}

/** What a snapshot of the first form lacks. */
export const NO_MEMORY: MemoryImage = { handovers: [], recentAsks: [], idleDebts: [], bookings: [] };

export type WarningImage = Omit<Warning, 'unsavedWork'> & {
  readonly unsavedWork: readonly (readonly [WorkstationId, UnsavedWork])[];
};

export function memoryImage(state: LedgerState): MemoryImage {
  const users = [...state.users].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    handovers: [...state.handovers.values()],
    recentAsks: [...state.recentAsks],
    idleDebts: users.flatMap(([userId, { idleDebts }]) =>
      idleDebts.size > 0 ? [[userId, [...idleDebts]] as const] : [],
    ),
    bookings: users.flatMap(([userId, { bookings }]) =>
      bookings.size > 0 ? [[userId, [...bookings]] as const] : [],
    ),
  };
}

export function addMemory(state: LedgerState, image: MemoryImage): void {
  for (const handover of image.handovers) {
    const { handoverId, leaseId, askerId, holderId } = handover;
    state.handovers.set(handoverId, handover);
    state.handoverIdByLease.set(leaseId, handoverId);
    userOf(state, askerId).askedHandoverIds.add(handoverId);
    userOf(state, holderId).handoverIds.add(handoverId);
  }
  for (const [pair, atMs] of image.recentAsks) state.recentAsks.set(pair, atMs);
  for (const [userId, debts] of image.idleDebts)
    for (const [poolId, debt] of debts) userOf(state, userId).idleDebts.set(poolId, debt);
  for (const [userId, times] of image.bookings)
    for (const [poolId, ofPool] of times) userOf(state, userId).bookings.set(poolId, ofPool);
}

export function warningImage(warning: Warning | null): WarningImage | null {
  return warning && { ...warning, unsavedWork: [...warning.unsavedWork] };
}

export function warningFrom(image: WarningImage | null): Warning | null {
  return image && { ...image, unsavedWork: new Map(image.unsavedWork) };
}
