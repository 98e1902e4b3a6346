/**
 * [L107] [L109] [L110] What is volatile and concerns every instance: collects what happens here, hands it on in
 * batches, and keeps what the others tell. What cannot be handed on now waits, merged, for the next link.
 */
import type { Activity } from '../../shared/domain.ts';
import { type Cancel, type Clock, SECOND } from '../../shared/time.ts';
import type { Connection, Neighbors } from '../agents/neighbors.ts';
import type { AgentRow } from '../stores/records.ts';
import type { Attributed, Tale } from './messages.ts';
import { Roster } from './roster.ts';

/** Tales of so long go together. */
const TOGETHER_MS = 50;
/** What was learned so shortly before a link began may not be durable yet, so that nobody can read it: it is told again. */
const RECENT_MS = 30 * SECOND;
/** More than this many that cannot be handed on are dropped, oldest first: all of it is told again sooner or later. */
const MAXIMUM_WAITING = 100_000;

export interface GrapevineOptions {
  readonly instanceId: string;
  readonly clock: Clock;
  /** false: there is no link; they are told again later. */
  readonly send: (items: readonly Attributed[]) => boolean;
  readonly onHeard: (sessionIds: readonly string[]) => void;
  readonly onActivity: (sessions: readonly (readonly [string, Activity | null])[]) => void;
  readonly onNames: (names: readonly (readonly [string, string])[]) => void;
  readonly onMet: (row: AgentRow) => void;
  /** Who is connected there has changed. */
  readonly onWorkstations: (workstations: readonly Pick<Connection, 'workstationId' | 'userId'>[]) => void;
}

export class Grapevine implements Neighbors {
  readonly #options: GrapevineOptions;
  readonly #own = new Map<string, Connection>();
  readonly #others = new Roster();
  readonly #copied = new Map<string, Pick<Connection, 'workstationId' | 'userId'>>();
  readonly #names = new Map<string, string>();
  readonly #heard = new Set<string>();
  readonly #activities = new Map<string, Activity | null>();
  readonly #recent = new Map<string, { readonly activity: Activity | null; readonly atMs: number }>();
  #moves: Tale[] = [];
  #cancel: Cancel | null = null;
  #onReplaced: (credentialId: string) => void = () => {};

  constructor(options: GrapevineOptions) {
    this.#options = options;
  }

  // ---------------------------------------------------------------- what happens here

  heard(sessionIds: Iterable<string>): void {
    for (const sessionId of sessionIds) this.#heard.add(sessionId);
    bound(this.#heard);
    this.#soon();
  }

  learned(sessions: Iterable<readonly [string, Activity | null]>): void {
    const atMs = this.#options.clock.monotonicMs();
    for (const [sessionId, activity] of sessions) {
      this.#activities.set(sessionId, activity);
      this.#recent.delete(sessionId);
      this.#recent.set(sessionId, { activity, atMs });
    }
    this.#forgetOld(atMs);
    bound(this.#activities);
    this.#soon();
  }

  #forgetOld(nowMs: number): void {
    for (const [sessionId, { atMs }] of this.#recent) {
      if (nowMs - atMs <= RECENT_MS) return;
      this.#recent.delete(sessionId);
    }
  }

  named(productId: string, name: string): void {
    if (this.#names.get(productId) === name) return;
    this.#names.set(productId, name);
    this.#tell({ kind: 'named', products: [[productId, name]] });
  }

  joined(connection: Connection): void {
    this.#own.set(connection.credentialId, connection);
    this.#tell({ kind: 'joined', connection });
  }

  left({ credentialId, workstationId, sinceMs }: Connection): void {
    if (this.#own.get(credentialId)?.sinceMs !== sinceMs) return;
    this.#own.delete(credentialId);
    this.#tell({ kind: 'left', credentialId, workstationId });
  }

  met(row: AgentRow): void {
    this.#tell({ kind: 'met', row });
  }

  copied(workstationId: string, userId: string): void {
    this.#copied.set(`${workstationId}/${userId}`, { workstationId, userId });
    this.#tell({ kind: 'copied', workstationId, userId });
  }

  #tell(tale: Tale): void {
    this.#moves.push(tale);
    this.#soon();
  }

  #soon(): void {
    this.#cancel ??= this.#options.clock.setTimer(() => this.flush(), TOGETHER_MS);
  }

  /** Hands on what waits. Without a link signs of life and activities wait for one; all else is told anew then. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    const tales: Tale[] = this.#moves;
    this.#moves = [];
    if (this.#heard.size > 0) tales.push({ kind: 'heard', sessionIds: [...this.#heard] });
    if (this.#activities.size > 0) tales.push({ kind: 'activity', sessions: [...this.#activities] });
    if (tales.length === 0 || !this.#options.send(this.#attributed(tales))) return;
    this.#heard.clear();
    this.#activities.clear();
  }

  #attributed(tales: readonly Tale[]): Attributed[] {
    return tales.map((tale) => ({ from: this.#options.instanceId, tale }));
  }

  // ---------------------------------------------------------------- at the start of a link

  /** Everything about this instance that others must know. */
  ownNews(): Attributed[] {
    this.#forgetOld(this.#options.clock.monotonicMs());
    const recent = [...this.#recent].map(([id, { activity }]): [string, Activity | null] => [id, activity]);
    return this.#attributed([
      { kind: 'roster', connections: [...this.#own.values()] },
      { kind: 'named', products: [...this.#names] },
      { kind: 'activity', sessions: recent },
      ...[...this.#copied.values()].map(({ workstationId, userId }) => {
        return { kind: 'copied', workstationId, userId } as const;
      }),
    ]);
  }

  /** As an owner passes it on to a newcomer. */
  newsFor(instanceId: string): Attributed[] {
    const others = this.#others.instances().filter((from) => from !== instanceId);
    const rosters = others.map((from): Attributed => {
      return { from, tale: { kind: 'roster', connections: this.#others.of(from) } };
    });
    return [...this.ownNews(), ...rosters];
  }

  /** The instance is gone, or cannot be heard. @returns what the others must be told */
  forget(instanceId: string): Attributed[] {
    this.#options.onWorkstations(this.#others.clear(instanceId));
    return [{ from: instanceId, tale: { kind: 'roster', connections: [] } }];
  }

  /** A new owner tells everything anew. */
  forgetAll(): void {
    for (const instanceId of this.#others.instances()) this.forget(instanceId);
  }

  // ---------------------------------------------------------------- what the others tell

  take(items: readonly Attributed[]): void {
    for (const { from, tale } of items) if (from !== this.#options.instanceId) this.#take(from, tale);
  }

  #take(from: string, tale: Tale) {
    const { onHeard, onActivity, onNames, onMet, onWorkstations } = this.#options;
    switch (tale.kind) {
      case 'heard':
        return onHeard(tale.sessionIds);
      case 'activity':
        return onActivity(tale.sessions);
      case 'named':
        for (const [productId, name] of tale.products) this.#names.set(productId, name);
        return onNames(tale.products);
      case 'roster': {
        const before = this.#others.clear(from);
        for (const connection of tale.connections) this.#seat(from, connection);
        return onWorkstations([...before, ...tale.connections]);
      }
      case 'met':
        return onMet(tale.row);
      case 'joined':
        this.#seat(from, tale.connection);
        return onWorkstations([tale.connection]);
      case 'left': {
        const gone = this.#others.remove(from, tale.credentialId);
        return gone === null ? undefined : onWorkstations([gone]);
      }
      case 'copied':
        this.#copied.set(`${tale.workstationId}/${tale.userId}`, tale);
        return onWorkstations([tale]);
    }
  }

  #seat(from: string, connection: Connection): void {
    this.#others.seat(from, connection);
    const own = this.#own.get(connection.credentialId);
    if (own && isNewer(connection, from, own, this.#options.instanceId))
      this.#onReplaced(connection.credentialId);
  }

  isConnected(workstationId: string, userId: string, fits: (agentInstanceId: string) => boolean): boolean {
    return [...this.#others.at(workstationId, userId)].some(({ agentInstanceId }) => fits(agentInstanceId));
  }

  isCopied(workstationId: string, userId: string): boolean {
    return this.#copied.has(`${workstationId}/${userId}`);
  }

  cleared(workstationId: string, userId: string): void {
    this.#copied.delete(`${workstationId}/${userId}`);
  }

  onReplaced(listener: (credentialId: string) => void): void {
    this.#onReplaced = listener;
  }

  stop(): void {
    this.#cancel?.();
  }
}

/** [L109] The same answer on every instance, whatever order the tales came in. */
function isNewer(one: Connection, from: string, other: Connection, otherFrom: string): boolean {
  return one.sinceMs > other.sinceMs || (one.sinceMs === other.sinceMs && from > otherFrom);
}

function bound(collection: Set<string> | Map<string, unknown>): void {
  for (const key of collection.keys()) {
    if (collection.size <= MAXIMUM_WAITING) return;
    collection.delete(key);
  }
}
