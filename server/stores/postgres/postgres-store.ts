/**
 * The store on PostgreSQL 15 or newer: one connection that writes, one for snapshots, a few that read. Several servers
 * may have it open; who may decide for a group of pools is in `ledger_owners`, and an append checks it.
 */
import { type Cancel, type Clock, DAY } from '../../../shared/time.ts';
import { type CommitUnit, REMEMBERED_ANSWERS, type StoredSnapshot } from '../../ledger/ports.ts';
import { CHAIN_START, snapshotRowOf } from '../event-chain.ts';
import { recordsOver } from '../record-repositories.ts';
import type { RecordChange } from '../records.ts';
import { type ServerStore, type StoreHousekeeping, StoreRefusedError } from '../store.ts';
import type { StoreMeter } from '../store-meter.ts';
import type { Fold } from '../usage-days.ts';
import { type PostgresAddress, readPostgresUrl } from './address.ts';
import { Link } from './link.ts';
import { monthsAhead } from './months.ts';
import { Reader } from './reader.ts';
import { migrate } from './schema.ts';
import { housekeepingOf } from './trim.ts';
import { foldStatements } from './usage-days.ts';
import { WAKE_CHANNEL } from './wakes.ts';
import { type OwnerGuard, Writer } from './writer.ts';

export interface PostgresOptions {
  /** `postgres://...` (address.ts). Holds a password: it is never part of a message. */
  readonly url: string;
  readonly clock: Clock;
  /** The pools that are decided for together: their events, answers, marks and snapshots. */
  readonly group?: string;
  /** A sentence for the log about something that went wrong and was dealt with. */
  readonly onProblem?: (sentence: string, cause: unknown) => void;
  readonly meter?: StoreMeter;
}

export interface PostgresStore extends ServerStore {
  /** Rejects with NotOwnerError, and keeps nothing, when the guard's owner or epoch is not the current one. */
  append(units: readonly CommitUnit[], guard?: OwnerGuard): Promise<void>;
  /** The durable mark of an outbox; 0: none. */
  outboxMark(outboxId: string): Promise<number>;
}

export const MAIN_GROUP = 'main';

/**
 * A writer looks rows up by their keys and nothing else: it is kept from reading whole tables, and plans once.
 * A server that stands still inside a transaction must not keep others from taking over.
 */
export const WRITER_SETTINGS = `
  SET synchronous_commit = on; SET idle_in_transaction_session_timeout = '2s'; SET jit = off;
  SET plan_cache_mode = force_generic_plan;
  SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
`;
const ASIDE_SETTINGS = `SET synchronous_commit = on; SET jit = off`;
/** Changing tables of a large database takes its time. */
const SCHEMA_PATIENCE_MS = 60 * 60_000;

/** Rejects with StoreRefusedError when the database is too old, or was written by a newer Usher. */
export async function openPostgresStore(options: PostgresOptions): Promise<PostgresStore> {
  const address = readPostgresUrl(options.url);
  if (!address.ok) throw new StoreRefusedError(address.message);
  const link = new Link(address.value, ASIDE_SETTINGS, SCHEMA_PATIENCE_MS);
  try {
    await migrate(link);
  } finally {
    await link.close();
  }
  const store = new OpenStore(options, address.value);
  await store.makeMonthsAhead();
  return store;
}

class OpenStore implements PostgresStore {
  readonly records: ServerStore['records'];
  readonly housekeeping: StoreHousekeeping;
  readonly #options: PostgresOptions;
  readonly #group: string;
  readonly #writing: Link;
  readonly #aside: Link;
  readonly #folding: Link;
  readonly #writer: Writer;
  readonly #reader: Reader;
  #nextMonths: Cancel | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: PostgresOptions, address: PostgresAddress) {
    const { clock, group = MAIN_GROUP } = options;
    this.#options = options;
    this.#group = group;
    this.#writing = new Link(address, WRITER_SETTINGS);
    this.#aside = new Link(address, ASIDE_SETTINGS);
    this.#folding = new Link(address, WRITER_SETTINGS);
    this.#writer = new Writer({
      ...{ link: this.#writing, clock, group, channel: WAKE_CHANNEL },
      ...(options.meter ? { meter: options.meter } : {}),
    });
    const onLost = (fault: Error) =>
      options.onProblem?.('The database is away; reads are tried again until it is back', fault);
    this.#reader = new Reader({ address, clock, group, onLost });
    this.housekeeping = housekeepingOf((sql) => this.#reader.ask(sql), this.#aside, group);
    this.records = recordsOver(
      (query) => this.#reader.records(query),
      (changes) => this.#write([], changes, null),
      {
        read: (query) => this.#reader.usageDays(query),
        endedUnfolded: (limit) => this.#reader.endedUnfolded(limit),
        fold: (folds) => this.#fold(folds),
      },
    );
  }

  load(): ReturnType<ServerStore['load']> {
    return this.#reader.load();
  }

  append(units: readonly CommitUnit[], guard?: OwnerGuard): Promise<void> {
    return this.#write(units, [], guard ?? null);
  }

  #write(
    units: readonly CommitUnit[],
    changes: readonly RecordChange[],
    guard: OwnerGuard | null,
  ): Promise<void> {
    if (this.#closing) return Promise.reject(new Error('the store is closed'));
    return this.#writer.write({ units, changes, guard });
  }

  async #fold(folds: readonly Fold[]): Promise<void> {
    const statements = foldStatements(folds);
    await this.#folding.transaction((send) => {
      for (const sql of statements) void send(sql);
    });
  }

  /** The body is turned into text before this gives control back. */
  saveSnapshot({ eventNumber, body }: StoredSnapshot): Promise<void> {
    const text = JSON.stringify(body);
    const group = this.#group;
    return this.#aside.transaction(async (send) => {
      const [event] = await send({
        text: 'SELECT hash FROM ledger_events WHERE ledger_group = $1 AND event_number = $2',
        values: [group, eventNumber],
      });
      const row = snapshotRowOf(eventNumber, text, event ? String(event.hash) : CHAIN_START);
      void send({
        text: `INSERT INTO ledger_snapshots VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (ledger_group, event_number) DO UPDATE
               SET body = excluded.body, chain_hash = excluded.chain_hash, checksum = excluded.checksum`,
        values: [group, row.eventNumber, row.body, row.chainHash, row.checksum],
      });
      void send({
        text: `DELETE FROM ledger_snapshots WHERE ledger_group = $1 AND event_number NOT IN (
                 SELECT event_number FROM ledger_snapshots WHERE ledger_group = $1
                 ORDER BY event_number DESC LIMIT 2)`,
        values: [group],
      });
      void send({
        text: `DELETE FROM ledger_answers WHERE ledger_group = $1 AND position <= (
                 SELECT position FROM ledger_answers WHERE ledger_group = $1
                 ORDER BY position DESC OFFSET $2 LIMIT 1)`,
        values: [group, REMEMBERED_ANSWERS],
      });
    });
  }

  answerOf(commandId: string): ReturnType<ServerStore['answerOf']> {
    return this.#reader.answerOf(commandId);
  }

  outboxMark(outboxId: string): Promise<number> {
    return this.#reader.outboxMark(outboxId);
  }

  events(afterNumber: number, limit: number): ReturnType<ServerStore['events']> {
    return this.#reader.events(afterNumber, limit);
  }

  /** Now and every day; a month that is missing all the same is made when a row needs it. */
  async makeMonthsAhead(): Promise<void> {
    const { clock, onProblem } = this.#options;
    try {
      await this.#writer.makeMonths(monthsAhead(clock.wallMs()));
    } catch (cause) {
      onProblem?.('The tables for the next months were not made; they are made when needed', cause);
    }
    if (!this.#closing) this.#nextMonths = clock.setTimer(() => void this.makeMonthsAhead(), DAY);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#nextMonths?.();
    await this.#writer.settled();
    await Promise.all([
      this.#writing.close(),
      this.#aside.close(),
      this.#folding.close(),
      this.#reader.close(),
    ]);
  }
}
