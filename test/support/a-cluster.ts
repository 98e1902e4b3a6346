/**
 * Several server instances in one process: one database in memory with lease rows and guards, links that can be cut,
 * and instances that can be suspended or killed. All on a clock that tests move.
 */
import { Cluster, type ClusterListener } from '../../server/cluster/cluster.ts';
import type { LinkEvents, LinkSocket, OpenEvents, OpenLink } from '../../server/cluster/link.ts';
import {
  CLUSTER_TIMING,
  type ClusterStore,
  type ClusterTiming,
  type OwnerGuard,
  type Wake,
} from '../../server/cluster/ports.ts';
import { emptyDisk, type MemoryDisk, openMemoryStore } from '../../server/stores/memory/memory-store.ts';
import type { RecordChange } from '../../server/stores/records.ts';
import { NotOwnerError } from '../../server/stores/store.ts';
import type { Cancel, Clock } from '../../shared/time.ts';
import { FakeClock } from './fake-clock.ts';

/** The clock of one instance: while it is suspended nothing runs; afterwards what was due runs at once. */
class InstanceClock implements Clock {
  readonly #clock: FakeClock;
  #isSuspended = false;
  #isDead = false;
  #held: (() => void)[] = [];

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  wallMs = () => this.#clock.wallMs();
  monotonicMs = () => this.#clock.monotonicMs();

  setTimer(run: () => void, delayMs: number): Cancel {
    let isCanceled = false;
    const cancel = this.#clock.setTimer(() => this.do(() => isCanceled || run()), delayMs);
    return () => {
      isCanceled = true;
      cancel();
    };
  }

  /** Now, or when the instance runs again; never, once it is dead. */
  do(run: () => void): void {
    if (this.#isDead) return;
    if (this.#isSuspended) this.#held.push(run);
    else run();
  }

  suspend(): void {
    this.#isSuspended = true;
  }

  resume(): void {
    this.#isSuspended = false;
    for (const run of this.#held.splice(0)) run();
  }

  die(): void {
    this.#isDead = true;
  }
}

/** What all instances share: rows, lease, wakes. */
export class SharedDatabase {
  readonly disk: MemoryDisk = emptyDisk();
  readonly clock: FakeClock;
  /** true: every question is refused. */
  isAway = false;
  /** true: nobody is woken; only polls find what is new. */
  isQuiet = false;
  owner: { ownerId: string; ownerUrl: string; epoch: number; untilMs: number } | null = null;
  /** Held appends resolve when let go: to stop an owner in the middle of one. */
  hold: Promise<void> | null = null;
  readonly listeners = new Set<(wake: Wake) => void>();

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  check(): void {
    if (this.isAway) throw new Error('the database is away');
  }

  wake(wake: Wake): void {
    if (!this.isQuiet) for (const listener of [...this.listeners]) listener(wake);
  }

  guard({ ownerId, epoch }: OwnerGuard): void {
    if (this.owner?.ownerId !== ownerId || this.owner.epoch !== epoch)
      throw new NotOwnerError('not the owner');
  }

  open(): ClusterStore {
    const store = openMemoryStore(this.disk);
    let lock: Promise<unknown> = Promise.resolve();
    return {
      ...store,
      load: async () => {
        this.check();
        return store.load();
      },
      events: async (after, limit) => {
        this.check();
        return store.events(after, limit);
      },
      append: async (units, guard) => {
        await this.hold;
        this.check();
        if (guard) this.guard(guard);
        await store.append(units);
        if (units.some(({ events }) => events.length > 0)) this.wake({ kind: 'events' });
      },
      records: {
        ...store.records,
        write: async (changes: readonly RecordChange[]) => {
          this.check();
          await store.records.write(changes);
          this.wake({ kind: 'records', keys: null });
        },
      },
      ownership: {
        claim: async (_group, { instanceId, url }, ttlMs) => {
          this.check();
          const nowMs = this.clock.monotonicMs();
          if (this.owner === null || this.owner.untilMs < nowMs)
            this.owner = {
              ...{ ownerId: instanceId, ownerUrl: url, untilMs: nowMs + ttlMs },
              epoch: (this.owner?.epoch ?? 0) + 1,
            };
          return { ...this.owner };
        },
        renew: async ({ ownerId, epoch }, ttlMs) => {
          this.check();
          if (this.owner?.ownerId !== ownerId || this.owner.epoch !== epoch) return false;
          this.owner.untilMs = this.clock.monotonicMs() + ttlMs;
          return true;
        },
        release: async ({ ownerId, epoch }) => {
          this.check();
          if (this.owner?.ownerId === ownerId && this.owner.epoch === epoch) this.owner.untilMs = -1;
        },
      },
      outboxMark: async (outboxId) => this.disk.marks.get(outboxId) ?? 0,
      onWake: (listener) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
      exclusively: (_name, work) => {
        const run = lock.then(work);
        lock = run.catch(() => {});
        return run;
      },
    };
  }
}

/** Links between instances of one process. Texts arrive a turn later, in order. */
class Network {
  readonly instances = new Map<string, TestInstance>();
  isCut = false;

  open(from: InstanceClock): OpenLink {
    return (url, secret, events) => {
      const near = new End(from);
      const target = this.instances.get(url);
      void this.#connect(near, target, secret, events);
      return near;
    };
  }

  async #connect(
    near: End,
    target: TestInstance | undefined,
    secret: string,
    events: OpenEvents,
  ): Promise<void> {
    near.events = events;
    if (this.isCut || !target || !(await target.cluster.isSecret(secret).catch(() => false)))
      return near.gone();
    const far = new End(target.clock);
    near.other = far;
    far.other = near;
    target.clock.do(() => {
      far.events = target.cluster.accept(far);
      near.clock.do(() => events.onOpen());
    });
  }

  /** Every link ends without a word, and no new one comes about. */
  cut(): void {
    this.isCut = true;
    for (const { ends } of this.instances.values()) for (const end of [...ends]) end.close();
  }
}

class End implements LinkSocket {
  readonly clock: InstanceClock;
  events: LinkEvents | null = null;
  other: End | null = null;
  #isClosed = false;

  constructor(clock: InstanceClock) {
    this.clock = clock;
    endsOf(clock).add(this);
  }

  send(text: string): void {
    const { other } = this;
    if (!this.#isClosed && other) queueMicrotask(() => other.clock.do(() => other.receive(text)));
  }

  receive(text: string): void {
    if (!this.#isClosed) this.events?.onText(text);
  }

  unreadBytes = () => 0;

  close(): void {
    if (this.#isClosed) return;
    const { other } = this;
    this.gone();
    if (other) queueMicrotask(() => other.clock.do(() => other.gone()));
  }

  gone(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    endsOf(this.clock).delete(this);
    queueMicrotask(() => this.clock.do(() => this.events?.onClosed()));
  }
}

const allEnds = new WeakMap<InstanceClock, Set<End>>();
function endsOf(clock: InstanceClock): Set<End> {
  const ends = allEnds.get(clock) ?? new Set<End>();
  allEnds.set(clock, ends);
  return ends;
}

export interface TestInstance {
  readonly name: string;
  readonly cluster: Cluster;
  readonly clock: InstanceClock;
  readonly ends: Set<End>;
  readonly problems: string[];
  readonly roles: string[];
  readonly told: {
    names: unknown[];
    activities: unknown[];
    met: unknown[];
    places: unknown[];
    records: unknown[];
  };
}

export class TestCluster {
  readonly clock = new FakeClock();
  readonly database = new SharedDatabase(this.clock);
  readonly network = new Network();
  readonly #timing: ClusterTiming;
  #ids = 0;

  constructor(timing: Partial<ClusterTiming> = {}) {
    this.#timing = { ...CLUSTER_TIMING, ...timing };
  }

  /** An instance that has joined: it owns, or follows. */
  async start(name: string): Promise<TestInstance> {
    const clock = new InstanceClock(this.clock);
    const problems: string[] = [];
    const roles: string[] = [];
    const told: TestInstance['told'] = { names: [], activities: [], met: [], places: [], records: [] };
    const cluster = await Cluster.open({
      store: this.database.open(),
      clock,
      newId: () => `${name}-${++this.#ids}`,
      timing: this.#timing,
      open: this.network.open(clock),
      onProblem: (sentence) => problems.push(sentence),
      onRole: (role) => roles.push(role),
    });
    const listener: ClusterListener = {
      onActivity: (sessions) => told.activities.push(...sessions),
      onNames: (names) => told.names.push(...names),
      onMet: (row) => told.met.push(row),
      onWorkstations: (places) => told.places.push(...places),
      onRecords: (keys) => told.records.push(keys),
    };
    cluster.listen(listener);
    const url = `memory://${name}`;
    const instance: TestInstance = {
      ...{ name, cluster, clock, ends: endsOf(clock), problems, roles, told },
    };
    this.network.instances.set(url, instance);
    const joined = cluster.join(url, 60_000);
    await this.pass(1_000);
    await joined;
    return instance;
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms);
  }

  /** Time passes in small steps until it holds. @returns how long it took */
  async until(what: string, holds: () => boolean, withinMs = 30_000): Promise<number> {
    for (let passedMs = 0; passedMs <= withinMs; passedMs += 50) {
      if (holds()) return passedMs;
      await this.pass(50);
    }
    throw new Error(`not within ${withinMs} ms: ${what}`);
  }

  /** As by kill -9: nothing of it runs any more, and its sockets end. */
  kill(instance: TestInstance): void {
    for (const end of [...instance.ends]) end.close();
    instance.clock.die();
    this.network.instances.delete(`memory://${instance.name}`);
  }
}
