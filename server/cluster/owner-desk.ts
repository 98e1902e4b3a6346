/**
 * The owner's side of one link: carries out what a follower forwards and sends back answers, events and tales. Knows
 * messages, not sockets. Answers go out together, after the events they depend on.
 */
import type { RecordedEvent } from '../ledger/events.ts';
import type { Ledger } from '../ledger/ports.ts';
import { encodeList, encodeMessage, type Forwarded, type ForwardedAnswer } from './messages.ts';

export interface DeskParts {
  readonly ledger: Pick<Ledger, 'submit' | 'state'>;
  readonly send: (text: string) => void;
  /** Such a failure is not the follower's to tell its agents: another owner will answer. */
  readonly isOver: () => boolean;
}

export class OwnerDesk {
  readonly #parts: DeskParts;
  #answers: ForwardedAnswer[] = [];
  #isClosed = false;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** In their order, which is that of the follower's agents. */
  carryOut(items: readonly Forwarded[]): void {
    for (const { id, submission } of items) {
      this.#parts.ledger.submit(submission).then(
        (outcome) => this.#answer({ id, outcome }),
        (error: unknown) => {
          if (!this.#parts.isOver()) this.#answer({ id, failed: sentenceOf(error) });
        },
      );
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  #answer(answer: ForwardedAnswer): void {
    this.#answers.push(answer);
    if (this.#answers.length === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const items = this.#answers;
    this.#answers = [];
    if (this.#isClosed) return;
    const { eventNumber } = this.#parts.ledger.state();
    for (const text of encodeList({ type: 'answers', eventNumber, items })) this.#parts.send(text);
  }
}

/** One encoding for all followers. */
export function eventTexts(events: readonly RecordedEvent[]): readonly string[] {
  return encodeList({ type: 'events', items: events });
}

export const pulseText = (eventNumber: number): string => encodeMessage({ type: 'pulse', eventNumber });

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
