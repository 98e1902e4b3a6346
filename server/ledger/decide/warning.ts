/** An admin takes a seat back: at once, or announced, with the holder's word on unsaved work. Pure. */
import { failure } from '../../../shared/outcome.ts';
import { EMPTY_ANSWER } from '../commands.ts';
import type { LedgerEvent } from '../events.ts';
import type { Lease, LedgerState } from '../state.ts';
import { type CommandOf, type Decided, type DecisionContext, decided } from './decision.ts';
import { endLeases } from './lease.ts';

const GONE = 'This seat was already given back.';

/** [L150] What was proven to be reclaimable ends at once. */
export function endLease(
  state: LedgerState,
  command: CommandOf<'end-lease'>,
  context: DecisionContext,
): Decided {
  const lease = state.leases.get(command.leaseId);
  if (!lease) return failure('NOT_FOUND', GONE);
  const isWarned = command.warnMs > 0 && command.cause === 'admin';
  const events = isWarned
    ? [warnedEvent(lease, command.note, context.nowMs + command.warnMs)]
    : endLeases(state, [lease], command.cause, command.note);
  return decided(events, () => ({ ...EMPTY_ANSWER, leaseIds: [lease.leaseId] }));
}

function warnedEvent(lease: Lease, note: string, untilMs: number): LedgerEvent {
  const { leaseId, poolId, userId, productId } = lease;
  return { kind: 'lease-warned', leaseId, poolId, userId, productId, note, untilMs };
}

/** [L150] */
export function withdrawWarning(state: LedgerState, command: CommandOf<'withdraw-warning'>): Decided {
  const lease = state.leases.get(command.leaseId);
  if (!lease) return failure('NOT_FOUND', GONE);
  if (!lease.warning) return failure('NOT_FOUND', 'No end of this seat was announced.');
  const { leaseId, poolId, userId, productId } = lease;
  return decided([{ kind: 'warning-withdrawn', leaseId, poolId, userId, productId }]);
}

/** [L151] Nothing is recorded that is known already, or of a seat that no longer ends. */
export function reportUnsaved(state: LedgerState, command: CommandOf<'report-unsaved'>): Decided {
  const lease = state.leases.get(command.leaseId);
  if (!lease) return failure('NOT_FOUND', GONE);
  if (lease.userId !== command.userId) return failure('NOT_YOURS', 'This seat is somebody else’s.');
  const { workstationId, unsavedWork } = command;
  if (!lease.warning || lease.warning.unsavedWork.get(workstationId) === unsavedWork) return decided([]);
  const { leaseId, poolId, userId, productId } = lease;
  const where = { leaseId, poolId, userId, productId, workstationId };
  return decided([{ kind: 'unsaved-reported', ...where, unsavedWork }]);
}
