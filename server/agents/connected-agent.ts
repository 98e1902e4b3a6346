/**
 * The server's half of one agent's connection behind the wire: greets it, carries out its facts through the ledger,
 * and keeps what it was told last. One object for each socket with a good credential.
 */
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import type { CloseName, Hello, NumberedFact, Welcome, WishResult } from '../../shared/protocol.ts';
import type { CredentialRow } from '../stores/records.ts';
import { SERVER_VERSION } from '../version.ts';
import { AgentSession, type SessionDesk } from './agent-session.ts';
import type { AgentSocket } from './agent-socket.ts';
import type { Agreement } from './agreement.ts';
import { type Coalescer, createCoalescer } from './coalescer.ts';
import { carryOutFacts, isOwnedBy } from './fact-desk.ts';
import { measureOffsetMs } from './fact-times.ts';
import type { HubMember, HubParts, HubRegistry } from './hub-parts.ts';
import { poolMessages } from './pool-messages.ts';

/** Pool changes go to one agent at most this often. */
export const PUSH_PERIOD_MS = 50;

/** A change that a watching agent has not been told yet: `pool` or `product` and its id. */
type Pending = `pool:${string}` | `product:${string}`;

export class ConnectedAgent implements SessionDesk, HubMember {
  readonly credential: CredentialRow;
  readonly session: AgentSession;
  readonly #parts: HubParts;
  readonly #registry: HubRegistry;
  readonly #feed: Coalescer<Pending>;
  #hello: Hello | null = null;
  #offsetMs = 0;
  #acknowledgedSeq = 0;
  #agreement: Agreement | null = null;
  #isWatching = false;
  #lastMine = '';

  constructor(socket: AgentSocket, credential: CredentialRow, parts: HubParts, registry: HubRegistry) {
    this.credential = credential;
    this.#parts = parts;
    this.#registry = registry;
    this.session = new AgentSession({
      socket,
      desk: this,
      clock: parts.clock,
      helloTimeoutMs: parts.timing.helloTimeoutMs,
      pingEveryMs: parts.timing.pingEveryMs,
      maximumBufferedBytes: parts.maximumBufferedBytes,
      onFault: (error) => parts.log.error({ err: error }, 'an agent session failed'),
    });
    this.#feed = createCoalescer<Pending>({
      clock: parts.clock,
      periodMs: PUSH_PERIOD_MS,
      mayDeliver: () => this.session.isKeepingUp(),
      deliver: (pending) => this.#sendChanges(pending),
    });
  }

  get hello(): Hello | null {
    return this.#hello;
  }

  // ---------------------------------------------------------------- asked by the session

  async greet(hello: Hello): Promise<Outcome<Omit<Welcome, 'type' | 'version' | 'capabilities'>, CloseName>> {
    const { ledger, directory, clock, timing } = this.#parts;
    const { userId, workstationId, instanceId } = this.credential;
    if (hello.instanceId !== instanceId) {
      this.#registry.flagCopied(this.credential);
      return failure(
        'MUST_ENROLL_AGAIN',
        'This credential belongs to another copy of the agent. Enroll again.',
      );
    }
    const nowMs = clock.wallMs();
    this.#hello = hello;
    this.#offsetMs = measureOffsetMs(nowMs, hello.wallMs);
    this.#registry.take(this);
    await this.#endUnseen(hello);
    this.renew(hello.openSessionIds);
    await this.#writeDown(hello, nowMs);
    this.#acknowledgedSeq = await ledger.acknowledgedSeq(this.#outboxKey(hello));
    return success({
      serverVersion: SERVER_VERSION,
      userId,
      userName: directory.userName(userId),
      workstationId,
      wallMs: nowMs,
      acknowledgedSeq: this.#acknowledgedSeq,
      renewEveryMs: timing.renewEveryMs,
      pingEveryMs: timing.pingEveryMs,
    });
  }

  /** Sessions that nobody will report any more. */
  async #endUnseen({ openSessionIds }: Hello): Promise<void> {
    const { ledger, newId } = this.#parts;
    const { userId, workstationId } = this.credential;
    const isOpen = new Set(openSessionIds);
    const hasLeftOver = this.#openSessions().some((sessionId) => !isOpen.has(sessionId));
    if (!hasLeftOver) return;
    await ledger.submit({
      commandId: newId(),
      by: { kind: 'agent', userId, workstationId },
      command: {
        kind: 'reconcile-sessions',
        userId,
        workstationId,
        loginSessionId: null,
        openSessionIds,
      },
    });
  }

  #openSessions(): string[] {
    const state = this.#parts.ledger.state();
    const { userId, workstationId } = this.credential;
    return [...(state.users.get(userId)?.sessionIds ?? [])].filter(
      (sessionId) => state.sessions.get(sessionId)?.workstationId === workstationId,
    );
  }

  async #writeDown(hello: Hello, nowMs: number): Promise<void> {
    const { directory } = this.#parts;
    const { userId, workstationId } = this.credential;
    const { loginSessionId, agentVersion, sensors } = hello;
    const row = { workstationId, userId, loginSessionId, agentVersion, sensors, lastContactMs: nowMs };
    const before = directory.workstation(workstationId);
    const { name, platform, osVersion } = hello.workstation;
    const isRenamed =
      before !== null &&
      (before.name !== name || before.platform !== platform || before.osVersion !== osVersion);
    await directory.write([
      { record: 'agent', op: 'put', row },
      ...(isRenamed
        ? [{ record: 'workstation', op: 'put', row: { ...before, name, platform, osVersion } } as const]
        : []),
    ]);
  }

  joined(agreement: Agreement): void {
    this.#agreement = agreement;
    this.#registry.joined(this);
    this.pushMine();
    this.pushCatalog();
  }

  async carryOut(
    facts: readonly NumberedFact[],
  ): Promise<Outcome<{ throughSeq: number; results: readonly WishResult[] }, CloseName>> {
    if (this.#hello === null) return failure('NOT_AGREED', 'Facts come after hello.');
    const done = await carryOutFacts(facts, {
      ...this.#parts,
      credential: this.credential,
      loginSessionId: this.#hello.loginSessionId,
      outboxKey: this.#outboxKey(this.#hello),
      acknowledgedSeq: this.#acknowledgedSeq,
      offsetMs: this.#offsetMs,
    });
    if (!done.ok) return done;
    this.#acknowledgedSeq = done.value.throughSeq;
    this.#announceActivity(done.value.changedSessionIds);
    return done;
  }

  #announceActivity(sessionIds: readonly string[]): void {
    const { readModel, announcer } = this.#parts;
    const poolIds = new Set(sessionIds.flatMap((sessionId) => readModel.poolsOfSession(sessionId)));
    if (poolIds.size > 0) announcer.announce({ poolIds });
  }

  renew(sessionIds: readonly string[]): void {
    const { ledger } = this.#parts;
    const state = ledger.state();
    ledger.renew(
      sessionIds.filter((sessionId) => {
        const session = state.sessions.get(sessionId);
        return session !== undefined && isOwnedBy(this.credential, session);
      }),
    );
  }

  watch(isWatching: boolean): void {
    this.#isWatching = isWatching;
    this.#feed.clear();
    if (isWatching) this.#sendAll();
  }

  left(name: CloseName | 'GONE'): void {
    this.#feed.stop();
    this.#registry.left(this, name);
  }

  // ---------------------------------------------------------------- told by the hub

  /** Sends what is said about this person, unless it is what was said last. */
  pushMine(): void {
    const { userId, workstationId } = this.credential;
    const mine = this.#parts.readModel.mine(userId, workstationId);
    const text = JSON.stringify(mine);
    if (text === this.#lastMine) return;
    this.#lastMine = text;
    this.session.send({ type: 'mine', mine });
  }

  pushCatalog(): void {
    const { shelf } = this.#parts;
    if (!this.#agreement?.capabilities.has('catalog-push')) return;
    this.session.send({
      type: 'catalog',
      revision: shelf.revision(),
      catalog: { products: [...shelf.adminProducts()] },
    });
  }

  pushChanges(poolIds: Iterable<string>, productIds: Iterable<string>): void {
    if (!this.#isWatching) return;
    const pending: Pending[] = [];
    for (const poolId of poolIds) pending.push(`pool:${poolId}`);
    for (const productId of productIds) pending.push(`product:${productId}`);
    this.#feed.add(pending);
  }

  /** Everything anew, after the state was read again. */
  pushEverything(): void {
    this.pushMine();
    if (this.#isWatching) this.#sendAll();
  }

  #sendAll(): void {
    const { readModel } = this.#parts;
    const all = { full: true, pools: readModel.pools(), removedPoolIds: [], products: readModel.products() };
    for (const message of poolMessages(all)) this.session.send(message);
  }

  #sendChanges(pending: ReadonlySet<Pending>): void {
    const { readModel } = this.#parts;
    const idsOf = (kind: string) =>
      [...pending].filter((entry) => entry.startsWith(kind)).map((entry) => entry.slice(kind.length));
    const views = idsOf('pool:').map((poolId) => ({ poolId, view: readModel.pool(poolId) }));
    const told = {
      full: false,
      pools: views.flatMap(({ view }) => view ?? []),
      removedPoolIds: views.filter(({ view }) => view === null).map(({ poolId }) => poolId),
      products: idsOf('product:').map((productId) => readModel.product(productId)),
    };
    for (const message of poolMessages(told)) this.session.send(message);
  }

  /** Two people's agents may call their outboxes the same. */
  #outboxKey(hello: Hello): string {
    return `${this.credential.workstationId}/${this.credential.userId}/${hello.outboxId}`;
  }
}
