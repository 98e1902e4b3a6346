/** The door to all decisions: one function for each command. Pure; the state is read, never written. */
import type { LedgerCommand } from '../commands.ts';
import type { LedgerState } from '../state.ts';
import type { CommandOf, Decided, DecisionContext } from './decision.ts';
import { decided } from './decision.ts';
import { callBack, defer } from './deferral.ts';
import { noteIdle } from './fair-share.ts';
import { changeMembers, configureGroup, removeGroup } from './group.ts';
import { answerHandover, askHolder, expireHandover } from './handover.ts';
import { expireLease } from './lease.ts';
import { checkoutsObserved, pollFailed } from './managed.ts';
import { claim, decline, expireOffer } from './offer.ts';
import { configurePool, removePool } from './pool.ts';
import { changeHours, endDeny, endPack, startPack } from './pool-times.ts';
import { configureProduct } from './product.ts';
import { endSession, reconcileSessions, release, returnSession, startSession } from './session.ts';
import { endTicket, leave, queue } from './ticket.ts';
import { endLease, reportUnsaved, withdrawWarning } from './warning.ts';

type Kind = LedgerCommand['kind'];
type CommandByKind = { [K in Kind]: CommandOf<K> };

const DECIDERS: {
  readonly [K in Kind]: (state: LedgerState, command: CommandByKind[K], context: DecisionContext) => Decided;
} = {
  'start-session': startSession,
  'end-session': endSession,
  'reconcile-sessions': reconcileSessions,
  'return-session': returnSession,
  release,
  queue,
  leave,
  'end-ticket': endTicket,
  claim,
  decline,
  'expire-offer': expireOffer,
  defer,
  'call-back': callBack,
  'end-lease': endLease,
  'withdraw-warning': withdrawWarning,
  'report-unsaved': reportUnsaved,
  'ask-holder': askHolder,
  'answer-handover': answerHandover,
  'expire-handover': expireHandover,
  'note-idle': noteIdle,
  'expire-lease': expireLease,
  'configure-pool': configurePool,
  'remove-pool': removePool,
  'start-pack': startPack,
  'end-pack': endPack,
  'end-deny': endDeny,
  'change-hours': changeHours,
  'configure-group': configureGroup,
  'remove-group': removeGroup,
  'change-members': changeMembers,
  'configure-product': configureProduct,
  'checkouts-observed': checkoutsObserved,
  'poll-failed': pollFailed,
  'start-grace': startGrace,
};

/** false: a command that this build does not know. */
export const isCommandKind = (kind: string): kind is Kind => Object.hasOwn(DECIDERS, kind);

/** The command's own effect on this state; what follows from it is added by execute.ts. */
export function decide<K extends Kind>(
  state: LedgerState,
  command: CommandByKind[K] & { kind: K },
  context: DecisionContext,
): Decided {
  return DECIDERS[command.kind](state, command, context);
}

/** [L53] [L54] */
function startGrace(
  _state: LedgerState,
  { cause }: CommandOf<'start-grace'>,
  { nowMs, graceMs }: DecisionContext,
): Decided {
  return decided([{ kind: 'grace-started', cause, untilMs: nowMs + graceMs }]);
}
