/** First answers and outbox marks: what is decided, and what of it is durable. Says whether a submission is a repeat. */
import type { LedgerCommand } from './commands.ts';
import type { CommitUnit, LedgerOutcome, LoadedLedger, Submission } from './ports.ts';
import { REMEMBERED_ANSWERS } from './ports.ts';

/**
 * new: decide it. known: give the answer, but an outbox moves on. repeat: a fact that is already durable. pending: the
 * first one is decided and not durable yet. out-of-order: facts are missing in between.
 */
export type Standing =
  | { readonly state: 'new' }
  | { readonly state: 'known'; readonly answer: LedgerOutcome }
  | { readonly state: 'repeat' }
  | { readonly state: 'pending' }
  | { readonly state: 'out-of-order'; readonly expectedSeq: number };

export class AnswerBook {
  readonly #answers = new Map<string, LedgerOutcome>();
  /** Ids of the answers in a ring. (The first key of a map from which much was deleted is slow to find.) */
  readonly #inOrder: string[] = [];
  /** Where the oldest stands once the ring is full: the next one takes its place. */
  #oldest = 0;
  readonly #pendingIds = new Set<string>();
  readonly #decidedMarks = new Map<string, number>();
  readonly #durableMarks = new Map<string, number>();

  constructor(loaded: Pick<LoadedLedger, 'answers' | 'outboxMarks'>) {
    for (const { commandId, answer } of loaded.answers) this.#keep(commandId, answer);
    for (const { outboxId, seq } of loaded.outboxMarks) {
      this.#decidedMarks.set(outboxId, seq);
      this.#durableMarks.set(outboxId, seq);
    }
  }

  /** [L80] [L81] */
  standingOf({ commandId, outbox }: Pick<Submission, 'commandId' | 'outbox'>): Standing {
    if (outbox) {
      if (outbox.seq <= this.durableMark(outbox.outboxId)) return { state: 'repeat' };
      const decided = this.#decidedMarks.get(outbox.outboxId) ?? 0;
      if (outbox.seq <= decided) return { state: 'pending' };
      if (outbox.seq > decided + 1) return { state: 'out-of-order', expectedSeq: decided + 1 };
    }
    if (this.#pendingIds.has(commandId)) return { state: 'pending' };
    const answer = this.#answers.get(commandId);
    return answer ? { state: 'known', answer } : { state: 'new' };
  }

  isPending(commandId: string): boolean {
    return this.#pendingIds.has(commandId);
  }

  answerOf(commandId: string): LedgerOutcome | undefined {
    return this.#answers.get(commandId);
  }

  /** Number of the last durable fact of an outbox; 0: none. */
  durableMark(outboxId: string): number {
    return this.#durableMarks.get(outboxId) ?? 0;
  }

  decided({ commandId, answer, outbox }: CommitUnit): void {
    if (outbox) this.#decidedMarks.set(outbox.outboxId, outbox.seq);
    if (answer) this.#pendingIds.add(commandId);
  }

  durable({ commandId, answer, outbox }: CommitUnit): void {
    if (outbox) this.#durableMarks.set(outbox.outboxId, outbox.seq);
    if (!answer) return;
    this.#pendingIds.delete(commandId);
    this.#keep(commandId, answer);
  }

  /** The first answer stays. */
  #keep(commandId: string, answer: LedgerOutcome): void {
    if (this.#answers.has(commandId)) return;
    this.#answers.set(commandId, answer);
    const oldest = this.#inOrder[this.#oldest];
    if (oldest !== undefined) this.#answers.delete(oldest);
    this.#inOrder[this.#oldest] = commandId;
    this.#oldest = (this.#oldest + 1) % REMEMBERED_ANSWERS;
  }
}

const WISHES: ReadonlySet<LedgerCommand['kind']> = new Set([
  'queue',
  'leave',
  'claim',
  'decline',
  'release',
  'defer',
  'ask-holder',
  'answer-handover',
]);
const HARMLESS_TWICE: ReadonlySet<LedgerCommand['kind']> = new Set([
  'reconcile-sessions',
  'checkouts-observed',
  'poll-failed',
]);

/** Facts are known by their number, and the server asks itself nothing twice; all others may repeat a question. */
export function mayBeAskedAgain({ command, by, outbox }: Submission): boolean {
  if (by.kind === 'server' || command === null || HARMLESS_TWICE.has(command.kind)) return false;
  return !outbox || WISHES.has(command.kind);
}
