/** The ledger benchmark within one process: the real ledger and store, and the baseline of one transaction per decision. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../server/clock.ts';
import type { Actor, LedgerCommand } from '../../server/ledger/commands.ts';
import type { DecisionContext } from '../../server/ledger/decide/decision.ts';
import { execute } from '../../server/ledger/execute.ts';
import { openLedger } from '../../server/ledger/ledger.ts';
import type { CommitUnit, Ledger, LedgerOutcome } from '../../server/ledger/ports.ts';
import { recordsOf } from '../../server/ledger/projection.ts';
import { emptyState, type LedgerState } from '../../server/ledger/state.ts';
import { appendRequestOf } from '../../server/stores/sqlite/requests.ts';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import { Writer } from '../../server/stores/sqlite/writer.ts';
import { DEFAULT_POOL_SETTINGS } from '../../shared/domain-schemas.ts';
import { timeOrderedIds } from '../../shared/ids.ts';
import {
  CALLERS,
  Caller,
  PRODUCTS,
  type ProductState,
  productIdOf,
  SEATS,
  type Step,
  Tally,
} from './ledger-callers.ts';

/** As the server makes its ids. */
const newId = timeOrderedIds(systemClock.wallMs, randomUUID);

export interface Stretch {
  readonly perS: number;
  readonly tally: Tally;
}

/** Pools and products of the benchmark. */
export function setUpCommands(): LedgerCommand[] {
  return Array.from({ length: PRODUCTS }, (_, index) => index).flatMap((index): LedgerCommand[] => {
    const poolId = `pool-${index}`;
    const settings = { ...DEFAULT_POOL_SETTINGS, name: poolId, capacity: SEATS };
    const alternatives = [[{ poolId, units: 1 }]];
    return [
      { kind: 'configure-pool', poolId, settings },
      { kind: 'configure-product', productId: productIdOf(index), alternatives },
    ];
  });
}

export function commandOf(step: Step, userId: string, productId: string): LedgerCommand {
  const workstationId = `pc-${userId}`;
  switch (step.kind) {
    case 'start':
      return {
        kind: 'start-session',
        ...{ sessionId: step.sessionId, userId, workstationId, productId },
        ...{ loginSessionId: 'login-1', processKey: `process-${step.sessionId}`, deviceKey: null },
        ...{ startedAtMs: systemClock.wallMs(), origin: 'application' },
      };
    case 'end':
      return {
        kind: 'end-session',
        sessionId: step.sessionId,
        endedAtMs: systemClock.wallMs(),
        reason: 'exit',
      };
    case 'release':
      return { kind: 'release', userId, sessionId: step.sessionId, comeBackAtMs: null };
    case 'queue':
      return { kind: 'queue', userId, productId };
    case 'leave':
      return { kind: 'leave', userId, ticketId: step.ticketId };
    case 'claim':
      return { kind: 'claim', userId, workstationId, offerId: step.offerId };
    case 'decline':
      return { kind: 'decline', userId, offerId: step.offerId };
  }
}

export function seenIn(state: LedgerState, userId: string, productIndex: number): ProductState {
  const productId = productIdOf(productIndex);
  const user = state.users.get(userId);
  let session: ProductState['session'] = null;
  for (const sessionId of user?.sessionIds ?? []) {
    const known = state.sessions.get(sessionId);
    if (known?.productId === productId) session = { sessionId, hasSeat: known.seat.state === 'held' };
  }
  const ticketId = user?.ticketIdByProduct.get(productId) ?? null;
  const offerId = ticketId === null ? null : (state.tickets.get(ticketId)?.offerId ?? null);
  const awaitedId = [...(user?.awaitedLeaseIds ?? [])].find(
    (id) => state.leases.get(id)?.productId === productId,
  );
  return { session, ticketId, offerId, awaitedId: awaitedId ?? null };
}

const actorOf = (userId: string): Actor => ({ kind: 'agent', userId, workstationId: `pc-${userId}` });

/** Facts have no answer to keep; wishes have. Both move the outbox's mark, as over the wire. */
const isFact = (command: LedgerCommand) => command.kind === 'start-session' || command.kind === 'end-session';

/** 64 callers at once through the real ledger and the SQLite store with its threads. */
export class LedgerUnderTest {
  readonly #ledger: Ledger;
  readonly #close: () => Promise<void>;
  readonly #callers: { readonly caller: Caller; seq: number }[];

  constructor(ledger: Ledger, close: () => Promise<void>) {
    this.#ledger = ledger;
    this.#close = close;
    this.#callers = Array.from({ length: CALLERS }, (_, index) => ({
      caller: new Caller(`person-${index}`, index + 1),
      seq: 0,
    }));
  }

  static async open(folder: string, workerEntry?: URL): Promise<LedgerUnderTest> {
    const store = await openSqliteStore({
      file: join(folder, 'ledger.db'),
      ...(workerEntry === undefined ? {} : { workerEntry }),
    });
    const ledger = await openLedger({ store, clock: systemClock, newId });
    for (const command of setUpCommands()) {
      await ledger.submit({ commandId: randomUUID(), by: { kind: 'server' }, command });
    }
    return new LedgerUnderTest(ledger, async () => {
      await ledger.close();
      await store.close();
    });
  }

  async run(forMs: number): Promise<Stretch> {
    const tally = new Tally();
    const startedAtMs = performance.now();
    const untilMs = startedAtMs + forMs;
    await Promise.all(this.#callers.map((one) => this.#call(one, untilMs, tally)));
    return { perS: (tally.latenciesMs.length / (performance.now() - startedAtMs)) * 1_000, tally };
  }

  async #call(one: { readonly caller: Caller; seq: number }, untilMs: number, tally: Tally): Promise<void> {
    const userId = one.caller.name;
    const outboxId = `pc-${userId}/${userId}/outbox`;
    while (performance.now() < untilMs) {
      const { productIndex, step } = one.caller.next((index) => seenIn(this.#ledger.state(), userId, index));
      one.seq += 1;
      const command = commandOf(step, userId, productIdOf(productIndex));
      const askedAtMs = performance.now();
      const outcome = await this.#ledger.submit({
        commandId: `${outboxId}#${one.seq}`,
        by: actorOf(userId),
        command,
        outbox: { outboxId, seq: one.seq },
      });
      tally.count(step.kind, performance.now() - askedAtMs, !outcome.ok);
    }
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** Pages after which SQLite left to itself copies its log: what the baseline does. */
const AUTO_CHECKPOINT = 1_000;

/** The same decisions and the same statements, but one after the other and each in a transaction of its own. */
export class OneByOne {
  readonly #writer: Writer;
  readonly #state = emptyState();
  readonly #callers = Array.from({ length: CALLERS }, (_, index) => new Caller(`person-${index}`, index + 1));
  #asked = 0;

  constructor(folder: string) {
    const file = join(folder, 'one-by-one.db');
    writeFileSync(file, '');
    this.#writer = new Writer(file, null);
    for (const command of setUpCommands()) this.#ask(command, { kind: 'server' }, 'set-up');
  }

  #ask(command: LedgerCommand, by: Actor, outboxId: string): LedgerOutcome {
    this.#asked += 1;
    const commandId = `${outboxId}#${this.#asked}`;
    const nowMs = systemClock.wallMs();
    const { events, answer } = execute(this.#state, command, { commandId, by }, contextAt(nowMs));
    const unit: CommitUnit = {
      ...{ commandId, atMs: nowMs, events, answer: isFact(command) ? null : answer },
      ...{ outbox: { outboxId, seq: this.#asked }, changes: recordsOf(events) },
    };
    const [failure] = this.#writer.write([appendRequestOf([unit])]);
    if (failure !== null) throw new Error(`the baseline could not write: ${failure}`);
    if (this.#writer.pagesInLog() >= AUTO_CHECKPOINT) this.#writer.finishCopy();
    return answer;
  }

  run(forMs: number): Stretch {
    const tally = new Tally();
    const startedAtMs = performance.now();
    while (performance.now() < startedAtMs + forMs) {
      for (const caller of this.#callers) {
        const { productIndex, step } = caller.next((index) => seenIn(this.#state, caller.name, index));
        const command = commandOf(step, caller.name, productIdOf(productIndex));
        const askedAtMs = performance.now();
        const answer = this.#ask(command, actorOf(caller.name), `pc-${caller.name}/${caller.name}/outbox`);
        tally.count(step.kind, performance.now() - askedAtMs, !answer.ok);
      }
    }
    return { perS: (tally.latenciesMs.length / (performance.now() - startedAtMs)) * 1_000, tally };
  }

  close(): void {
    this.#writer.close();
  }
}

/** A decision's time and chance: everybody is alive, ids are real ones. */
export function contextAt(nowMs: number): DecisionContext {
  return { nowMs, newId, silentMs: () => 0, leaseTtlMs: 120_000, graceMs: 300_000 };
}
