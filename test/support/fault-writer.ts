/**
 * A process that works on a ledger on a disk that fails and remembers, and says on its output what was acknowledged.
 * Arguments as JSON: `WriterOrders`. It closes and opens the store now and then, archives, and repeats what failed
 * under the same id.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../server/clock.ts';
import type { LedgerCommand } from '../../server/ledger/commands.ts';
import { NotDurableError } from '../../server/ledger/commit-queue.ts';
import { openLedger } from '../../server/ledger/ledger.ts';
import type { Ledger, LedgerOutcome } from '../../server/ledger/ports.ts';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import type { ServerStore } from '../../server/stores/store.ts';
import { DEFAULT_POOL_SETTINGS } from '../../shared/domain-schemas.ts';
import { FaultControl } from './fault-disk.ts';
import { seededRandom } from './house-torture.ts';

export interface WriterOrders {
  readonly dir: string;
  readonly seed: number;
  /** How often the store is opened. */
  readonly lives: number;
  readonly roundsPerLife: number;
  /** Callers at once; 1: one thing after the other. */
  readonly callers: number;
  /** Control file of the disk: now and then a sync fails. null: never. */
  readonly controlPath: string | null;
}

/** One line of the output. */
export interface Acknowledgment {
  readonly outboxId: string;
  readonly seq: number;
  readonly commandId: string;
  readonly command: LedgerCommand;
  readonly outcome: LedgerOutcome;
}

const CAPACITY = 3;
const PEOPLE = 9;

export async function work(orders: WriterOrders): Promise<void> {
  const random = seededRandom(orders.seed);
  const control = orders.controlPath === null ? null : new FaultControl(orders.controlPath);
  const callers = Array.from({ length: orders.callers }, (_, index) => new Caller(`caller-${index}`, random));
  for (let life = 0; life < orders.lives; life++) {
    const store = await openSqliteStore({
      file: join(orders.dir, 'usher.db'),
      archiveDir: join(orders.dir, 'archive'),
    });
    const newId = () => `id-${life}-${Math.floor(random() * 2 ** 48).toString(36)}`;
    const ledger = await openLedger({ store, clock: systemClock, newId, snapshotEvery: 40 });
    if (life === 0) await configure(ledger);
    for (let round = 0; round < orders.roundsPerLife; round++) {
      if (control && random() < 0.15) control.fail('sync', 'EIO', 1);
      await Promise.all(callers.map((caller) => caller.act(ledger)));
    }
    control?.heal();
    await archive(store, life);
    await ledger.close();
    await store.close();
  }
  control?.close();
}

async function configure(ledger: Ledger): Promise<void> {
  const settings = { ...DEFAULT_POOL_SETTINGS, name: 'cad', capacity: CAPACITY };
  const by = { kind: 'admin', tokenId: 'token' } as const;
  await ledger.submit({
    commandId: 'pool',
    by,
    command: { kind: 'configure-pool', poolId: 'cad', settings },
  });
  const alternatives = [[{ poolId: 'cad', units: 1 }]];
  const command = { kind: 'configure-product', productId: 'cad', alternatives } as const;
  await ledger.submit({ commandId: 'product', by, command });
}

/** Every second life leaves most of its events to the archive. */
async function archive(store: ServerStore, life: number): Promise<void> {
  if (life % 2 === 1) await store.housekeeping?.archiveEvents(Date.now() + 1);
}

/** One agent: its facts are numbered, and what was refused as not durable is asked again. */
class Caller {
  readonly #outboxId: string;
  readonly #random: () => number;
  readonly #open = new Set<string>();
  #seq = 0;
  #sessions = 0;

  constructor(outboxId: string, random: () => number) {
    this.#outboxId = outboxId;
    this.#random = random;
  }

  async act(ledger: Ledger): Promise<void> {
    const command = this.#nextCommand(ledger);
    this.#seq += 1;
    const place = { outboxId: this.#outboxId, seq: this.#seq };
    const commandId = `${this.#outboxId}/${this.#seq}`;
    const by = { kind: 'agent', userId: 'any', workstationId: 'any' } as const;
    for (;;) {
      try {
        const outcome = await ledger.submit({ commandId, by, command, outbox: place });
        const said: Acknowledgment = { ...place, commandId, command, outcome };
        writeSync(1, `${JSON.stringify(said)}\n`);
        return;
      } catch (error) {
        if (!(error instanceof NotDurableError)) throw error;
      }
    }
  }

  #nextCommand(ledger: Ledger): LedgerCommand {
    const userId = `user-${Math.floor(this.#random() * PEOPLE)}`;
    const chance = this.#random();
    const [oldest] = this.#open;
    const offer = [...ledger.state().offers.values()].find((one) => one.userId === userId);
    if (oldest !== undefined && (this.#open.size > 3 || chance < 0.3)) {
      this.#open.delete(oldest);
      return { kind: 'end-session', sessionId: oldest, endedAtMs: Date.now(), reason: 'exit' };
    }
    if (offer) return { kind: 'claim', userId, workstationId: 'pc', offerId: offer.offerId };
    if (chance < 0.6) return { kind: 'queue', userId, productId: 'cad' };
    const sessionId = `${this.#outboxId}-session-${++this.#sessions}`;
    this.#open.add(sessionId);
    return {
      ...{ kind: 'start-session', sessionId, userId, workstationId: 'pc', loginSessionId: this.#outboxId },
      ...{
        processKey: sessionId,
        deviceKey: null,
        productId: 'cad',
        startedAtMs: Date.now(),
        origin: 'application',
      },
    } as const;
  }
}

const [orders] = process.argv.slice(2);
if (orders !== undefined && process.argv[1]?.endsWith('fault-writer.ts')) await work(JSON.parse(orders));
