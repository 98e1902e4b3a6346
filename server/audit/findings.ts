/** What an audit says: findings in words, worst first, each with what to do next. Pure. */

/**
 * damage: what is kept cannot be trusted, or decisions contradict the rules. warning: nothing is lost, but somebody
 * should look. note: good to know.
 */
export type Severity = 'damage' | 'warning' | 'note';

export interface Finding {
  readonly severity: Severity;
  /** What it is about: `chain`, `snapshot`, `replay`, `capacity`, `records`, `archive`, `file`, `disk`, `clock`, `schema`. */
  readonly subject: string;
  readonly sentence: string;
  /** What a person does now; null for notes. */
  readonly next: string | null;
}

const ORDER: Readonly<Record<Severity, number>> = { damage: 0, warning: 1, note: 2 };
/** The same kind of damage thousands of times tells no more than a few times. */
const MOST_OF_ONE_SUBJECT = 20;

export const RESTORE_NEXT =
  'Keep a copy of the data folder, then restore the newest backup: `usher restore FILE`.';

export class Findings {
  readonly #all: Finding[] = [];
  readonly #counts = new Map<string, number>();

  damage(subject: string, sentence: string, next: string = RESTORE_NEXT): void {
    this.#add({ severity: 'damage', subject, sentence, next });
  }

  warning(subject: string, sentence: string, next: string): void {
    this.#add({ severity: 'warning', subject, sentence, next });
  }

  note(subject: string, sentence: string): void {
    this.#add({ severity: 'note', subject, sentence, next: null });
  }

  /** Worst first, in the order in which they were found. */
  all(): readonly Finding[] {
    return [...this.#all].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
  }

  #add(finding: Finding): void {
    const key = `${finding.severity} ${finding.subject}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count <= MOST_OF_ONE_SUBJECT) this.#all.push(finding);
    else if (count === MOST_OF_ONE_SUBJECT + 1)
      this.#all.push({ ...finding, sentence: `There is more of this kind (${finding.subject}).` });
  }
}
