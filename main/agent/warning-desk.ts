/** Answers announced ends of this workstation's seats with what is known of unsaved work, once for each announcement. */
import type { UnsavedWork } from '../../shared/domain.ts';
import type { Fact } from '../../shared/protocol.ts';
import type { Clock } from '../../shared/time.ts';
import type { Mine, MyWarning } from '../../shared/views.ts';
import type { Outbox } from './report/outbox.ts';
import type { UnsavedWorkReader } from './sensors/unsaved-work.ts';

export interface WarningDeskOptions {
  readonly outbox: Pick<Outbox, 'commit'>;
  readonly clock: Clock;
  readonly reader: UnsavedWorkReader;
  readonly sessions: () => readonly { readonly sessionId: string; readonly productId: string }[];
  /** New facts are in the outbox. */
  readonly onFacts: () => void;
}

export class WarningDesk {
  readonly #options: WarningDeskOptions;
  /** Announcements that were answered or are being answered: lease and time. */
  #known: ReadonlySet<string> = new Set();

  constructor(options: WarningDeskOptions) {
    this.#options = options;
  }

  /** The server's last word. An announcement about sessions of other workstations is theirs to answer. */
  take({ warnings }: Pick<Mine, 'warnings'>): void {
    const before = this.#known;
    this.#known = new Set(warnings.map(keyOf));
    for (const warning of warnings) if (!before.has(keyOf(warning))) void this.#answer(warning);
  }

  async #answer({ leaseId, sessionIds }: MyWarning): Promise<void> {
    const { outbox, clock, reader, sessions, onFacts } = this.#options;
    const mine = sessions().filter(({ sessionId }) => sessionIds.includes(sessionId));
    if (mine.length === 0) return;
    const unsavedWork = worstOf(await Promise.all(mine.map((session) => reader.read(session))));
    const fact: Fact = { kind: 'unsaved-work', leaseId, unsavedWork };
    outbox.commit({ facts: [fact], atMs: clock.wallMs() });
    onFacts();
  }
}

const keyOf = ({ leaseId, untilMs }: MyWarning): string => `${leaseId} ${untilMs}`;

function worstOf(words: readonly UnsavedWork[]): UnsavedWork {
  if (words.includes('yes')) return 'yes';
  return words.includes('unknown') ? 'unknown' : 'no';
}
