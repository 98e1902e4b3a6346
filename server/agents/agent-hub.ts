/**
 * Who is connected. Admits sockets, keeps one live connection for each credential, and turns what was announced into
 * pushes to those whom it concerns. Holds no license logic.
 */
import type { UserId, WorkstationId } from '../../shared/domain.ts';
import type { CloseName } from '../../shared/protocol.ts';
import { encodeServerMessage } from '../../shared/protocol-codec.ts';
import type { Change } from '../announcer.ts';
import { waitingUserIds } from '../ledger/pushes.ts';
import type { AgentRow, CredentialRow } from '../stores/records.ts';
import type { AgentSession, SessionRules } from './agent-session.ts';
import type { AgentSocket } from './agent-socket.ts';
import { ConnectedAgent } from './connected-agent.ts';
import { ContactBook } from './contact-book.ts';
import type { HubMember, HubParts, HubRegistry } from './hub-parts.ts';
import type { Connection } from './neighbors.ts';
import { PlaceTeller } from './place-teller.ts';
import { type FeedReader, PoolFeed } from './pool-feed.ts';
import { TimerWheel } from './timer-wheel.ts';
import { Turnstile } from './turnstile.ts';

/** Pings and timeouts may come late by this share of their time, and by a second at most. */
const TICKS_PER_PING = 20;
const LONGEST_TICK_MS = 1_000;

export class AgentHub implements HubRegistry {
  readonly #parts: HubParts;
  /** Every open socket, also before hello. */
  readonly #all = new Set<HubMember>();
  readonly #byCredential = new Map<string, HubMember>();
  readonly #byUser = new Map<UserId, Set<HubMember>>();
  /** What other instances were told of each connection that is its credential's one. */
  readonly #told = new WeakMap<HubMember, Connection>();
  /** Workstation and user of credentials that were seen with another instance id. */
  readonly #copied = new Set<string>();
  readonly #rules: SessionRules;
  /** Whoever comes in, and whatever must be told to everybody, passes here a slice at a time. */
  readonly newcomers: Turnstile;
  readonly #feed: PoolFeed;
  readonly #places: PlaceTeller;
  readonly #contacts: ContactBook;
  #catalog: { readonly revision: number; readonly message: Buffer } | null = null;
  readonly #unsubscribe: () => void;
  #isClosed = false;

  constructor(parts: HubParts) {
    this.#parts = parts;
    const { clock, ledger, log, timing, maximumBufferedBytes, directory } = parts;
    this.newcomers = new Turnstile(clock);
    this.#rules = {
      ...{ clock, maximumBufferedBytes, newcomers: this.newcomers },
      wheel: new TimerWheel(clock, Math.min(timing.pingEveryMs / TICKS_PER_PING, LONGEST_TICK_MS)),
      helloTimeoutMs: timing.helloTimeoutMs,
      pingEveryMs: timing.pingEveryMs,
      onFault: (error) => log.error({ err: error }, 'an agent session failed'),
    };
    this.#feed = new PoolFeed(parts.readModel, clock);
    this.#places = new PlaceTeller({
      clock,
      waitingIn: (poolId) =>
        waitingUserIds(ledger.state(), poolId).filter((userId) => this.#byUser.has(userId)),
      tell: (userId) => this.#tellPerson(userId),
    });
    this.#contacts = new ContactBook({
      directory,
      clock,
      log,
      connected: () => this.#connected().map(({ credential }) => credential),
    });
    this.#unsubscribe = parts.announcer.subscribe((change) => this.#tell(change));
    parts.neighbors.onReplaced((id) => this.#byCredential.get(id)?.session.close('REPLACED'));
  }

  /** @returns the session to which the socket's texts go */
  admit(socket: AgentSocket, credential: CredentialRow): AgentSession {
    const agent = new ConnectedAgent(socket, credential, this.#parts, { registry: this, rules: this.#rules });
    this.#all.add(agent);
    if (this.#isClosed) agent.session.close('SHUTTING_DOWN');
    return agent.session;
  }

  take(agent: HubMember): void {
    const { credentialId, workstationId, userId, instanceId: agentInstanceId } = agent.credential;
    const older = this.#byCredential.get(credentialId);
    this.#byCredential.set(credentialId, agent);
    const sinceMs = this.#parts.clock.wallMs();
    const connection = { credentialId, workstationId, userId, agentInstanceId, sinceMs };
    this.#told.set(agent, connection);
    this.#parts.neighbors.joined(connection);
    older?.session.close('REPLACED');
  }

  joined(agent: HubMember): void {
    const { userId, workstationId } = agent.credential;
    const ofUser = this.#byUser.get(userId) ?? new Set();
    this.#byUser.set(userId, ofUser.add(agent));
    this.#parts.announcer.announce({ workstationIds: new Set([workstationId]) });
    this.#parts.log.info({ workstationId, agentVersion: agent.agentVersion }, 'agent connected');
  }

  met(row: AgentRow): void {
    this.#contacts.met(row);
    this.#parts.neighbors.met(row);
  }

  watch(agent: FeedReader, isWatching: boolean): void {
    if (isWatching) this.#feed.watch(agent);
    else this.#feed.unwatch(agent);
  }

  catalogMessage(): Buffer {
    const { shelf } = this.#parts;
    const revision = shelf.revision();
    if (this.#catalog?.revision !== revision) {
      const catalog = { products: [...shelf.adminProducts()] };
      const message = Buffer.from(encodeServerMessage({ type: 'catalog', revision, catalog }));
      this.#catalog = { revision, message };
    }
    return this.#catalog.message;
  }

  left(agent: HubMember & FeedReader, name: CloseName | 'GONE'): void {
    const { credentialId, userId, workstationId } = agent.credential;
    this.#all.delete(agent);
    this.#feed.unwatch(agent);
    const told = this.#told.get(agent);
    if (this.#byCredential.get(credentialId) === agent) {
      this.#byCredential.delete(credentialId);
      if (told) this.#parts.neighbors.left(told);
    }
    const ofUser = this.#byUser.get(userId);
    ofUser?.delete(agent);
    if (ofUser?.size === 0) this.#byUser.delete(userId);
    this.#parts.log.info({ workstationId, reason: name }, 'agent disconnected');
    if (this.#isClosed || agent.agentVersion === null) return;
    this.#contacts.left(agent.credential);
    this.#parts.announcer.announce({ workstationIds: new Set([workstationId]) });
  }

  flagCopied(credential: CredentialRow): void {
    this.#copied.add(placeOf(credential));
    this.#parts.neighbors.copied(credential.workstationId, credential.userId);
    this.#parts.announcer.announce({ workstationIds: new Set([credential.workstationId]) });
    this.#parts.log.warn(
      { workstationId: credential.workstationId },
      'a copied credential was refused; that agent must enroll again',
    );
  }

  /** Credentials that are no longer valid: whoever is connected with one is sent away. */
  drop(credentials: readonly Pick<CredentialRow, 'credentialId' | 'workstationId' | 'userId'>[]): void {
    if (credentials.length === 0) return;
    const dropped = new Set(credentials.map(({ credentialId }) => credentialId));
    for (const agent of [...this.#all])
      if (dropped.has(agent.credential.credentialId)) agent.session.close('UNAUTHORIZED');
    for (const credential of credentials) {
      this.#copied.delete(placeOf(credential));
      this.#parts.neighbors.cleared(credential.workstationId, credential.userId);
    }
  }

  isConnected(
    workstationId: WorkstationId,
    userId: UserId,
    fits: (agentInstanceId: string) => boolean = () => true,
  ): boolean {
    const isHere = [...(this.#byUser.get(userId) ?? [])].some(
      ({ credential }) => credential.workstationId === workstationId && fits(credential.instanceId),
    );
    return isHere || this.#parts.neighbors.isConnected(workstationId, userId, fits);
  }

  isCopied(workstationId: WorkstationId, userId: UserId): boolean {
    const isHere = this.#copied.has(placeOf({ workstationId, userId }));
    return isHere || this.#parts.neighbors.isCopied(workstationId, userId);
  }

  /** With which somebody is connected here. */
  credentials(): CredentialRow[] {
    return [...this.#byCredential.values()].map(({ credential }) => credential);
  }

  counts(): { sockets: number; live: number } {
    return {
      sockets: this.#all.size,
      live: [...this.#byUser.values()].reduce((sum, agents) => sum + agents.size, 0),
    };
  }

  #tell(change: Change): void {
    if (change.isEverything) {
      this.#feed.changedEverywhere();
      this.#forAll((agent) => agent.pushMine());
      return;
    }
    for (const userId of change.userIds) this.#tellPerson(userId);
    if (change.isCatalogChanged) this.#forAll((agent) => agent.pushCatalog());
    if (change.poolIds.size + change.productIds.size > 0)
      this.#feed.changed(change.poolIds, change.productIds);
    this.#places.moved(change.queuePoolIds);
  }

  #tellPerson(userId: UserId): void {
    for (const agent of this.#byUser.get(userId) ?? []) agent.pushMine();
  }

  #forAll(tell: (agent: HubMember) => void): void {
    for (const agent of this.#connected()) this.newcomers.enter(() => tell(agent));
  }

  #connected(): HubMember[] {
    return [...this.#byUser.values()].flatMap((agents) => [...agents]);
  }

  /** Says goodbye to everybody and writes down when they were last here. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe();
    this.#feed.stop();
    this.#places.stop();
    const written = this.#contacts.close();
    for (const agent of [...this.#all]) agent.session.close('SHUTTING_DOWN');
    await written;
  }
}

const placeOf = ({ workstationId, userId }: { workstationId: WorkstationId; userId: UserId }): string =>
  `${workstationId}/${userId}`;
