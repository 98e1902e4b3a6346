/** A ledger on a memory store and a clock that stands still, with short words for what tests do to it. */

import type { LedgerCommand } from '../../server/ledger/commands.ts';
import type { LedgerEvent } from '../../server/ledger/events.ts';
import { openLedger } from '../../server/ledger/ledger.ts';
import type { Ledger, LedgerOutcome, LedgerStore } from '../../server/ledger/ports.ts';
import { entriesOf } from '../../server/ledger/standing.ts';
import type { LedgerState } from '../../server/ledger/state.ts';
import { emptyDisk, openMemoryStore } from '../../server/stores/memory/memory-store.ts';
import type { Alternative, PoolSettings } from '../../shared/domain.ts';
import { DEFAULT_POOL_SETTINGS } from '../../shared/domain-schemas.ts';
import { FakeClock } from './fake-clock.ts';

export interface SessionWords {
  readonly user?: string;
  readonly product?: string;
  readonly workstation?: string;
  readonly login?: string;
  readonly process?: string;
  readonly device?: string | null;
  readonly origin?: 'application' | 'hold';
}

export interface LedgerParts {
  readonly clock?: FakeClock;
  readonly store?: LedgerStore;
  readonly snapshotEvery?: number;
  /** Begins every id that the ledger makes. */
  readonly idPrefix?: string;
}

export async function aLedger(parts: LedgerParts = {}): Promise<TestLedger> {
  const clock = parts.clock ?? new FakeClock();
  const store = parts.store ?? openMemoryStore(emptyDisk());
  let ids = 0;
  const ledger = await openLedger({
    store,
    clock,
    newId: () => `${parts.idPrefix ?? 'id'}-${store === parts.store ? clock.monotonicMs() : ''}-${++ids}`,
    snapshotEvery: parts.snapshotEvery ?? 50,
    onProblem: (sentence, cause) => problems.push({ sentence, cause }),
  });
  const problems: { sentence: string; cause: unknown }[] = [];
  return new TestLedger(ledger, clock, store, problems);
}

let commands = 0;

export class TestLedger {
  readonly ledger: Ledger;
  readonly clock: FakeClock;
  readonly store: LedgerStore;
  readonly problems: { sentence: string; cause: unknown }[];

  constructor(
    ledger: Ledger,
    clock: FakeClock,
    store: LedgerStore,
    problems: { sentence: string; cause: unknown }[],
  ) {
    this.ledger = ledger;
    this.clock = clock;
    this.store = store;
    this.problems = problems;
  }

  get state(): LedgerState {
    return this.ledger.state();
  }

  /** Asks as an admin unless the command is an agent's. */
  async ask(command: LedgerCommand, commandId = this.nextCommandId()): Promise<LedgerOutcome> {
    return this.ledger.submit({ commandId, by: { kind: 'admin', tokenId: 'token' }, command });
  }

  /** Another one for each question, whichever ledger is asked: a repeat would not be heard. */
  nextCommandId(): string {
    commands += 1;
    return `command-${commands}`;
  }

  /** Asks and returns what was recorded. */
  async record(command: LedgerCommand): Promise<LedgerEvent[]> {
    const before = this.state.eventNumber;
    await this.ask(command);
    return this.recordedSince(before);
  }

  async recordedSince(eventNumber: number): Promise<LedgerEvent[]> {
    return (await this.store.events(eventNumber, 100_000)).map(({ event }) => event);
  }

  async pool(poolId: string, settings: Partial<PoolSettings> = {}): Promise<LedgerOutcome> {
    const defaults = { ...DEFAULT_POOL_SETTINGS, name: poolId, capacity: 1 };
    return this.ask({ kind: 'configure-pool', poolId, settings: { ...defaults, ...settings } });
  }

  async product(productId: string, ...alternatives: Alternative[]): Promise<LedgerOutcome> {
    return this.ask({ kind: 'configure-product', productId, alternatives });
  }

  /** A product of its own pool, both of this name. */
  async counted(name: string, settings: Partial<PoolSettings> = {}): Promise<void> {
    await this.pool(name, settings);
    await this.product(name, [{ poolId: name, units: 1 }]);
  }

  async start(sessionId: string, words: SessionWords = {}): Promise<LedgerOutcome> {
    const user = words.user ?? sessionId;
    return this.ask({
      kind: 'start-session',
      sessionId,
      userId: user,
      workstationId: words.workstation ?? `pc-of-${user}`,
      loginSessionId: words.login ?? `login-of-${user}`,
      processKey: words.process ?? `process-of-${sessionId}`,
      deviceKey: words.device ?? null,
      productId: words.product ?? 'cad',
      startedAtMs: this.clock.wallMs(),
      origin: words.origin ?? 'application',
    });
  }

  async end(sessionId: string): Promise<LedgerOutcome> {
    return this.ask({ kind: 'end-session', sessionId, endedAtMs: this.clock.wallMs(), reason: 'exit' });
  }

  async queue(userId: string, productId = 'cad'): Promise<string> {
    const outcome = await this.ask({ kind: 'queue', userId, productId });
    if (!outcome.ok) throw new Error(outcome.message);
    return outcome.value.ticketId ?? '';
  }

  seat(sessionId: string): string | undefined {
    return this.state.sessions.get(sessionId)?.seat.state;
  }

  /** Who has a lease of the pool, by name. */
  holders(poolId = 'cad'): string[] {
    const leaseIds = [...(this.state.pools.get(poolId)?.leaseIds ?? [])];
    return leaseIds.map((leaseId) => this.state.leases.get(leaseId)?.userId ?? '').sort();
  }

  /** Whom a seat is held for. */
  offered(poolId = 'cad'): string[] {
    const offerIds = [...(this.state.pools.get(poolId)?.offerIds ?? [])];
    return offerIds.map((offerId) => this.state.offers.get(offerId)?.userId ?? '').sort();
  }

  offerOf(userId: string): string {
    const offer = [...this.state.offers.values()].find((one) => one.userId === userId);
    return offer?.offerId ?? '';
  }

  /** Who waits for the product without an offer, in order. */
  waiting(productId = 'cad'): string[] {
    const product = this.state.products.get(productId);
    return (product ? entriesOf(product) : []).map(
      ({ ticketId }) => this.state.tickets.get(ticketId)?.userId ?? '',
    );
  }

  /** Time passes; sessions named here go on renewing. */
  async pass(ms: number, ...renewing: string[]): Promise<void> {
    for (let left = ms; left > 0; left -= 30_000) {
      await this.clock.advanceAsync(Math.min(left, 30_000));
      this.ledger.renew(renewing);
      await this.clock.advanceAsync(0);
    }
  }
}
