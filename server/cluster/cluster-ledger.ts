/**
 * The ledger of one instance among several: the working ledger while the group is ours, a replica with a way to the
 * owner while it is not. To the rest of the server it is one ledger that never goes away.
 *
 * | role | what enters | what leaves |
 * |---|---|---|
 * | following | start; the end of a time in office | a group that was won, once it is loaded and seen (to owning) |
 * | owning | a won group | a lost group (to stepping-down) |
 * | stepping-down | a lost group | everything under way was kept or refused (to following) |
 */
import { LEASE_TTL_MS } from '../../shared/domain.ts';
import { NotDurableError } from '../ledger/commit-queue.ts';
import type { RecordedEvent } from '../ledger/events.ts';
import { durableFrom } from '../ledger/heads.ts';
import { type LedgerOptions, openLedger } from '../ledger/ledger.ts';
import { Listeners } from '../ledger/listeners.ts';
import { Liveness } from '../ledger/liveness.ts';
import type { Ledger, LedgerNotice, LedgerOutcome, LoadedLedger, Submission } from '../ledger/ports.ts';
import type { LedgerState } from '../ledger/state.ts';
import { Courier, type Route } from './courier.ts';
import { ownedStore } from './owned-store.ts';
import type { Office } from './owner-links.ts';
import type { ClusterStore, ClusterTiming, OwnerGuard } from './ports.ts';
import { Replica } from './replica.ts';

export interface ClusterLedgerOptions extends LedgerOptions {
  readonly store: ClusterStore;
  readonly timing: ClusterTiming;
  readonly onProblem: (sentence: string, cause: unknown) => void;
  /** Sessions that agents of this instance say live, while it follows. */
  readonly onRenewed: (sessionIds: readonly string[]) => void;
  /** The group is ours and answers from now on; null: not any more. */
  readonly onOffice: (office: Office | null) => void;
  /** The store says that the guard does not stand. */
  readonly onDeposed: (guard: OwnerGuard) => void;
}

type Role =
  | { readonly role: 'following'; readonly replica: Replica }
  | {
      readonly role: 'owning';
      readonly guard: OwnerGuard;
      readonly working: Ledger;
      readonly leave: () => void;
    }
  | { readonly role: 'stepping-down'; readonly working: Ledger };

export class ClusterLedger implements Ledger {
  readonly courier: Courier;
  readonly #options: ClusterLedgerOptions;
  readonly #listeners: Listeners;
  #role: Role;
  #guard: OwnerGuard | null = null;
  #liveness: Liveness;
  #hasWord = false;
  #changing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(loaded: Pick<LoadedLedger, 'snapshot' | 'events'>, options: ClusterLedgerOptions) {
    const { clock, timing } = options;
    this.#options = options;
    this.#listeners = new Listeners(options.onProblem);
    this.#liveness = new Liveness(clock);
    this.#role = { role: 'following', replica: this.#follow(durableFrom(loaded)) };
    this.courier = new Courier({ clock, waitMs: timing.waitMs, reached: (number) => this.#reached(number) });
  }

  get role(): Role['role'] {
    return this.#role.role;
  }

  #follow(state: LedgerState): Replica {
    const { store, clock, timing, onProblem } = this.#options;
    const tell = (notice: LedgerNotice) => this.#tell(notice);
    return new Replica(state, { store, clock, pollEveryMs: timing.pollEveryMs, tell, onProblem });
  }

  async #reached(eventNumber: number): Promise<void> {
    while (this.#role.role === 'stepping-down' && !this.#isClosed) await this.#changing;
    if (this.#role.role === 'following') await this.#role.replica.reached(eventNumber);
  }

  // ---------------------------------------------------------------- told by the cluster

  /** [L102] @returns once it answers; rejects when it could not be loaded: then it follows as before */
  won(guard: OwnerGuard): Promise<void> {
    this.#guard = guard;
    const taken = this.#changing.then(() => this.#takeOver(guard));
    this.#changing = taken.catch(() => {});
    return taken;
  }

  /** [L103] */
  lost(guard: OwnerGuard): void {
    if (this.#guard?.epoch !== guard.epoch) return;
    this.#guard = null;
    if (this.#role.role === 'owning' && this.#role.guard.epoch === guard.epoch) this.#stepDown(this.#role);
  }

  /** A way to the owner, while this instance follows. */
  setRoute(route: Route | null): void {
    this.#hasWord = route !== null;
    // Who was heard before is not known: from now on their silence counts.
    if (route !== null) this.#liveness = new Liveness(this.#options.clock);
    if (this.#role.role !== 'owning') this.courier.setRoute(route);
  }

  offer(events: readonly RecordedEvent[]): void {
    if (this.#role.role === 'following') this.#role.replica.offer(events);
  }

  /** There may be events that did not come by the link. */
  wake(): void {
    if (this.#role.role === 'following') this.#role.replica.wake();
  }

  /** Signs of life that another instance tells. */
  heard(sessionIds: readonly string[]): void {
    if (this.#role.role === 'owning') this.#role.working.renew(sessionIds);
    else for (const sessionId of sessionIds) this.#liveness.renew(sessionId);
  }

  async #takeOver(guard: OwnerGuard): Promise<void> {
    if (this.#guard !== guard || this.#isClosed || this.#role.role !== 'following') return;
    const { onDeposed, onOffice } = this.#options;
    const store = ownedStore(this.#options.store, guard, () => onDeposed(guard));
    const working = await openLedger({ ...this.#options, store });
    const { replica } = this.#role;
    while (replica.state().eventNumber < working.state().eventNumber)
      await replica.reached(working.state().eventNumber);
    if (this.#guard !== guard || this.#isClosed) return working.close();
    replica.stop();
    const leave = working.subscribe((notice) => this.#tell(notice));
    this.#role = { role: 'owning', guard, working, leave };
    onOffice({ guard, ledger: working });
    this.courier.setRoute((items) => this.#carryOut(items, working));
  }

  /** What waited for an owner, now that it is this instance. */
  #carryOut(items: Parameters<Route>[0], working: Ledger): void {
    for (const { id, submission } of items)
      working.submit(submission).then(
        (outcome) => this.courier.answered([{ id, outcome }], 0),
        (error: unknown) => {
          if (this.#isWorking(working)) this.courier.answered([{ id, failed: String(error) }], 0);
        },
      );
  }

  #isWorking(working: Ledger): boolean {
    return this.#role.role === 'owning' && this.#role.working === working;
  }

  #stepDown({ working, leave }: Extract<Role, { role: 'owning' }>): void {
    this.#role = { role: 'stepping-down', working };
    this.courier.setRoute(null);
    this.#options.onOffice(null);
    this.#changing = this.#changing.then(async () => {
      const before = working.state().eventNumber;
      await working.close();
      leave();
      if (this.#isClosed) return;
      this.#liveness = new Liveness(this.#options.clock);
      this.#role = { role: 'following', replica: this.#follow(working.state()) };
      if (working.state().eventNumber !== before) this.#tell({ kind: 'reloaded' });
      this.wake();
    });
  }

  // ---------------------------------------------------------------- asked by the rest of the server

  /** [L105] [L106] */
  async submit(submission: Submission): Promise<LedgerOutcome> {
    if (this.#isClosed) throw new NotDurableError('The ledger is closed.');
    if (this.#role.role === 'owning') {
      const { working } = this.#role;
      try {
        return await working.submit(submission);
      } catch (cause) {
        // Refused because the group was lost meanwhile: the next owner is asked, with the same id.
        if (this.#isWorking(working) || this.#isClosed) throw cause;
      }
    }
    return this.courier.send(submission);
  }

  renew(sessionIds: readonly string[], userId?: string): void {
    if (this.#role.role === 'owning') this.#role.working.renew(sessionIds, userId);
    else this.#renewElsewhere(sessionIds, userId);
  }

  #renewElsewhere(sessionIds: readonly string[], userId?: string): void {
    const { sessions } = this.state();
    const known = sessionIds.filter((sessionId) => {
      const session = sessions.get(sessionId);
      return session !== undefined && (userId === undefined || session.userId === userId);
    });
    for (const sessionId of known) this.#liveness.renew(sessionId);
    if (known.length > 0) this.#options.onRenewed(known);
  }

  silentMs(sessionId: string): number {
    if (this.#role.role === 'owning') return this.#role.working.silentMs(sessionId);
    return this.#liveness.silentMs(sessionId);
  }

  /** [L107] */
  isLive(sessionId: string): boolean {
    if (this.#role.role === 'owning') return this.#role.working.isLive(sessionId);
    const { clock, leaseTtlMs = LEASE_TTL_MS } = this.#options;
    const isInGrace = clock.wallMs() < this.state().graceUntilMs;
    return isInGrace || !this.#hasWord || this.#liveness.silentMs(sessionId) < leaseTtlMs;
  }

  state(): LedgerState {
    return this.#role.role === 'following' ? this.#role.replica.state() : this.#role.working.state();
  }

  /** [L108] */
  acknowledgedSeq(outboxId: string): Promise<number> {
    if (this.#role.role === 'owning') return this.#role.working.acknowledgedSeq(outboxId);
    return this.#options.store.outboxMark(outboxId);
  }

  answerOf(commandId: string): Promise<LedgerOutcome | null> {
    if (this.#role.role === 'owning') return this.#role.working.answerOf(commandId);
    return this.#options.store.answerOf(commandId);
  }

  subscribe(listener: (notice: LedgerNotice) => void): () => void {
    return this.#listeners.add(listener);
  }

  events(afterNumber: number, limit: number): Promise<readonly RecordedEvent[]> {
    return this.#options.store.events(afterNumber, limit);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const role = this.#role;
    if (role.role === 'following') role.replica.stop();
    else await role.working.close();
    this.courier.stop();
    await this.#changing;
  }

  #tell(notice: LedgerNotice): void {
    if (notice.kind === 'committed' && this.#role.role !== 'owning')
      for (const { event } of notice.events)
        if (event.kind === 'session-closed') this.#liveness.forget(event.sessionId);
    this.#listeners.tell(notice);
  }
}
