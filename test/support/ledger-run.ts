/**
 * One random schedule on one store, with a clock that is moved by hand. The same schedule gives the same events on every
 * store: whatever the store's own pace, a step begins only when everything before it is durable.
 */
import type { LedgerCommand } from '../../server/ledger/commands.ts';
import type { RecordedEvent } from '../../server/ledger/events.ts';
import { headsFrom } from '../../server/ledger/heads.ts';
import { imageOf } from '../../server/ledger/snapshot.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { aLedger, type TestLedger } from './a-ledger.ts';
import { FakeClock } from './fake-clock.ts';
import { commandFor } from './ledger-draws.ts';
import { aPool, METERED, PRODUCTS, type Scene, type Step, USERS } from './ledger-steps.ts';
import { Witness } from './ledger-witness.ts';
import { mortal } from './mortal-clock.ts';

export interface Result {
  readonly events: readonly RecordedEvent[];
  /** Rules that were broken, with the event; empty: all is well. */
  readonly wrong: readonly string[];
}

export async function runSchedule(
  scene: Scene,
  steps: readonly Step[],
  openStore: () => Promise<ServerStore>,
): Promise<Result> {
  const run = new Run(openStore);
  try {
    return await run.play(scene, steps);
  } finally {
    await run.end();
  }
}

class Run {
  readonly #openStore: () => Promise<ServerStore>;
  readonly #clock = new FakeClock();
  readonly #witness = new Witness();
  #t: TestLedger | null = null;
  #store: ServerStore | null = null;
  #isDead = { value: false };
  #mode: 'works' | 'fails' | 'lies' = 'works';
  #lives = 0;
  #asked = 0;
  #seen = 0;
  #last: { command: LedgerCommand; commandId: string } | null = null;

  constructor(openStore: () => Promise<ServerStore>) {
    this.#openStore = openStore;
  }

  get t(): TestLedger {
    if (!this.#t) throw new Error('the ledger is open');
    return this.#t;
  }

  async play(scene: Scene, steps: readonly Step[]): Promise<Result> {
    await this.#birth();
    for (const [groupId, add] of Object.entries(scene.members)) {
      await this.#ask({ kind: 'configure-group', groupId, parentId: groupId === 'crew' ? 'all' : null });
      await this.#ask({ kind: 'change-members', groupId, add, remove: [] });
    }
    for (const poolId of METERED) {
      await this.#ask({ kind: 'configure-pool', poolId, settings: aPool(poolId, scene.pools[poolId]) });
    }
    await this.#ask({
      kind: 'configure-pool',
      poolId: 'managed',
      settings: aPool('managed', { kind: 'managed', capacity: 2 }),
    });
    for (const productId of PRODUCTS) {
      const alternatives = scene.products[productId] ?? [[{ poolId: 'managed', units: 1 }]];
      await this.#ask({ kind: 'configure-product', productId, alternatives });
    }
    for (const step of steps) {
      await this.#step(step);
      await this.#look();
    }
    const events = await this.t.ledger.events(0, 1_000_000);
    const image = JSON.stringify(imageOf(this.t.state));
    const replayed = JSON.stringify(imageOf(headsFrom({ snapshot: null, events }).durable));
    const loaded = JSON.stringify(imageOf(headsFrom(await this.t.store.load()).head));
    const wrong = [...this.#witness.wrong];
    if (replayed !== image) wrong.push('[L84] replay gives another state');
    if (loaded !== image) wrong.push('[L84] snapshot and events give another state');
    return { events, wrong };
  }

  async end(): Promise<void> {
    await this.#t?.ledger.close().catch(() => undefined); // a store that was told to fail may still do so
    await this.#store?.close();
  }

  async #birth(): Promise<void> {
    this.#isDead = { value: false };
    const isDead = this.#isDead;
    const store = await this.#openStore();
    this.#store = store;
    this.#lives += 1;
    const gate: ServerStore = {
      records: store.records,
      load: () => store.load(),
      answerOf: (commandId) => store.answerOf(commandId),
      events: (afterNumber, limit) => store.events(afterNumber, limit),
      close: () => store.close(),
      saveSnapshot: (snapshot) =>
        isDead.value ? Promise.reject(new Error('dead')) : store.saveSnapshot(snapshot),
      append: async (units) => {
        if (isDead.value) throw new Error('dead');
        if (this.#mode === 'fails') throw new Error('disk full');
        await store.append(units);
        if (this.#mode === 'lies') throw new Error('answer lost');
      },
    };
    this.#t = await aLedger({
      store: gate,
      clock: mortal(this.#clock, isDead) as FakeClock,
      snapshotEvery: 7,
      idPrefix: `life-${this.#lives}`,
    });
    await this.#settle();
  }

  /** Everything that was asked, also by the ledger of itself, is durable and told. */
  async #settle(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      const row = { name: 'barrier', value: round };
      const changes = [{ record: 'setting', op: 'put', row }] as const;
      const barrier = {
        commandId: `barrier-${round}`,
        by: { kind: 'server' },
        command: null,
        changes,
      } as const;
      await this.t.ledger.submit(barrier).catch(() => undefined); // a failed batch is loaded again, then it goes through
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #tick(ms: number): Promise<void> {
    await this.#clock.advanceAsync(ms, () => this.#settle());
  }

  async #step(step: Step): Promise<void> {
    switch (step.do) {
      case 'ask':
        this.#mode = step.store;
        return this.#ask(commandFor(step.draw, this.t.state, this.#clock.wallMs()));
      case 'pass':
        await this.#tick(step.ms);
        for (const user of USERS.filter((one) => !step.asleep.includes(one))) {
          const theirs = [...this.t.state.sessions.values()].filter(({ userId }) => userId === user);
          this.t.ledger.renew(theirs.map(({ sessionId }) => sessionId));
          await this.#settle();
        }
        return;
      case 'jump':
        this.#clock.jump(step.ms);
        return this.#tick(12_000);
      case 'kill':
        this.#isDead.value = true;
        await this.#store?.close();
        return this.#birth();
      case 'repeat': {
        const before = this.t.state.eventNumber;
        if (this.#last) await this.t.ask(this.#last.command, this.#last.commandId);
        if (this.t.state.eventNumber !== before) throw new Error('[L80] a repeat changed something');
      }
    }
  }

  async #ask(command: LedgerCommand): Promise<void> {
    const commandId = `command-${++this.#asked}`;
    const isKept = await this.t.ask(command, commandId).then(
      () => true,
      () => this.#mode === 'lies',
    );
    if (isKept) this.#last = { command, commandId };
    this.#mode = 'works';
    await this.#settle();
  }

  async #look(): Promise<void> {
    const events = await this.t.ledger.events(this.#seen, 1_000_000);
    this.#seen = events.at(-1)?.eventNumber ?? this.#seen;
    this.#witness.see(events);
  }
}
