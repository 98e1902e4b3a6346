/**
 * One instance among several: who owns the ledger, the link to them or from the others, and what is told over it.
 * Wires tenure, ledger, links and grapevine together; decides nothing about seats.
 */
import type { Activity } from '../../shared/domain.ts';
import type { Cancel, NewId } from '../../shared/time.ts';
import type { Connection } from '../agents/neighbors.ts';
import { isSameSecret, makeSecret } from '../agents/secrets.ts';
import type { LedgerOptions } from '../ledger/ledger.ts';
import type { AgentRow } from '../stores/records.ts';
import { NotOwnerError } from '../stores/store.ts';
import { ClusterLedger } from './cluster-ledger.ts';
import { FollowerLink } from './follower-link.ts';
import { Grapevine } from './grapevine.ts';
import type { LinkEvents, LinkSocket, OpenLink } from './link.ts';
import { type Attributed, encodeList, type OwnerMessage } from './messages.ts';
import { type Office, OwnerLinks } from './owner-links.ts';
import {
  type ClusterStore,
  type ClusterTiming,
  MAIN_GROUP,
  type OwnerGuard,
  type RecordKey,
} from './ports.ts';
import { Tenure } from './tenure.ts';

/** The setting with the secret that instances show each other. */
const SECRET_SETTING = 'cluster-secret';

export interface ClusterParts extends Omit<LedgerOptions, 'store' | 'onHeard' | 'onProblem'> {
  readonly store: ClusterStore;
  readonly newId: NewId;
  readonly timing: ClusterTiming;
  readonly open: OpenLink;
  readonly onProblem: (sentence: string, cause: unknown) => void;
  /** For the log: a role began. */
  readonly onRole: (role: 'owner' | 'follower', epoch: number) => void;
}

/** What the rest of the server does with what others tell. */
export interface ClusterListener {
  onActivity(sessions: readonly (readonly [string, Activity | null])[]): void;
  onNames(names: readonly (readonly [string, string])[]): void;
  onMet(row: AgentRow): void;
  onWorkstations(places: readonly Pick<Connection, 'workstationId' | 'userId'>[]): void;
  /** null: everything may have changed. */
  onRecords(keys: readonly RecordKey[] | null): void;
}

export interface ClusterStatus {
  readonly role: 'owner' | 'follower' | 'no-owner';
  readonly epoch: number;
  /** Times that this instance took the ledger over. */
  readonly takeovers: number;
  /** Events of the owner that are not here yet. */
  readonly lagEvents: number;
  readonly forwarded: number;
  readonly waiting: number;
  readonly followers: number;
}

export class Cluster {
  readonly ledger: ClusterLedger;
  readonly grapevine: Grapevine;
  readonly #parts: ClusterParts;
  readonly #instanceId: string;
  readonly #links: OwnerLinks;
  readonly #unsubscribe: (() => void)[] = [];
  #tenure: Tenure | null = null;
  #link: FollowerLink | null = null;
  #listener: ClusterListener | null = null;
  #office: Office | null = null;
  #epoch = 0;
  #takeovers = 0;
  #ownersEventNumber = 0;
  #whenSettled: (() => void)[] = [];
  #isLeaving = false;

  /** Loads what is durable; asks for no group before `join`. */
  static async open(parts: ClusterParts): Promise<Cluster> {
    return new Cluster(parts, await parts.store.load());
  }

  private constructor(parts: ClusterParts, loaded: Awaited<ReturnType<ClusterStore['load']>>) {
    const { clock, store, timing } = parts;
    this.#parts = parts;
    this.#instanceId = parts.newId();
    const onProblem = (sentence: string, cause: unknown) => this.#problem(sentence, cause);
    this.grapevine = new Grapevine({
      instanceId: this.#instanceId,
      clock,
      send: (items) => this.#sendTales(items),
      onHeard: (sessionIds) => this.ledger.heard(sessionIds),
      onActivity: (sessions) => this.#listener?.onActivity(sessions),
      onNames: (names) => this.#listener?.onNames(names),
      onMet: (row) => this.#listener?.onMet(row),
      onWorkstations: (places) => this.#listener?.onWorkstations(places),
    });
    this.ledger = new ClusterLedger(loaded, {
      ...parts,
      onProblem,
      onHeard: (sessionId) => this.grapevine.heard([sessionId]),
      onRenewed: (sessionIds) => this.grapevine.heard(sessionIds),
      onOffice: (office) => this.#setOffice(office),
      onDeposed: (guard) => this.#tenure?.lost(guard),
    });
    this.#links = new OwnerLinks({
      ...{ clock, timing, onProblem },
      onTales: (items) => this.grapevine.take(items),
      news: (instanceId) => this.grapevine.newsFor(instanceId),
      onGone: (instanceId) => this.#links.tell(this.grapevine.forget(instanceId)),
    });
    this.#unsubscribe.push(
      this.ledger.subscribe((notice) => {
        if (notice.kind === 'committed' && this.#office) this.#links.tellEvents(notice.events);
      }),
      store.onWake((wake) => {
        if (wake.kind !== 'records') this.ledger.wake();
        if (wake.kind === 'records') this.#listener?.onRecords(wake.keys);
        if (wake.kind === 'resumed') this.#listener?.onRecords(null);
      }),
    );
  }

  listen(listener: ClusterListener): void {
    this.#listener = listener;
  }

  /**
   * Begins to claim, and to follow whoever owns.
   * @param url where other instances reach this one
   * @returns when there is an owner, here or in reach, or `patienceMs` are over
   */
  join(url: string, patienceMs: number): Promise<void> {
    const { clock, timing, open, store } = this.#parts;
    const instance = { instanceId: this.#instanceId, url };
    const onProblem = (sentence: string, cause: unknown) => this.#problem(sentence, cause);
    this.#link = new FollowerLink({
      ...{ instance, clock, timing, open, onProblem },
      secret: () => readSecret(store),
      onLive: (welcome) => this.#joined(welcome),
      onMessage: (message) => this.#receive(message),
      onDown: () => this.ledger.setRoute(null),
    });
    this.#tenure = new Tenure({
      ...{ ownership: store.ownership, group: MAIN_GROUP, instance, clock, timing, onProblem },
      onWon: (guard) => void this.#won(guard),
      onLost: (guard) => {
        this.ledger.lost(guard);
        this.#tenure?.hurry();
      },
      onOther: (owner) => this.#isLeaving || this.#link?.follow(owner),
    });
    return new Promise((resolve) => {
      const cancel: Cancel = clock.setTimer(resolve, patienceMs);
      this.#whenSettled.push(() => {
        cancel();
        resolve();
      });
    });
  }

  /** [L113] Whether this is the secret that instances show each other. */
  async isSecret(secret: string): Promise<boolean> {
    const kept = await readSecret(this.#parts.store);
    return kept !== null && isSameSecret(kept, secret);
  }

  /** A link of another instance that showed the secret. */
  accept(socket: LinkSocket): LinkEvents {
    return this.#links.accept(socket);
  }

  status(): ClusterStatus {
    const isOwner = this.#office !== null;
    const { eventNumber } = this.ledger.state();
    return {
      role: isOwner ? 'owner' : this.#link?.isLive ? 'follower' : 'no-owner',
      epoch: this.#epoch,
      takeovers: this.#takeovers,
      lagEvents: isOwner ? 0 : Math.max(0, this.#ownersEventNumber - eventNumber),
      forwarded: this.ledger.courier.forwarded,
      waiting: this.ledger.courier.waiting,
      followers: this.#links.followers,
    };
  }

  /** Ends all links; none is made any more, and no group is taken. What is under way here goes on. */
  hangUp(): void {
    this.#isLeaving = true;
    this.grapevine.flush();
    this.grapevine.stop();
    this.#links.stop();
    this.#link?.follow(null);
  }

  /** In order: others are told, what was submitted becomes durable, the group is given back. */
  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.hangUp();
    await this.ledger.close();
    await this.#tenure?.stop();
  }

  // ---------------------------------------------------------------- as an owner

  async #won(guard: OwnerGuard): Promise<void> {
    this.#link?.follow(null);
    this.grapevine.forgetAll();
    try {
      if (this.#isLeaving) throw new NotOwnerError('This server stops.');
      await makeSecretOnce(this.#parts.store);
      await this.ledger.won(guard);
    } catch (cause) {
      this.#problem('The ledger was won and could not be taken over; it is given back', cause);
      this.ledger.lost(guard);
      await this.#tenure?.resign().catch((error: unknown) => this.#problem('It was not given back', error));
    }
  }

  #setOffice(office: Office | null): void {
    this.#office = office;
    this.#links.setOffice(office);
    if (office === null) return;
    this.#takeovers += 1;
    this.#began('owner', office.guard.epoch);
  }

  // ---------------------------------------------------------------- as a follower

  #joined({ epoch, eventNumber }: Extract<OwnerMessage, { type: 'welcome' }>): void {
    this.grapevine.forgetAll();
    this.#sendTales(this.grapevine.ownNews());
    this.grapevine.flush();
    this.#sawOwnerAt(eventNumber);
    const link = this.#link;
    this.ledger.setRoute((items) => {
      for (const text of encodeList({ type: 'submit', items })) link?.send(text);
    });
    this.#listener?.onRecords(null);
    this.#began('follower', epoch);
  }

  #receive(message: Exclude<OwnerMessage, { type: 'welcome' }>) {
    switch (message.type) {
      case 'events':
        return this.ledger.offer(message.items);
      case 'answers':
        this.#sawOwnerAt(message.eventNumber);
        return this.ledger.courier.answered(message.items, message.eventNumber);
      case 'tales':
        return this.grapevine.take(message.items);
      case 'pulse':
        return this.#sawOwnerAt(message.eventNumber);
    }
  }

  #sawOwnerAt(eventNumber: number): void {
    this.#ownersEventNumber = eventNumber;
    if (eventNumber > this.ledger.state().eventNumber) this.ledger.wake();
  }

  #sendTales(items: readonly Attributed[]): boolean {
    if (this.#office !== null) {
      this.#links.tell(items);
      return true;
    }
    if (!this.#link?.isLive) return false;
    for (const text of encodeList({ type: 'tales', items })) this.#link.send(text);
    return true;
  }

  #began(role: 'owner' | 'follower', epoch: number): void {
    this.#epoch = epoch;
    this.#parts.onRole(role, epoch);
    for (const settled of this.#whenSettled.splice(0)) settled();
  }

  /** That a time in office is over is no problem. */
  #problem(sentence: string, cause: unknown): void {
    for (let error = cause; error instanceof Error; error = error.cause)
      if (error instanceof NotOwnerError) return;
    this.#parts.onProblem(sentence, cause);
  }
}

async function readSecret({ records }: ClusterStore): Promise<string | null> {
  const secret = await records.settings.get(SECRET_SETTING);
  return typeof secret === 'string' ? secret : null;
}

/** By the owner only, so that two instances that start at once agree. */
async function makeSecretOnce(store: ClusterStore): Promise<void> {
  if ((await readSecret(store)) !== null) return;
  const row = { name: SECRET_SETTING, value: makeSecret('cluster') };
  await store.records.write([{ record: 'setting', op: 'put', row }]);
}
