/**
 * One random schedule played on a real ledger and on the reference model side by side: clocks that jump, repeats,
 * batches that fail, answers that get lost, servers that are killed and started again.
 */
import { expect } from 'vitest';
import type { LedgerCommand } from '../../server/ledger/commands.ts';
import { NotDurableError } from '../../server/ledger/commit-queue.ts';
import { headsFrom } from '../../server/ledger/heads.ts';
import { imageOf } from '../../server/ledger/snapshot.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import type { Clock } from '../../shared/time.ts';
import { aLedger, type TestLedger } from './a-ledger.ts';
import { FakeClock } from './fake-clock.ts';
import { LedgerModel, type Rules } from './ledger-model.ts';

export type Step =
  | { do: 'start'; id: string; user: string; machine: string; product: string; hold: boolean }
  | { do: 'end' | 'release'; id: string }
  | { do: 'queue' | 'leave' | 'decline'; user: string; product: string }
  | { do: 'claim'; user: string; product: string; machine: string }
  | { do: 'capacity'; pool: string; units: number }
  | { do: 'pass'; ms: number; asleep: string[] }
  | { do: 'jump'; ms: number }
  | { do: 'kill' }
  | { do: 'repeat' };

type Asking = Exclude<Step, { do: 'pass' | 'jump' | 'kill' | 'repeat' }>;

/** fails: the store refuses the batch. lies: it keeps the batch and says that it failed. */
export interface PlayedStep {
  readonly step: Step;
  readonly store: 'works' | 'fails' | 'lies';
}

/** What both sides are compared by. */
interface Picture {
  readonly sessions: string[];
  readonly leases: string[];
  readonly offers: string[];
  readonly waiting: string[][];
  readonly overtaken: string[];
  readonly taken: string[];
  readonly missed: string[];
}

export const USERS = ['ann', 'bob', 'cy', 'dee'];

export class Schedule {
  readonly #rules: Rules;
  readonly #model: LedgerModel;
  readonly #openStore: () => Promise<ServerStore>;
  readonly #clock = new FakeClock();
  #t: TestLedger | null = null;
  #life = 0;
  #isDead = { value: false };
  #mode: PlayedStep['store'] = 'works';
  #last: { command: LedgerCommand; commandId: string } | null = null;
  #end: () => Promise<void> = async () => undefined;

  constructor(rules: Rules, openStore: () => Promise<ServerStore>) {
    this.#rules = rules;
    this.#model = new LedgerModel(structuredClone(rules));
    this.#openStore = openStore;
  }

  get t(): TestLedger {
    if (!this.#t) throw new Error('the schedule was not started');
    return this.#t;
  }

  async play(steps: readonly PlayedStep[]): Promise<void> {
    await this.#birth();
    for (const [pool, { capacity, key, perSeat }] of Object.entries(this.#rules.pools)) {
      await this.t.pool(pool, {
        capacity,
        counting: { key: key === 'user' ? ['user'] : ['user', 'workstation'], instancesPerSeat: perSeat },
        offerWindowMs: this.#rules.windowMs,
        maximumMissedOffers: this.#rules.maximumMissed,
        agingAfterServed: this.#rules.ageAfter,
      });
    }
    for (const [product, ways] of Object.entries(this.#rules.products)) {
      await this.t.product(
        product,
        ...ways.map((way) => way.map(({ pool, units }) => ({ poolId: pool, units }))),
      );
    }
    for (const { step, store } of steps) {
      await this.#step(step, store);
      await this.#tick(1);
      expect(this.#seen(), JSON.stringify(step)).toEqual(this.#expected());
    }
    await this.#checkHistory();
    await this.#end();
  }

  async #birth(): Promise<void> {
    this.#life += 1;
    this.#isDead = { value: false };
    const store = await this.#openStore();
    const gate = (isDead: { value: boolean }): ServerStore => ({
      ...store,
      records: store.records,
      load: () => store.load(),
      answerOf: (commandId) => store.answerOf(commandId),
      events: (afterNumber, limit) => store.events(afterNumber, limit),
      saveSnapshot: (snapshot) =>
        isDead.value ? Promise.reject(new Error('dead')) : store.saveSnapshot(snapshot),
      append: async (units) => {
        if (isDead.value) throw new Error('dead');
        if (this.#mode === 'fails') throw new Error('disk full');
        await store.append(units);
        if (this.#mode === 'lies') throw new Error('answer lost');
      },
    });
    const clock = mortal(this.#clock, this.#isDead);
    const options = { store: gate(this.#isDead), clock, snapshotEvery: 7, idPrefix: `life-${this.#life}` };
    this.#t = await aLedger(options as never);
    this.#end = async () => {
      await this.t.ledger.close();
      await store.close();
    };
  }

  async #tick(ms: number): Promise<void> {
    await this.#clock.advanceAsync(ms);
    this.#model.pass(ms);
  }

  async #step(step: Step, store: PlayedStep['store']): Promise<void> {
    switch (step.do) {
      case 'pass':
        await this.#tick(step.ms);
        for (const user of USERS.filter((one) => !step.asleep.includes(one))) {
          const ids = [...this.t.state.sessions.values()].filter((one) => one.userId === user);
          this.t.ledger.renew(ids.map(({ sessionId }) => sessionId));
          this.#model.renew(user);
          await this.#tick(1);
        }
        return;
      case 'jump':
        return this.#jump(step.ms);
      case 'kill':
        this.#isDead.value = true;
        await this.#birth();
        this.#model.grace(true);
        return;
      case 'repeat': {
        const before = this.t.state.eventNumber;
        if (!this.#last) return;
        await this.t.ask(this.#last.command, this.#last.commandId);
        expect(this.t.state.eventNumber).toBe(before);
        return;
      }
      default:
        this.#mode = store;
        await this.#ask(step, store);
    }
  }

  /** The step is noticed at the reaper's next look; in between nothing is reaped. */
  async #jump(ms: number): Promise<void> {
    this.#clock.jump(ms);
    const before = this.t.state.eventNumber;
    for (let waitedMs = 0; waitedMs < 12_000; waitedMs += 100) {
      await this.#clock.advanceAsync(100);
      this.#model.nowMs += 100;
      const events = await this.t.recordedSince(before);
      if (events.some((event) => event.kind === 'grace-started')) {
        const recorded = (await this.t.ledger.events(before, 9)).find(
          ({ event }) => event.kind === 'grace-started',
        );
        this.#model.nowMs -= this.#clock.wallMs() - (recorded?.atMs ?? 0);
        const lateMs = this.#clock.wallMs() - (recorded?.atMs ?? 0);
        this.#model.grace(false);
        this.#model.pass(lateMs);
        return;
      }
    }
    throw new Error('the step of the clock was not noticed');
  }

  async #ask(step: Asking, store: PlayedStep['store']): Promise<void> {
    const command = this.#commandFor(step);
    const commandId = this.t.nextCommandId();
    try {
      await this.t.ask(command, commandId);
      this.#last = { command, commandId };
    } catch (error) {
      expect(error).toBeInstanceOf(NotDurableError);
      if (store === 'fails') {
        if (step.do === 'start') this.#model.hear(step.id, step.user);
        if (step.do === 'claim') this.#model.hearAt(step.user, step.product, step.machine);
        await this.#settle();
        return;
      }
      this.#last = { command, commandId };
    }
    await this.#settle();
    this.#tell(step);
  }

  async #settle(): Promise<void> {
    this.#mode = 'works';
    await this.#clock.advanceAsync(0);
  }

  #commandFor(step: Asking): LedgerCommand {
    switch (step.do) {
      case 'start':
        return {
          kind: 'start-session',
          sessionId: step.id,
          userId: step.user,
          workstationId: step.machine,
          loginSessionId: step.user,
          processKey: step.id,
          deviceKey: null,
          productId: step.product,
          startedAtMs: 0,
          origin: step.hold ? 'hold' : 'application',
        };
      case 'end':
        return { kind: 'end-session', sessionId: step.id, endedAtMs: 0, reason: 'exit' };
      case 'release': {
        const userId = this.t.state.sessions.get(step.id)?.userId ?? '';
        return { kind: 'release', userId, sessionId: step.id };
      }
      case 'queue':
        return { kind: 'queue', userId: step.user, productId: step.product };
      case 'leave': {
        const ticketId = this.#ticketOf(step)?.ticketId ?? '';
        return { kind: 'leave', userId: step.user, ticketId };
      }
      case 'decline':
        return { kind: 'decline', userId: step.user, offerId: this.#ticketOf(step)?.offerId ?? '' };
      case 'claim': {
        const offerId = this.#ticketOf(step)?.offerId ?? '';
        return { kind: 'claim', userId: step.user, workstationId: step.machine, offerId };
      }
      case 'capacity': {
        const pool = this.t.state.pools.get(step.pool);
        if (!pool) throw new Error('the pool is there');
        return {
          kind: 'configure-pool',
          poolId: step.pool,
          settings: { ...pool.settings, capacity: step.units },
        };
      }
    }
  }

  #ticketOf({ user, product }: { user: string; product: string }) {
    return [...this.t.state.tickets.values()].find((one) => one.userId === user && one.productId === product);
  }

  #tell(step: Asking): void {
    const model = this.#model;
    if (step.do === 'start') model.start(step.id, step.user, step.machine, step.product, step.hold);
    if (step.do === 'end') model.end(step.id);
    if (step.do === 'release') model.release(step.id);
    if (step.do === 'queue') model.queue(step.user, step.product);
    if (step.do === 'leave') model.leaveQueue(step.user, step.product);
    if (step.do === 'decline') model.decline(step.user, step.product);
    if (step.do === 'claim') model.claim(step.user, step.product, step.machine);
    if (step.do === 'capacity') model.capacity(step.pool, step.units);
  }

  #seen(): Picture {
    const { sessions, leases, tickets, offers, products, pools } = this.t.state;
    const lines = [...products.values()].flatMap(({ line }) => line.entries());
    return {
      sessions: sorted([...sessions.values()].map((one) => `${one.sessionId} ${one.seat.state}`)),
      leases: sorted(
        [...leases.values()].map(({ poolId, units, userId, use }) => {
          const ids = use.state === 'used' ? [...use.sessionIds].sort().join() : 'awaited';
          return `${poolId} ${units} ${userId} ${ids}`;
        }),
      ),
      offers: sorted(
        [...offers.values()].map(
          ({ userId, productId, takes }) =>
            `${userId} ${productId} ${takes.map(({ poolId, units }) => `${units} ${poolId}`)}`,
        ),
      ),
      waiting: Object.keys(this.#rules.products).map((product) =>
        (products.get(product)?.line.entries() ?? []).map(
          ({ ticketId, rankClass }) => `${tickets.get(ticketId)?.userId} in ${rankClass}`,
        ),
      ),
      overtaken: sorted(
        lines.map(({ ticketId, overtaken }) => `${tickets.get(ticketId)?.userId} ${overtaken}`),
      ),
      taken: [...pools.values()].map(
        (pool) => `${pool.poolId} ${pool.effectiveCapacity - pool.leasedUnits - pool.offeredUnits}`,
      ),
      missed: sorted(
        [...tickets.values()].map((one) => `${one.userId} ${one.productId} ${one.missedOffers}`),
      ),
    };
  }

  #expected(): Picture {
    const { sessions, leases, tickets } = this.#model;
    return {
      sessions: sorted(sessions.map((one) => `${one.id} ${one.seat}`)),
      leases: sorted(
        leases.map(({ pool, units, user, key, sessions: users }) => {
          const ids =
            key === null
              ? 'awaited'
              : users
                  .map((one) => one.id)
                  .sort()
                  .join();
          return `${pool} ${units} ${user} ${ids}`;
        }),
      ),
      offers: sorted(
        tickets.flatMap(({ user, product, offer }) =>
          offer ? [`${user} ${product} ${offer.takes.map(({ pool, units }) => `${units} ${pool}`)}`] : [],
        ),
      ),
      waiting: Object.keys(this.#rules.products).map((product) =>
        this.#model
          .waiting(product)
          .map((ticket) => `${ticket.user} in ${Math.max(0, ticket.class - ticket.rises)}`),
      ),
      overtaken: sorted(tickets.filter((one) => !one.offer).map((one) => `${one.user} ${one.overtaken}`)),
      taken: Object.keys(this.#rules.pools).map((pool) => `${pool} ${this.#model.free(pool)}`),
      missed: sorted(tickets.map((one) => `${one.user} ${one.product} ${one.missed}`)),
    };
  }

  /** From the events alone: nothing ends twice, no grant above the capacity, and replay gives the state. */
  async #checkHistory(): Promise<void> {
    const recorded = await this.t.ledger.events(0, 1_000_000);
    const capacity = new Map<string, number>();
    const taken = new Map<string, number>();
    const open = new Map<string, { poolId: string; units: number }[]>();
    const claimed = new Map<string, number>();
    const begin = (id: string, takes: readonly { poolId: string; units: number }[], isClaim = false) => {
      expect(open.has(id)).toBe(false);
      open.set(id, [...takes]);
      for (const { poolId, units } of takes) {
        taken.set(poolId, (taken.get(poolId) ?? 0) + units);
        if (isClaim) claimed.set(poolId, (claimed.get(poolId) ?? 0) - units);
        if (isClaim) expect(claimed.get(poolId)).toBeGreaterThanOrEqual(0);
        else expect(taken.get(poolId)).toBeLessThanOrEqual(capacity.get(poolId) ?? 0);
      }
    };
    const finish = (id: string) => {
      expect(open.has(id)).toBe(true);
      for (const { poolId, units } of open.get(id) ?? []) taken.set(poolId, (taken.get(poolId) ?? 0) - units);
      open.delete(id);
    };
    for (const { event } of recorded) {
      if (event.kind === 'pool-configured') capacity.set(event.poolId, event.settings.capacity);
      if (event.kind === 'lease-granted') begin(event.leaseId, [event], event.via === 'offer');
      if (event.kind === 'offer-made') begin(event.offerId, event.takes);
      if (event.kind === 'ticket-queued') begin(event.ticketId, []);
      if (event.kind === 'lease-ended') finish(event.leaseId);
      if (event.kind === 'offer-ended') {
        finish(event.offerId);
        claimed.clear();
        if (event.reason === 'claimed')
          for (const { poolId, units } of event.takes) claimed.set(poolId, units);
      }
      if (event.kind === 'ticket-ended') finish(event.ticketId);
    }
    const { leases, offers, tickets } = this.t.state;
    expect([...open.keys()].sort()).toEqual([...leases.keys(), ...offers.keys(), ...tickets.keys()].sort());
    const expected = JSON.stringify(imageOf(this.t.state));
    expect(JSON.stringify(imageOf(headsFrom({ snapshot: null, events: recorded }).durable))).toBe(expected);
    expect(JSON.stringify(imageOf(headsFrom(await this.t.store.load()).head))).toBe(expected);
  }
}

function sorted(words: string[]): string[] {
  return words.sort();
}

/** The clock of one server: when it is killed, its timers never come. */
function mortal(clock: FakeClock, isDead: { value: boolean }): Clock {
  return {
    wallMs: () => clock.wallMs(),
    monotonicMs: () => clock.monotonicMs(),
    setTimer: (run, delayMs) => clock.setTimer(() => isDead.value || run(), delayMs),
  };
}
