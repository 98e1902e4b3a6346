/**
 * The durable list of facts between this workstation and the server: numbered without holes, acknowledged in order,
 * bounded. Holds the session tracker's state too, so that state and facts change in one transaction.
 * docs/SESSION.md E28 to E35. Nothing here knows sockets; the rows are outbox-table.ts's part.
 */
import { invariant, type Outcome, success } from '../../../shared/outcome.ts';
import { type Fact, factSchema } from '../../../shared/protocol.ts';
import { errorText } from '../log.ts';
import {
  isDamage,
  moveAside,
  type OpenFailure,
  openOutboxFile,
  openSequenceMark,
  type SequenceMark,
} from './outbox-database.ts';
import { type Entry, OUTBOX_LIMITS, type OutboxOptions } from './outbox-options.ts';
import { type OutboxNumbers, OutboxTable } from './outbox-table.ts';
import { type OutboxLimits, planBound, type WaitingFact } from './summarize.ts';

/** @returns IN_USE when another agent host runs in this folder */
export function openOutbox(options: OutboxOptions): Outcome<Outbox, OpenFailure> {
  const opened = openOutboxFile(options.path);
  if (!opened.ok) return opened;
  const { database, movedAsideTo } = opened.value;
  if (movedAsideTo)
    options.log.warn('the outbox was damaged and has been moved aside; a new one begins', {
      movedAsideTo,
    });
  return success(new Outbox(new OutboxTable(database), options));
}

const ALL = Number.MAX_SAFE_INTEGER;

export class Outbox {
  #table: OutboxTable;
  #mark: SequenceMark;
  readonly #options: OutboxOptions;
  readonly #limits: OutboxLimits;
  #numbers: OutboxNumbers;
  #bytes = 0;
  /** What could not be written because the disk is full. Nothing of it is sent (E35). */
  #unsaved: Entry[] = [];
  #isClosed = false;

  constructor(table: OutboxTable, options: OutboxOptions) {
    this.#table = table;
    this.#mark = openSequenceMark(`${options.path}.seq`);
    this.#options = options;
    this.#limits = options.limits ?? OUTBOX_LIMITS;
    this.#numbers = this.#load();
  }

  get outboxId(): string {
    return this.#numbers.outboxId;
  }
  /** The last number given; the fact that has it is on the disk. */
  get lastSeq(): number {
    return this.#numbers.last;
  }
  /** Facts that the server has not acknowledged. */
  get waiting(): number {
    const unsaved = this.#unsaved.reduce((sum, { facts }) => sum + facts.length, 0);
    return this.#numbers.last - this.#numbers.acknowledged + unsaved;
  }
  /** Facts that did not fit the protocol (E34). */
  get parked(): number {
    return this.#table.parkedCount();
  }
  /** The tracker's state as it was committed last; undefined: never. */
  trackerState(): string | undefined {
    return this.#table.meta('trackerState');
  }

  /** A small value of the agent that belongs beside its facts. */
  recall(key: string): string | undefined {
    return this.#table.meta(`note:${key}`);
  }
  remember(key: string, value: string): void {
    this.#change(() => this.#table.setMeta(`note:${key}`, value));
  }

  /** Writes state and facts in one transaction. On a full disk they wait in memory for the next commit or `retry`. */
  commit(entry: Entry): void {
    invariant(!this.#isClosed, 'nothing is committed to a closed outbox');
    this.#unsaved.push(entry);
    this.retry();
  }

  /** Tries once more to write what could not be written. */
  retry(): void {
    if (this.#unsaved.length === 0 || this.#isClosed) return;
    const before = this.#numbers;
    try {
      this.#change(() => {
        for (const entry of this.#unsaved) this.#write(entry);
      });
    } catch (error) {
      this.#numbers = before;
      this.#bytes = this.#table.size().bytes;
      if (isDamage(error)) this.#replaceFile(error);
      else
        this.#options.log.error('facts cannot be written and wait in memory; free some disk space', {
          error: errorText(error),
          waiting: this.waiting,
        });
      return;
    }
    const atMs = this.#unsaved.at(-1)?.atMs ?? 0;
    this.#unsaved = [];
    this.#bound(atMs);
  }

  /** Facts after `seq`, in order; fewer than asked for when they would pass `maximumBytes`, but at least one. */
  read(afterSeq: number, maximumFacts: number, maximumBytes: number): WaitingFact[] {
    return this.#table.readAfter(afterSeq, maximumFacts, maximumBytes);
  }

  /** To be called before facts up to this number are sent: from now on they keep their numbers for ever (E28). */
  markSent(throughSeq: number): void {
    if (throughSeq <= this.#numbers.sent) return;
    this.#change(() => this.#setNumbers({ sent: throughSeq }));
  }

  /** The server holds everything up to this number (E29). */
  acknowledge(throughSeq: number): void {
    if (throughSeq <= this.#numbers.acknowledged || throughSeq > this.#numbers.last) return;
    this.#change(() => {
      this.#table.removeThrough(throughSeq);
      this.#setNumbers({ acknowledged: throughSeq, sent: Math.max(this.#numbers.sent, throughSeq) });
    });
    this.#bytes = this.#table.size().bytes;
  }

  /**
   * Compares what the server says in `welcome` with what is here (E33).
   * @returns false: they do not fit; numbers have started anew under another id, and hello must be said again
   */
  reconcile(acknowledgedSeq: number): boolean {
    const { acknowledged, last } = this.#numbers;
    if (acknowledgedSeq >= acknowledged && acknowledgedSeq <= last) {
      this.acknowledge(acknowledgedSeq);
      return true;
    }
    this.#options.log.warn(
      'server and outbox do not agree about what was sent; open sessions are told again',
      {
        acknowledgedHere: acknowledged,
        acknowledgedThere: acknowledgedSeq,
        last,
      },
    );
    this.#beginAnew();
    return false;
  }

  close(): void {
    if (this.#isClosed) return;
    this.retry();
    this.#isClosed = true;
    this.#table.close();
    this.#mark.close();
  }

  // ---------------------------------------------------------------- inside

  #load(): OutboxNumbers {
    const { log, newId } = this.#options;
    this.#bytes = this.#table.size().bytes;
    const found = this.#table.numbers();
    this.#numbers = found ?? { outboxId: newId(), last: 0, sent: 0, acknowledged: 0 };
    const mark = this.#mark.read();
    if (!found) {
      this.#change(() => this.#setNumbers({}));
    } else if (mark?.outboxId === found.outboxId && mark.lastSeq > found.last) {
      log.warn('the outbox lost its newest facts; numbers begin anew', {
        last: found.last,
        expected: mark.lastSeq,
      });
      this.#beginAnew();
    }
    return this.#numbers;
  }

  /** One transaction, then the mark beside the file. */
  #change(change: () => void): void {
    this.#table.transaction(change);
    try {
      this.#mark.write(this.#numbers.outboxId, this.#numbers.last);
    } catch (error) {
      this.#options.log.warn('the mark beside the outbox cannot be written', { error: errorText(error) });
    }
  }

  #setNumbers(change: Partial<OutboxNumbers>): void {
    this.#numbers = { ...this.#numbers, ...change };
    this.#table.setNumbers(this.#numbers);
  }

  #write({ facts, trackerState, atMs }: Entry): void {
    for (const fact of facts) {
      const checked = factSchema.safeParse(fact);
      if (checked.success) {
        this.#append(checked.data, atMs);
        continue;
      }
      const where = checked.error.issues[0]?.path.map(String).join('.') ?? '';
      this.#table.park(JSON.stringify(fact), atMs, where);
      this.#options.log.error('a fact does not fit the protocol and was parked', { where });
    }
    if (facts.length > 0) this.#setNumbers({});
    if (trackerState !== undefined) this.#table.setMeta('trackerState', trackerState);
  }

  #append(fact: Fact, madeAtMs: number): void {
    const seq = this.#numbers.last + 1;
    this.#table.insert({ seq, fact, madeAtMs });
    this.#numbers = { ...this.#numbers, last: seq };
    this.#bytes += JSON.stringify(fact).length;
  }

  /** A new id: open sessions first, then all that waits, numbered from 1. */
  #beginAnew(): void {
    const waiting = this.read(this.#numbers.acknowledged, ALL, ALL);
    const atMs = waiting[0]?.madeAtMs ?? 0;
    const open = this.#openFactsBeside(waiting.map(({ fact }) => fact));
    this.#change(() => {
      this.#table.removeAfter(0);
      this.#numbers = { outboxId: this.#options.newId(), last: 0, sent: 0, acknowledged: 0 };
      for (const fact of open) this.#append(fact, atMs);
      for (const { fact, madeAtMs } of waiting) this.#append(fact, madeAtMs);
      this.#setNumbers({});
    });
    this.#bytes = this.#table.size().bytes;
    this.#options.onNewOutbox?.();
  }

  #openFactsBeside(facts: readonly Fact[]): Fact[] {
    const told = new Set(facts.flatMap((fact) => (fact.kind === 'session-started' ? [fact.sessionId] : [])));
    return (this.#options.openFacts?.() ?? []).filter(
      (fact) => !('sessionId' in fact && told.has(fact.sessionId)),
    );
  }

  /** Merges the oldest unsent facts when there are too many (E31). */
  #bound(nowMs: number): void {
    const facts = this.#numbers.last - this.#numbers.acknowledged;
    const size = { facts, bytes: this.#bytes };
    if (facts <= this.#limits.maximumFacts && this.#bytes <= this.#limits.maximumBytes) return;
    const { sent, last } = this.#numbers;
    const plan = planBound(this.read(sent, ALL, ALL), size, this.#limits, nowMs);
    if (!plan) return;
    this.#change(() => {
      this.#table.removeAfter(sent);
      this.#numbers = { ...this.#numbers, last: sent };
      for (const { fact, madeAtMs } of plan.facts) this.#append(fact, madeAtMs);
      this.#setNumbers({});
    });
    this.#bytes = this.#table.size().bytes;
    this.#options.log.warn('the outbox was full; its oldest facts were summarized', {
      before: last,
      after: this.#numbers.last,
    });
  }

  /** The file broke while it was open: it is moved aside, and what this process still knows begins a new one. */
  #replaceFile(cause: unknown): void {
    const { log, path } = this.#options;
    try {
      this.#table.close();
      this.#mark.close();
    } catch (error) {
      log.warn('the damaged outbox did not close', { error: errorText(error) });
    }
    log.error('the outbox is damaged and is moved aside; a new one begins', {
      error: errorText(cause),
      movedAsideTo: moveAside(path),
    });
    const opened = openOutboxFile(path);
    if (!opened.ok) throw new Error(opened.message, { cause });
    this.#table = new OutboxTable(opened.value.database);
    this.#mark = openSequenceMark(`${path}.seq`);
    this.#load();
    const open = this.#openFactsBeside(this.#unsaved.flatMap(({ facts }) => facts));
    this.#unsaved = [{ facts: open, atMs: this.#unsaved[0]?.atMs ?? 0 }, ...this.#unsaved];
    this.retry();
    this.#options.onNewOutbox?.();
  }
}
