/**
 * [L100] [L101] Whether this instance owns a group: claims the lease row when it is free, renews it while it is ours,
 * and says when that changes. It knows no ledger; only one question to the database is under way at a time.
 *
 * | state | what enters | what leaves |
 * |---|---|---|
 * | candidate | start; a lost row; a resignation | the row is ours (to owner) |
 * | owner | a claim that succeeded | the row is another one's (to candidate), a resignation (to candidate) |
 * | ended | stop | nothing |
 */
import type { Cancel, Clock } from '../../shared/time.ts';
import type { ClusterTiming, Instance, Owner, OwnerGuard, Ownership } from './ports.ts';

export interface TenureOptions {
  readonly ownership: Ownership;
  readonly group: string;
  readonly instance: Instance;
  readonly clock: Clock;
  readonly timing: Pick<ClusterTiming, 'leaseMs' | 'renewEveryMs' | 'claimEveryMs' | 'patienceMs'>;
  /** The group is ours from now on. */
  readonly onWon: (guard: OwnerGuard) => void;
  /** The group was taken from us. */
  readonly onLost: (guard: OwnerGuard) => void;
  /** Somebody else owns it; told at each look. */
  readonly onOther: (owner: Owner) => void;
  readonly onProblem: (sentence: string, cause: unknown) => void;
}

type State =
  | { readonly state: 'candidate' }
  | { readonly state: 'owner'; readonly guard: OwnerGuard }
  | { readonly state: 'ended' };

export class Tenure {
  readonly #options: TenureOptions;
  #state: State = { state: 'candidate' };
  #cancel: Cancel | null = null;
  #isAsking = false;
  #isWanted = false;
  #wasHeard = true;

  constructor(options: TenureOptions) {
    this.#options = options;
    void this.#look();
  }

  /** Our guard while the group is ours. */
  guard(): OwnerGuard | null {
    return this.#state.state === 'owner' ? this.#state.guard : null;
  }

  /** Looks now instead of at the next turn: the row may have changed. */
  hurry(): void {
    if (this.#isAsking) this.#isWanted = true;
    else void this.#look();
  }

  /** What the guard protects said that it stands no more. */
  lost(guard: OwnerGuard): void {
    if (this.guard()?.epoch !== guard.epoch) return;
    this.#state = { state: 'candidate' };
    this.#options.onLost(guard);
  }

  /** Gives the group back, without a word to onLost; claims it again only after a pause. */
  async resign(): Promise<void> {
    const guard = this.guard();
    if (guard === null) return;
    this.#state = { state: 'candidate' };
    await this.#options.ownership.release(guard);
  }

  /** Gives the group back, so that another instance takes it at once. */
  async stop(): Promise<void> {
    const guard = this.guard();
    this.#state = { state: 'ended' };
    this.#cancel?.();
    if (guard !== null) await this.#options.ownership.release(guard);
  }

  async #look(): Promise<void> {
    if (this.#state.state === 'ended') return;
    this.#cancel?.();
    this.#isAsking = true;
    try {
      await (this.#state.state === 'owner' ? this.#renew(this.#state.guard) : this.#claim());
      this.#wasHeard = true;
    } catch (cause) {
      // Once for each silence: a database that is away for an hour must not fill the log.
      if (this.#wasHeard) this.#options.onProblem('The database does not say who owns the ledger', cause);
      this.#wasHeard = false;
    }
    this.#isAsking = false;
    if (this.#isEnded()) return;
    const { clock, timing } = this.#options;
    const afterMs = this.guard() === null ? timing.claimEveryMs : timing.renewEveryMs;
    this.#cancel = clock.setTimer(() => void this.#look(), this.#isWanted ? 0 : afterMs);
    this.#isWanted = false;
  }

  async #claim(): Promise<void> {
    const { ownership, group, instance, timing, onWon, onOther } = this.#options;
    const owner = await this.#patiently(ownership.claim(group, instance, timing.leaseMs));
    if (this.#isEnded()) {
      const { ownerId, epoch } = owner;
      if (ownerId === instance.instanceId) await ownership.release({ group, ownerId, epoch });
    } else if (owner.ownerId !== instance.instanceId) onOther(owner);
    else if (this.guard() === null) {
      const guard = { group, ownerId: owner.ownerId, epoch: owner.epoch };
      this.#state = { state: 'owner', guard };
      onWon(guard);
    }
  }

  async #renew(guard: OwnerGuard): Promise<void> {
    const isOurs = await this.#patiently(this.#options.ownership.renew(guard, this.#options.timing.leaseMs));
    if (!isOurs) this.lost(guard);
  }

  #isEnded(): boolean {
    return this.#state.state === 'ended';
  }

  /** A question that hangs must not keep the next one from being asked. */
  #patiently<T>(question: Promise<T>): Promise<T> {
    const { clock, timing } = this.#options;
    return new Promise<T>((resolve, reject) => {
      const cancel = clock.setTimer(
        () => reject(new Error(`no answer within ${timing.patienceMs} ms`)),
        timing.patienceMs,
      );
      question.then(resolve, reject).finally(cancel);
    });
  }
}
