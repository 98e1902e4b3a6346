/**
 * The server's half of one agent's connection behind the wire: greets it, carries out its facts through the ledger,
 * and keeps what it was told last. One object for each socket with a good credential.
 */
import { failure, type Outcome, success } from '../../shared/outcome.ts';
import {
  type CloseName,
  type Hello,
  type NumberedFact,
  PROTOCOL_VERSION,
  type Welcome,
  type WishResult,
} from '../../shared/protocol.ts';
import type { CredentialRow } from '../stores/records.ts';
import { SERVER_VERSION } from '../version.ts';
import { AgentSession, type SessionDesk, type SessionRules } from './agent-session.ts';
import type { AgentSocket } from './agent-socket.ts';
import type { Agreement } from './agreement.ts';
import { carryOutFacts, isOwnedBy } from './fact-desk.ts';
import { measureOffsetMs } from './fact-times.ts';
import type { HubMember, HubParts, HubRegistry } from './hub-parts.ts';
import { bytesForVersion } from './older-agents.ts';
import type { FeedReader } from './pool-feed.ts';

/** What is kept of the hello. */
interface Greeted {
  readonly loginSessionId: string;
  readonly outboxKey: string;
  readonly agentVersion: string;
  /** Added to the agent's instants. */
  readonly offsetMs: number;
}

export class ConnectedAgent implements SessionDesk, HubMember, FeedReader {
  readonly credential: CredentialRow;
  readonly session: AgentSession;
  readonly #parts: HubParts;
  readonly #registry: HubRegistry;
  #greeted: Greeted | null = null;
  #acknowledgedSeq = 0;
  #agreement: Agreement | null = null;
  #lastMine = '';

  constructor(
    socket: AgentSocket,
    credential: CredentialRow,
    parts: HubParts,
    { registry, rules }: { readonly registry: HubRegistry; readonly rules: SessionRules },
  ) {
    this.credential = credential;
    this.#parts = parts;
    this.#registry = registry;
    this.session = new AgentSession(socket, this, rules);
  }

  get agentVersion(): string | null {
    return this.#greeted?.agentVersion ?? null;
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
    const { loginSessionId, agentVersion } = hello;
    const outboxKey = this.#outboxKey(hello);
    this.#greeted = {
      loginSessionId,
      outboxKey,
      agentVersion,
      offsetMs: measureOffsetMs(nowMs, hello.wallMs),
    };
    this.#registry.take(this);
    await this.#endUnseen(hello);
    this.renew(hello.openSessionIds);
    await this.#writeDown(hello, nowMs);
    this.#acknowledgedSeq = await ledger.acknowledgedSeq(outboxKey);
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
    this.#registry.met({
      ...{ workstationId, userId, loginSessionId, agentVersion, sensors },
      lastContactMs: nowMs,
    });
    const before = directory.workstation(workstationId);
    const { name, platform, osVersion } = hello.workstation;
    const isRenamed =
      before !== null &&
      (before.name !== name || before.platform !== platform || before.osVersion !== osVersion);
    if (isRenamed)
      await directory.write([
        { record: 'workstation', op: 'put', row: { ...before, name, platform, osVersion } },
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
    if (this.#greeted === null) return failure('NOT_AGREED', 'Facts come after hello.');
    const { loginSessionId, outboxKey, offsetMs } = this.#greeted;
    const done = await carryOutFacts(facts, {
      ...this.#parts,
      credential: this.credential,
      ...{ loginSessionId, outboxKey, offsetMs },
      acknowledgedSeq: this.#acknowledgedSeq,
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
    this.#registry.watch(this, isWatching);
  }

  left(name: CloseName | 'GONE'): void {
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
    if (this.#agreement?.capabilities.has('catalog-push'))
      this.session.sendEncoded(this.#registry.catalogMessage());
  }

  sendEncoded(data: Buffer): void {
    this.session.sendEncoded(bytesForVersion(data, this.#agreement?.version ?? PROTOCOL_VERSION));
  }

  isKeepingUp(): boolean {
    return this.session.isKeepingUp();
  }

  /** Two people's agents may call their outboxes the same. */
  #outboxKey(hello: Hello): string {
    return `${this.credential.workstationId}/${this.credential.userId}/${hello.outboxId}`;
  }
}
