/**
 * The pure decision (decide and evolve, nothing kept): how many a second, and whether one costs the same whatever the
 * numbers of seats, free seats and waiting tickets.
 */
import type { Actor, LedgerCommand } from '../../server/ledger/commands.ts';
import type { DecisionContext } from '../../server/ledger/decide/decision.ts';
import { execute } from '../../server/ledger/execute.ts';
import { emptyState } from '../../server/ledger/state.ts';
import { DEFAULT_POOL_SETTINGS } from '../../shared/domain-schemas.ts';
import { percentile } from './process-cost.ts';

const BY: Actor = { kind: 'server' };
const NOW_MS = 1_767_600_000_000;
const PRODUCT = 'cad';

/** A pool in which some hold seats, some are free, and some wait; decisions keep these numbers as they are. */
export class PoolAtWork {
  readonly #state = emptyState();
  readonly #context: DecisionContext;
  #ids = 0;
  #people = 0;
  /** Sessions with a seat, oldest first, in a ring: who comes takes the place of who went. */
  readonly #holders: string[] = [];
  #oldest = 0;
  decisions = 0;

  constructor(size: { readonly seats: number; readonly free: number; readonly waiting: number }) {
    const newId = () => `id-${++this.#ids}`;
    this.#context = { nowMs: NOW_MS, newId, silentMs: () => 0, leaseTtlMs: 120_000, graceMs: 300_000 };
    const settings = { ...DEFAULT_POOL_SETTINGS, name: 'pool', capacity: size.seats + size.free };
    this.#ask({ kind: 'configure-pool', poolId: 'pool', settings });
    const alternatives = [[{ poolId: 'pool', units: 1 }]];
    this.#ask({ kind: 'configure-product', productId: PRODUCT, alternatives });
    for (let index = 0; index < size.seats; index++) this.#holders.push(this.#start(this.#newPerson()));
    for (let index = 0; index < size.waiting; index++) this.#queue(this.#newPerson());
  }

  #newPerson(): string {
    this.#people += 1;
    return `person-${this.#people}`;
  }

  #ask(command: LedgerCommand) {
    this.decisions += 1;
    const { answer } = execute(this.#state, command, { commandId: 'command', by: BY }, this.#context);
    if (!answer.ok) throw new Error(`the benchmark asked what is refused: ${answer.code}`);
    return answer.value;
  }

  #start(userId: string): string {
    const sessionId = `session-of-${userId}`;
    const answer = this.#ask({
      kind: 'start-session',
      ...{ sessionId, userId, workstationId: `pc-of-${userId}`, loginSessionId: 'login', productId: PRODUCT },
      ...{ processKey: sessionId, deviceKey: null, startedAtMs: NOW_MS, origin: 'application' },
    });
    if (answer.seat !== 'held') throw new Error('a start of the benchmark finds a seat');
    return sessionId;
  }

  #queue(userId: string): void {
    this.#ask({ kind: 'queue', userId, productId: PRODUCT });
  }

  #replaceOldest(start: () => string): void {
    const sessionId = this.#holders[this.#oldest] ?? '';
    this.#ask({ kind: 'end-session', sessionId, endedAtMs: NOW_MS, reason: 'exit' });
    this.#holders[this.#oldest] = start();
    this.#oldest = (this.#oldest + 1) % this.#holders.length;
  }

  /** Release, which offers to the first who waits; claim; acquire; queue: four decisions. */
  passOn(): void {
    this.#replaceOldest(() => {
      const [offer] = this.#state.offers.values();
      if (!offer) throw new Error('a freed seat is offered');
      const { userId, offerId } = offer;
      this.#ask({ kind: 'claim', userId, workstationId: `pc-of-${userId}`, offerId });
      return this.#start(userId);
    });
    this.#queue(this.#newPerson());
  }

  /** Release and acquire, while nobody waits: two decisions. */
  exchange(): void {
    this.#replaceOldest(() => this.#start(this.#newPerson()));
  }
}

/** Nanoseconds for a decision: the median of rounds, each of `perRound` turns. */
function costNs(work: PoolAtWork, turn: () => void, perRound: number, rounds: number): number {
  const costs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = work.decisions;
    const startedAtMs = performance.now();
    for (let index = 0; index < perRound; index++) turn();
    costs.push(((performance.now() - startedAtMs) * 1e6) / (work.decisions - before));
  }
  return percentile(costs, 0.5);
}

/** Decisions a second in a pool of ordinary size, after the engine has warmed up. */
export function pureDecisionsPerS(): number {
  const work = new PoolAtWork({ seats: 500, free: 0, waiting: 100 });
  costNs(work, () => work.passOn(), 2_000, 10);
  return 1e9 / costNs(work, () => work.passOn(), 2_000, 60);
}

export interface Flatness {
  readonly name: string;
  /** Nanoseconds for one decision at each size. */
  readonly costs: readonly { readonly size: number; readonly ns: number }[];
  /** The dearest against the cheapest. */
  readonly ratio: number;
}

const SIZES = [100, 1_000, 10_000, 100_000];

/** Rounds of all sizes take turns, so that a noisy neighbor does not hit one size alone. */
function flatnessOf(
  name: string,
  sizes: readonly number[],
  open: (size: number) => { readonly work: PoolAtWork; readonly turn: () => void },
): Flatness {
  const places = sizes.map((size) => ({ size, ...open(size), samples: [] as number[] }));
  for (const { work, turn } of places) costNs(work, turn, 1_000, 4);
  for (let round = 0; round < 24; round++) {
    for (const { work, turn, samples } of places) samples.push(costNs(work, turn, 500, 1));
  }
  const costs = places.map(({ size, samples }) => ({ size, ns: percentile(samples, 0.5) }));
  const all = costs.map(({ ns }) => ns);
  return { name, costs, ratio: Math.max(...all) / Math.min(...all) };
}

export function measureFlatness(): Flatness[] {
  const passing = (size: ConstructorParameters<typeof PoolAtWork>[0]) => {
    const work = new PoolAtWork(size);
    return { work, turn: () => work.passOn() };
  };
  const exchanging = (size: ConstructorParameters<typeof PoolAtWork>[0]) => {
    const work = new PoolAtWork(size);
    return { work, turn: () => work.exchange() };
  };
  return [
    flatnessOf('seats', SIZES, (seats) => passing({ seats, free: 0, waiting: 100 })),
    flatnessOf('free seats', [0, ...SIZES], (free) => exchanging({ seats: 500, free, waiting: 0 })),
    flatnessOf('waiting tickets', [10, ...SIZES], (waiting) => passing({ seats: 500, free: 0, waiting })),
  ];
}
