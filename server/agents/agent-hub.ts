/**
 * Who is connected. Admits sockets, keeps one live connection for each credential, and turns what was announced into
 * pushes to those whom it concerns. Holds no license logic.
 */
import type { UserId, WorkstationId } from '../../shared/domain.ts';
import type { CloseName } from '../../shared/protocol.ts';
import { type Cancel, MINUTE } from '../../shared/time.ts';
import type { Change } from '../announcer.ts';
import { waitingUserIds } from '../ledger/pushes.ts';
import type { AgentRow, CredentialRow, RecordChange } from '../stores/records.ts';
import type { AgentSession } from './agent-session.ts';
import type { AgentSocket } from './agent-socket.ts';
import { ConnectedAgent } from './connected-agent.ts';
import type { HubMember, HubParts, HubRegistry } from './hub-parts.ts';

/** People told in one turn when places in a long queue move. */
const PEOPLE_PER_TURN = 200;
/** Last contacts are written down this often; what is lost in a crash is at most that much of them. */
const CONTACTS_EVERY_MS = MINUTE;

export class AgentHub implements HubRegistry {
  readonly #parts: HubParts;
  /** Every open socket, also before hello. */
  readonly #all = new Set<HubMember>();
  readonly #byCredential = new Map<string, HubMember>();
  readonly #byUser = new Map<UserId, Set<HubMember>>();
  /** Workstation and user of credentials that were seen with another instance id. */
  readonly #copied = new Set<string>();
  readonly #moved = new Set<UserId>();
  #cancelMoved: Cancel | null = null;
  #cancelContacts: Cancel;
  readonly #unsubscribe: () => void;
  #isClosed = false;

  constructor(parts: HubParts) {
    this.#parts = parts;
    this.#unsubscribe = parts.announcer.subscribe((change) => this.#tell(change));
    this.#cancelContacts = parts.clock.setTimer(() => this.#writeContacts(), CONTACTS_EVERY_MS);
  }

  /** @returns the session to which the socket's texts go */
  admit(socket: AgentSocket, credential: CredentialRow): AgentSession {
    const agent = new ConnectedAgent(socket, credential, this.#parts, this);
    this.#all.add(agent);
    if (this.#isClosed) agent.session.close('SHUTTING_DOWN');
    return agent.session;
  }

  take(agent: HubMember): void {
    const { credentialId } = agent.credential;
    const older = this.#byCredential.get(credentialId);
    this.#byCredential.set(credentialId, agent);
    older?.session.close('REPLACED');
  }

  joined(agent: HubMember): void {
    const { userId, workstationId } = agent.credential;
    const ofUser = this.#byUser.get(userId) ?? new Set();
    this.#byUser.set(userId, ofUser.add(agent));
    this.#parts.announcer.announce({ workstationIds: new Set([workstationId]) });
    this.#parts.log.info({ workstationId, agentVersion: agent.hello?.agentVersion }, 'agent connected');
  }

  left(agent: HubMember, name: CloseName | 'GONE'): void {
    const { credentialId, userId, workstationId } = agent.credential;
    this.#all.delete(agent);
    if (this.#byCredential.get(credentialId) === agent) this.#byCredential.delete(credentialId);
    const ofUser = this.#byUser.get(userId);
    ofUser?.delete(agent);
    if (ofUser?.size === 0) this.#byUser.delete(userId);
    this.#parts.log.info({ workstationId, reason: name }, 'agent disconnected');
    if (this.#isClosed || agent.hello === null) return;
    this.#write(this.#contactsOf([agent]));
    this.#parts.announcer.announce({ workstationIds: new Set([workstationId]) });
  }

  flagCopied(credential: CredentialRow): void {
    this.#copied.add(placeOf(credential));
    this.#parts.announcer.announce({ workstationIds: new Set([credential.workstationId]) });
    this.#parts.log.warn(
      { workstationId: credential.workstationId },
      'a copied credential was refused; that agent must enroll again',
    );
  }

  /** Credentials that are no longer valid: whoever is connected with one is sent away. */
  drop(credentials: readonly CredentialRow[]): void {
    const dropped = new Set(credentials.map(({ credentialId }) => credentialId));
    for (const agent of [...this.#all])
      if (dropped.has(agent.credential.credentialId)) agent.session.close('UNAUTHORIZED');
    for (const credential of credentials) this.#copied.delete(placeOf(credential));
  }

  isConnected(
    workstationId: WorkstationId,
    userId: UserId,
    fits: (credential: CredentialRow) => boolean = () => true,
  ): boolean {
    return [...(this.#byUser.get(userId) ?? [])].some(
      ({ credential }) => credential.workstationId === workstationId && fits(credential),
    );
  }

  isCopied(workstationId: WorkstationId, userId: UserId): boolean {
    return this.#copied.has(placeOf({ workstationId, userId }));
  }

  counts(): { sockets: number; live: number } {
    return {
      sockets: this.#all.size,
      live: [...this.#byUser.values()].reduce((sum, agents) => sum + agents.size, 0),
    };
  }

  #tell(change: Change) {
    if (change.isEverything) return this.#forAll((agent) => agent.pushEverything());
    for (const userId of change.userIds) for (const agent of this.#byUser.get(userId) ?? []) agent.pushMine();
    if (change.isCatalogChanged) this.#forAll((agent) => agent.pushCatalog());
    if (change.poolIds.size + change.productIds.size > 0)
      this.#forAll((agent) => agent.pushChanges(change.poolIds, change.productIds));
    this.#tellMoved(change.queuePoolIds);
  }

  #forAll(tell: (agent: HubMember) => void): void {
    for (const agents of [...this.#byUser.values()]) for (const agent of [...agents]) tell(agent);
  }

  /** A long queue moved by one: its people are told in slices, so that nobody else waits for that. */
  #tellMoved(poolIds: ReadonlySet<string>): void {
    for (const poolId of poolIds)
      for (const userId of waitingUserIds(this.#parts.ledger.state(), poolId))
        if (this.#byUser.has(userId)) this.#moved.add(userId);
    if (this.#moved.size > 0 && this.#cancelMoved === null) this.#tellSlice();
  }

  #tellSlice(): void {
    this.#cancelMoved = null;
    for (const userId of [...this.#moved].slice(0, PEOPLE_PER_TURN)) {
      this.#moved.delete(userId);
      for (const agent of this.#byUser.get(userId) ?? []) agent.pushMine();
    }
    if (this.#moved.size > 0) this.#cancelMoved = this.#parts.clock.setTimer(() => this.#tellSlice(), 0);
  }

  #contactsOf(agents: Iterable<HubMember>): RecordChange[] {
    const nowMs = this.#parts.clock.wallMs();
    const changes: RecordChange[] = [];
    for (const { credential, hello } of agents) {
      if (hello === null) continue;
      const { workstationId, userId } = credential;
      const { loginSessionId, agentVersion, sensors } = hello;
      const row: AgentRow = {
        ...{ workstationId, userId, loginSessionId, agentVersion, sensors },
        lastContactMs: nowMs,
      };
      changes.push({ record: 'agent', op: 'put', row });
    }
    return changes;
  }

  #writeContacts(): void {
    this.#write(this.#contactsOf([...this.#byUser.values()].flatMap((agents) => [...agents])));
    this.#cancelContacts = this.#parts.clock.setTimer(() => this.#writeContacts(), CONTACTS_EVERY_MS);
  }

  #write(changes: readonly RecordChange[]): void {
    if (changes.length === 0) return;
    this.#parts.directory
      .write(changes)
      .catch((error: unknown) => this.#parts.log.warn({ err: error }, 'last contacts were not written down'));
  }

  /** Says goodbye to everybody and writes down when they were last here. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe();
    this.#cancelContacts();
    this.#cancelMoved?.();
    const changes = this.#contactsOf(this.#all);
    for (const agent of [...this.#all]) agent.session.close('SHUTTING_DOWN');
    if (changes.length > 0) await this.#parts.directory.write(changes);
  }
}

const placeOf = ({ workstationId, userId }: { workstationId: WorkstationId; userId: UserId }): string =>
  `${workstationId}/${userId}`;
