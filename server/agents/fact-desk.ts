/**
 * Carries out one message of facts: finds out whose sessions they are about, submits them to the ledger with what must
 * be written down in the same transaction, and collects the answers that are owed.
 */
import { type Outcome, success } from '../../shared/outcome.ts';
import type { CloseName, NumberedFact, WishResult } from '../../shared/protocol.ts';
import type { Ledger, LedgerOutcome } from '../ledger/ports.ts';
import type { CredentialRow } from '../stores/records.ts';
import { commandIdOf, type Ownership, type PreparedFact, prepareFacts } from './facts-to-commands.ts';
import type { HubParts } from './hub-parts.ts';
import { idleReaderFor } from './idle-time.ts';
import { continueOutbox } from './sequence.ts';

export interface FactSource
  extends Pick<HubParts, 'ledger' | 'records' | 'presence' | 'shelf' | 'clock' | 'timing' | 'log'> {
  readonly credential: CredentialRow;
  readonly loginSessionId: string;
  readonly outboxKey: string;
  /** The mark as this connection knows it. Another one may have moved it: the ledger then finds the repeats. */
  readonly acknowledgedSeq: number;
  /** Added to the agent's instants. */
  readonly offsetMs: number;
}

export interface CarriedOut {
  /** Everything up to here is durable. */
  readonly throughSeq: number;
  readonly results: readonly WishResult[];
  /** Sessions whose activity is another one now. */
  readonly changedSessionIds: readonly string[];
}

export function isOwnedBy(
  credential: CredentialRow,
  session: { readonly userId: string; readonly workstationId: string },
): boolean {
  return session.userId === credential.userId && session.workstationId === credential.workstationId;
}

/** Rejects when the facts could not be made durable; then they must be sent again. */
export async function carryOutFacts(
  facts: readonly NumberedFact[],
  source: FactSource,
): Promise<Outcome<CarriedOut, CloseName>> {
  const { ledger, outboxKey } = source;
  const next = continueOutbox(source.acknowledgedSeq, facts);
  if (!next.ok) return next;
  const earlier = await answersAgain(ledger, outboxKey, next.value.repeated);
  const prepared = await prepare(next.value.fresh, source);
  const changedSessionIds = learn(prepared, source);
  const outcomes = await Promise.all(prepared.map(({ submission }) => ledger.submit(submission)));
  for (const outcome of outcomes)
    if (!outcome.ok && outcome.code === 'OUT_OF_ORDER') return { ...outcome, code: 'OUT_OF_ORDER' };
  const results = prepared.flatMap(({ wish }, index) => {
    const outcome = outcomes[index];
    if (wish === null || outcome === undefined) return [];
    return [wish.isExpired ? lateResult(wish.wishId) : resultOf(wish.wishId, outcome)];
  });
  return success({
    throughSeq: next.value.throughSeq,
    results: [...earlier, ...results],
    changedSessionIds,
  });
}

async function prepare(fresh: readonly NumberedFact[], source: FactSource): Promise<PreparedFact[]> {
  const { credential, loginSessionId, outboxKey, offsetMs, clock, timing } = source;
  const [owners, idleOf] = await Promise.all([findOwners(fresh, source), idleReaderFor(fresh, source)]);
  return prepareFacts(fresh, {
    userId: credential.userId,
    workstationId: credential.workstationId,
    loginSessionId,
    outboxKey,
    offsetMs,
    nowMs: clock.wallMs(),
    usageIdleAfterMs: timing.usageIdleAfterMs,
    ownershipOf: (sessionId) => owners.get(sessionId) ?? 'unknown',
    idleOf,
  });
}

/** Open sessions are looked up in the ledger, ended ones in the usage records. */
async function findOwners(
  facts: readonly NumberedFact[],
  { ledger, records, credential }: FactSource,
): Promise<Map<string, Ownership>> {
  const owners = new Map<string, Ownership>();
  for (const sessionId of new Set(facts.flatMap(({ fact }) => sessionIdsOf(fact)))) {
    const open = ledger.state().sessions.get(sessionId);
    const past = open ? null : await records.usage.session(sessionId);
    if (open) owners.set(sessionId, isOwnedBy(credential, open) ? 'mine' : 'foreign');
    else if (past) owners.set(sessionId, isOwnedBy(credential, past) ? 'past' : 'foreign');
  }
  return owners;
}

function sessionIdsOf(fact: NumberedFact['fact']): string[] {
  if (fact.kind === 'wish' || fact.kind === 'unsaved-work') return [];
  return fact.kind === 'summarized' ? fact.sessions.map(({ sessionId }) => sessionId) : [fact.sessionId];
}

/**
 * Activity is learned before the commit, so that the first view of a new session shows it. It is volatile: if the
 * commit fails the agent says it again.
 */
function learn(prepared: readonly PreparedFact[], { presence, shelf, log }: FactSource): string[] {
  const usable = prepared.filter(({ isUsable }) => isUsable);
  const ignored = prepared.filter(({ isUsable, wish }) => !isUsable && wish === null).length;
  if (ignored > 0) log.info({ facts: ignored }, 'facts about sessions that are not this agent’s own');
  for (const { fact } of usable)
    if (fact.kind === 'session-started') shelf.learnName(fact.productId, fact.productName);
  return presence.learn(usable.map(({ fact }) => fact));
}

/**
 * Wishes among facts that were acknowledged before get the answer they got then. A wish that came too late was never
 * asked of the ledger, so no answer is kept; its repeat comes too late as well.
 */
async function answersAgain(
  ledger: Ledger,
  outboxKey: string,
  repeated: readonly NumberedFact[],
): Promise<WishResult[]> {
  const results: WishResult[] = [];
  for (const { seq, fact } of repeated) {
    if (fact.kind !== 'wish') continue;
    const first = await ledger.answerOf(commandIdOf(outboxKey, seq));
    if (first) results.push(resultOf(fact.wishId, first));
    else results.push(fact.expiresInMs === 0 ? lateResult(fact.wishId) : forgottenResult(fact.wishId));
  }
  return results;
}

function resultOf(wishId: string, outcome: LedgerOutcome): WishResult {
  if (!outcome.ok) return { wishId, ok: false, code: outcome.code, message: outcome.message };
  return { wishId, ok: true, ticketId: outcome.value.ticketId, offerId: outcome.value.offerId };
}

const lateResult = (wishId: string): WishResult => ({
  wishId,
  ok: false,
  code: 'WISH_EXPIRED',
  message: 'This came too late to be carried out. Ask again if you still want it.',
});

const forgottenResult = (wishId: string): WishResult => ({
  wishId,
  ok: false,
  code: 'ANSWER_FORGOTTEN',
  message: 'This was answered long ago; what you see now is how it stands.',
});
