/**
 * One random schedule played on a real ledger and on the reference model side by side: clocks that jump, repeats,
 * batches that fail, answers that get lost, servers that are killed and started again.
 */
import { expect } from 'vitest';
import type { LedgerCommand } from '../../server/ledger/commands.ts';
import { NotDurableError } from '../../server/ledger/commit-queue.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { aLedger, type TestLedger } from './a-ledger.ts';
import { FakeClock } from './fake-clock.ts';
import { checkHistory } from './ledger-history.ts';
import { LedgerModel, type Rules } from './ledger-model.ts';
import { pictureOfLedger, pictureOfModel } from './ledger-pictures.ts';
import { mortal } from './mortal-clock.ts';

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

const GRACE_MS = 300_000;

type Asking = Exclude<Step, { do: 'pass' | 'jump' | 'kill' | 'repeat' }>;

/** fails: the store refuses the batch. lies: it keeps the batch and says that it failed. */
export interface PlayedStep {
  readonly step: Step;
  readonly store: 'works' | 'fails' | 'lies';
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
      expect(pictureOfLedger(this.t.state, Object.keys(this.#rules.products)), JSON.stringify(step)).toEqual(
        pictureOfModel(this.#model),
      );
    }
    await checkHistory(this.t);
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
          this.#renewModel(user);
          await this.#tick(1);
        }
        return;
      case 'jump':
        return this.#jump(step.ms);
      case 'kill':
        this.#isDead.value = true;
        await this.#birth();
        for (const session of this.#model.sessions) session.heardMs = this.#model.nowMs;
        this.#graceInModel();
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
        this.#graceInModel();
        this.#model.pass(lateMs);
        return;
      }
    }
    throw new Error('the step of the clock was not noticed');
  }

  async #ask(step: Asking, store: PlayedStep['store']): Promise<void> {
    const command = this.#commandFor(step);
    const commandId = this.t.nextCommandId();
    this.#hear(step);
    try {
      await this.t.ask(command, commandId);
      this.#last = { command, commandId };
    } catch (error) {
      expect(error).toBeInstanceOf(NotDurableError);
      if (store === 'fails') {
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
        return { kind: 'release', userId, sessionId: step.id, comeBackAtMs: null };
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

  /** A start and a claim show that somebody is there, whatever becomes of them. */
  #hear(step: Asking): void {
    if (step.do !== 'start' && step.do !== 'claim') return;
    const isOffered = this.#ticketOf(step)?.offerId ?? null;
    for (const one of this.#model.sessions) {
      const isTheirs = one.user === step.user && one.product === step.product && one.machine === step.machine;
      const isHeard =
        step.do === 'start' ? one.id === step.id && one.user === step.user : isTheirs && isOffered;
      if (isHeard) one.heardMs = this.#model.nowMs;
    }
  }

  #renewModel(user: string): void {
    for (const session of this.#model.sessions.filter((one) => one.user === user)) {
      const isBack = this.#model.nowMs - session.heardMs >= this.#rules.ttlMs || session.seat === 'expired';
      session.heardMs = this.#model.nowMs;
      if (isBack) this.#model.return(session);
    }
  }

  #graceInModel(): void {
    const { nowMs, grants } = this.#model;
    this.#model.graceUntilMs = nowMs + GRACE_MS;
    for (const grant of grants) if (grant.key === undefined) grant.untilMs = nowMs + this.#rules.windowMs;
    this.#model.settle();
  }

  #tell(step: Asking): void {
    const model = this.#model;
    if (step.do === 'start') {
      const { do: _do, ...words } = step;
      model.start({ ...words, seat: 'overage', heardMs: model.nowMs });
    }
    if (step.do === 'end' || step.do === 'release') {
      const session = model.sessions.find((one) => one.id === step.id);
      if (session && step.do === 'end') model.end(session);
      if (session && step.do === 'release') model.release(session);
    }
    if (step.do === 'queue') model.queue(step);
    if (step.do === 'capacity') {
      Object.assign(model.rules.pools[step.pool] ?? {}, { capacity: step.units });
      model.settle();
    }
    if (step.do !== 'leave' && step.do !== 'decline' && step.do !== 'claim') return;
    const ticket = model.ticket(step);
    const isOffered = model.grants.some((one) => one.ticket === ticket && ticket !== undefined);
    if (ticket && step.do === 'leave') model.leave(ticket);
    if (ticket && isOffered && step.do === 'decline') model.decline(ticket);
    if (ticket && isOffered && step.do === 'claim') model.claim(ticket, step.machine);
  }
}
