/**
 * The ledger at work: decides against the head (which is ahead of the disk), commits in groups, publishes what is
 * durable. Rules live in decide/, deadlines in reaper.ts.
 */
import { LEASE_GRACE_MS, LEASE_TTL_MS } from '../../shared/domain.ts';
import { failure, success } from '../../shared/outcome.ts';
import type { Clock, NewId } from '../../shared/time.ts';
import { AnswerBook, mayBeAskedAgain } from './answer-book.ts';
import { EMPTY_ANSWER, type LedgerCommand, type TimedCommand } from './commands.ts';
import { CommitQueue, isEmpty, NotDurableError } from './commit-queue.ts';
import type { DecisionContext } from './decide/decision.ts';
import type { RecordedEvent } from './events.ts';
import { type Executed, execute } from './execute.ts';
import { type Heads, headsFrom, replay } from './heads.ts';
import { Listeners } from './listeners.ts';
import { Liveness, signsOfLife } from './liveness.ts';
import type {
  CommitUnit,
  Ledger,
  LedgerNotice,
  LedgerOutcome,
  LedgerStore,
  LoadedLedger,
  Submission,
} from './ports.ts';
import { recordsOf } from './projection.ts';
import { Reaper, type TimedResult } from './reaper.ts';
import { Reloading } from './reloading.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';
import type { LedgerState } from './state.ts';

export interface LedgerOptions {
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly newId: NewId;
  /** A sentence for the log about something that went wrong and was dealt with. */
  readonly onProblem?: (sentence: string, cause: unknown) => void;
  /** Defaults: shared/domain.ts. */
  readonly leaseTtlMs?: number;
  readonly graceMs?: number;
  readonly usageIdleAfterMs?: number;
  /** Told of every sign of life, so that other servers may know. */
  readonly onHeard?: (sessionId: string) => void;
  /** A snapshot is kept after so many events. */
  readonly snapshotEvery?: number;
}

const SNAPSHOT_EVERY = 10_000;

/** Loads, starts a grace when there is something to lose, and starts the reaper. Rejects when the store cannot be read. */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const ledger = new WorkingLedger(options, await options.store.load());
  const command = { kind: 'start-grace', cause: 'server-start' } as const;
  try {
    if (ledger.state().eventNumber > 0)
      await ledger.submit({ commandId: options.newId(), by: { kind: 'server' }, command });
  } catch (cause) {
    await ledger.close();
    throw cause;
  }
  ledger.startReaper();
  return ledger;
}

class WorkingLedger implements Ledger {
  readonly #options: LedgerOptions;
  readonly #leaseTtlMs: number;
  readonly #liveness: Liveness;
  readonly #listeners: Listeners;
  readonly #queue: CommitQueue;
  readonly #returning = new Set<string>();
  #reaper: Reaper | null = null;
  #states: Heads;
  #book: AnswerBook;
  readonly #reloading: Reloading;
  readonly #snapshots: SnapshotKeeper;
  #closing: Promise<void> | null = null;

  constructor(options: LedgerOptions, loaded: LoadedLedger) {
    this.#options = options;
    this.#leaseTtlMs = options.leaseTtlMs ?? LEASE_TTL_MS;
    this.#liveness = new Liveness(options.clock, options.onHeard);
    this.#listeners = new Listeners((sentence, cause) => this.#problem(sentence, cause));
    this.#states = headsFrom(loaded);
    this.#book = new AnswerBook(loaded);
    const ports = {
      store: options.store,
      every: options.snapshotEvery ?? SNAPSHOT_EVERY,
      state: () => this.#states.durable,
      onProblem: (sentence: string, cause: unknown) => this.#problem(sentence, cause),
    };
    this.#snapshots = new SnapshotKeeper(ports, loaded.events.length);
    this.#queue = new CommitQueue({
      append: (units) => options.store.append(units),
      onDurable: (units) => this.#publish(units),
      onFailed: (cause) => this.#reload('The store could not keep a decision', cause),
    });
    this.#reloading = new Reloading({
      clock: options.clock,
      load: () => this.#load(),
      isClosing: () => this.#closing !== null,
      onUnreadable: (cause) => this.#problem('The store cannot be read; trying again', cause),
      onLoaded: () => {
        this.#reaper?.reset();
        this.#listeners.tell({ kind: 'reloaded' });
      },
    });
  }

  startReaper(): void {
    this.#reaper = new Reaper({
      clock: this.#options.clock,
      leaseTtlMs: this.#leaseTtlMs,
      state: () => this.#states.durable,
      silentMs: (sessionId) => this.#liveness.silentMs(sessionId),
      submit: (command) => this.#submitTimed(command),
    });
  }

  async submit(submission: Submission): Promise<LedgerOutcome> {
    for (;;) {
      if (this.#closing) throw new NotDurableError('The ledger is closed.');
      while (this.#reloading.isRunning) await this.#reloading.ready();
      const standing = this.#book.standingOf(submission);
      switch (standing.state) {
        case 'new':
          return this.#commit(submission, this.#decide(submission));
        case 'known':
          if (!submission.outbox) return standing.answer;
          return this.#commit({ ...submission, command: null }, { events: [], answer: standing.answer });
        case 'repeat':
          return (await this.answerOf(submission.commandId)) ?? success(EMPTY_ANSWER);
        case 'out-of-order':
          return failure('OUT_OF_ORDER', `Fact ${standing.expectedSeq} has to come first.`);
        case 'pending':
          await this.#queue.settled();
      }
    }
  }

  #decide({ command, commandId, by }: Submission): Executed {
    if (command === null) return { events: [], answer: success(EMPTY_ANSWER) };
    this.#hear(command);
    try {
      return execute(this.#states.head, command, { commandId, by }, this.#context());
    } catch (cause) {
      this.#queue.failAll(cause);
      this.#reload('A decision failed by a fault of the program', cause);
      throw new NotDurableError('The decision failed by a fault of the program; nothing was changed.', {
        cause,
      });
    }
  }

  #hear(command: LedgerCommand): void {
    if (command.kind === 'reconcile-sessions') this.renew(command.openSessionIds, command.userId);
    for (const sessionId of signsOfLife(this.#states.head, command)) this.#liveness.renew(sessionId);
  }

  #context(): DecisionContext {
    const { clock, newId, graceMs = LEASE_GRACE_MS } = this.#options;
    const silentMs = (sessionId: string) => this.#liveness.silentMs(sessionId);
    return { nowMs: clock.wallMs(), newId, silentMs, leaseTtlMs: this.#leaseTtlMs, graceMs };
  }

  #commit(submission: Submission, { events, answer }: Executed): Promise<LedgerOutcome> | LedgerOutcome {
    const { commandId, outbox = null, changes = [] } = submission;
    const unit: CommitUnit = {
      commandId,
      atMs: this.#options.clock.wallMs(),
      events,
      answer: mayBeAskedAgain(submission) ? answer : null,
      outbox,
      changes: [...changes, ...recordsOf(events, this.#options.usageIdleAfterMs)],
    };
    if (isEmpty(unit)) return answer;
    this.#book.decided(unit);
    return this.#queue.push(unit, answer);
  }

  async #submitTimed(command: TimedCommand): Promise<TimedResult> {
    try {
      const commandId = this.#options.newId();
      const outcome = await this.submit({ commandId, by: { kind: 'server' }, command });
      return outcome.ok ? 'done' : 'refused';
    } catch (cause) {
      if (!this.#closing) this.#problem(`A timed command (${command.kind}) was not kept`, cause);
      return 'failed';
    }
  }

  renew(sessionIds: readonly string[], userId?: string): void {
    for (const sessionId of sessionIds) {
      const session = this.#states.head.sessions.get(sessionId);
      if (!session || (userId !== undefined && session.userId !== userId)) continue;
      const wasSilent = this.#liveness.silentMs(sessionId) >= this.#leaseTtlMs;
      this.#liveness.renew(sessionId);
      if (session.seat.state === 'expired' || (session.seat.state === 'overage' && wasSilent)) {
        void this.#return(sessionId);
      }
    }
  }

  async #return(sessionId: string): Promise<void> {
    if (this.#returning.has(sessionId)) return;
    this.#returning.add(sessionId);
    await this.#submitTimed({ kind: 'return-session', sessionId });
    this.#returning.delete(sessionId);
  }

  silentMs(sessionId: string): number {
    return this.#liveness.silentMs(sessionId);
  }

  isLive(sessionId: string): boolean {
    const isInGrace = this.#options.clock.wallMs() < this.#states.durable.graceUntilMs;
    return isInGrace || this.#liveness.silentMs(sessionId) < this.#leaseTtlMs;
  }

  state(): LedgerState {
    return this.#states.durable;
  }

  async acknowledgedSeq(outboxId: string): Promise<number> {
    return this.#book.durableMark(outboxId);
  }

  async answerOf(commandId: string): Promise<LedgerOutcome | null> {
    while (this.#book.isPending(commandId)) {
      await this.#queue.settled();
      await this.#reloading.ended();
    }
    return this.#book.answerOf(commandId) ?? null;
  }

  subscribe(listener: (notice: LedgerNotice) => void): () => void {
    return this.#listeners.add(listener);
  }

  events(afterNumber: number, limit: number): Promise<readonly RecordedEvent[]> {
    return this.#options.store.events(afterNumber, limit);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#reaper?.stop();
    await this.#queue.settled();
    if (!this.#reloading.isRunning) await this.#snapshots.keepLast();
  }

  #publish(units: readonly CommitUnit[]): void {
    const events = units.flatMap((unit) => unit.events);
    replay(this.#states.durable, events);
    for (const unit of units) this.#book.durable(unit);
    for (const { event } of events) {
      if (event.kind === 'session-closed') this.#liveness.forget(event.sessionId);
    }
    if (events.length > 0) {
      this.#reaper?.notice(events);
      this.#listeners.tell({ kind: 'committed', events });
    }
    this.#snapshots.committed(events.length);
  }

  /** [L83] The head was built on what is not durable: the store says what is true. */
  #reload(sentence: string, cause: unknown): void {
    this.#problem(sentence, cause);
    this.#reloading.start();
  }

  async #load(): Promise<void> {
    await this.#queue.settled();
    const loaded = await this.#options.store.load();
    this.#states = headsFrom(loaded);
    this.#book = new AnswerBook(loaded);
  }

  #problem(sentence: string, cause: unknown): void {
    this.#options.onProblem?.(sentence, cause);
  }
}
