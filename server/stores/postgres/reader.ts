/** Reads: on connections of their own, so that they never wait for writes, and again when the database was away. */
import pg, { type PoolClient, type QueryResultRow } from 'pg';
import { type Clock, SECOND } from '../../../shared/time.ts';
import type { LedgerStore, LoadedLedger } from '../../ledger/ports.ts';
import {
  answerFrom,
  CHAIN_START,
  type EventRow,
  eventOf,
  isSnapshotWhole,
  type SnapshotRow,
  verifyChain,
} from '../event-chain.ts';
import { plainRowOf, questionOf } from '../record-columns.ts';
import type { PlainRow, RecordQuery } from '../record-tables.ts';
import { CorruptStoreError } from '../store.ts';
import type { UnfoldedSession, UsageDaysAnswer, UsageDaysQuery } from '../usage-days.ts';
import type { PostgresAddress } from './address.ts';
import { POSTGRES } from './dialect.ts';
import { faultOf, isUnreachable } from './faults.ts';
import { clientConfig, prepared, type Row, type Sql } from './link.ts';
import { readUnfolded, readUsageDays } from './usage-days.ts';

const CONNECTIONS = 4;
/** Reads go by indexes, from few rows to few rows: a plan that reads whole tables to save some of that is a mistake. */
const PLANS = [
  ...['jit=off', 'enable_hashjoin=off', 'enable_mergejoin=off', 'enable_seqscan=off'],
  ...['max_parallel_workers_per_gather=0', 'random_page_cost=1.1'],
]
  .map((setting) => `-c ${setting}`)
  .join(' ');
const IDLE_MS = 60 * SECOND;
/** So long a read tries to reach the database again before it gives up. */
const PATIENCE_MS = 15 * SECOND;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1 * SECOND;
const EVENTS_AT_ONCE = 20_000;

export interface ReaderParts {
  readonly address: PostgresAddress;
  readonly clock: Clock;
  readonly group: string;
  /** A connection was lost or could not be made; said once for each time. */
  readonly onLost: (fault: Error) => void;
}

export class Reader {
  readonly #parts: ReaderParts;
  readonly #pool: pg.Pool;
  #isClosed = false;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#pool = new pg.Pool({
      ...clientConfig(parts.address),
      max: CONNECTIONS,
      options: PLANS,
      idleTimeoutMillis: IDLE_MS,
      allowExitOnIdle: true,
    });
    this.#pool.on('error', (error) => parts.onLost(faultOf(error)));
  }

  load(): Promise<LoadedLedger> {
    return this.#atOneMoment((client) => this.#load(client));
  }

  usageDays(query: UsageDaysQuery): Promise<UsageDaysAnswer> {
    return this.#atOneMoment((client) => readUsageDays((sql) => rowsOf(client, sql), query));
  }

  endedUnfolded(limit: number): Promise<readonly UnfoldedSession[]> {
    return this.#atOneMoment((client) => readUnfolded((sql) => rowsOf(client, sql), limit));
  }

  #atOneMoment<T>(read: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.#trying(async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const value = await read(client);
      await client.query('COMMIT');
      return value;
    });
  }

  async answerOf(commandId: string): ReturnType<LedgerStore['answerOf']> {
    const [row] = await this.ask({
      text: 'SELECT answer FROM ledger_answers WHERE ledger_group = $1 AND command_id = $2',
      values: [this.#parts.group, commandId],
    });
    return row ? answerFrom(String(row.answer)) : null;
  }

  /** 0: none. */
  async outboxMark(outboxId: string): Promise<number> {
    const [row] = await this.ask({
      text: 'SELECT seq FROM outbox_marks WHERE ledger_group = $1 AND outbox_id = $2',
      values: [this.#parts.group, outboxId],
    });
    return row ? Number(row.seq) : 0;
  }

  async events(afterNumber: number, limit: number): ReturnType<LedgerStore['events']> {
    const rows = await this.ask(this.#eventsAfter(afterNumber, limit));
    return rows.map((row) => eventOf(eventRowFrom(row)));
  }

  async records(query: RecordQuery): Promise<PlainRow[]> {
    const rows = await this.ask(questionOf(query, POSTGRES));
    return rows.map((row) => plainRowOf(row, query.record, POSTGRES));
  }

  ask(sql: Sql): Promise<readonly Row[]> {
    return this.#trying((client) => rowsOf(client, sql));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#pool.end();
  }

  /** Runs reads on one connection; again from the start when the connection was lost. */
  async #trying<T>(read: (client: PoolClient) => Promise<T>): Promise<T> {
    const { clock, onLost } = this.#parts;
    const startMs = clock.monotonicMs();
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        return await this.#once(read);
      } catch (error) {
        const isLate = clock.monotonicMs() - startMs >= PATIENCE_MS;
        if (!isUnreachable(error) || isLate || this.#isClosed) throw error;
        if (waitMs === FIRST_WAIT_MS && error instanceof Error) onLost(error);
        await new Promise<void>((resolve) => clock.setTimer(resolve, waitMs));
      }
    }
  }

  async #once<T>(read: (client: PoolClient) => Promise<T>): Promise<T> {
    let client: PoolClient | null = null;
    try {
      client = await this.#pool.connect();
      client.on('error', ignore);
      const value = await read(client);
      client.off('error', ignore);
      client.release();
      return value;
    } catch (error) {
      client?.release(true);
      throw isOwn(error) ? error : faultOf(error);
    }
  }

  async #load(client: PoolClient): Promise<LoadedLedger> {
    const { group } = this.#parts;
    const snapshots = await rowsOf(client, {
      text: 'SELECT * FROM ledger_snapshots WHERE ledger_group = $1 ORDER BY event_number DESC',
      values: [group],
    });
    const whole = snapshots.map(snapshotRowFrom).find(isSnapshotWhole);
    const rows = await this.#eventRows(client, whole?.eventNumber ?? 0);
    verifyChain(rows, whole?.eventNumber ?? 0, whole?.chainHash ?? CHAIN_START);
    const answers = await rowsOf(client, {
      text: 'SELECT command_id, answer FROM ledger_answers WHERE ledger_group = $1 ORDER BY position',
      values: [group],
    });
    const marks = await rowsOf(client, {
      text: 'SELECT outbox_id, seq FROM outbox_marks WHERE ledger_group = $1',
      values: [group],
    });
    return {
      snapshot: whole ? { eventNumber: whole.eventNumber, body: JSON.parse(whole.body) } : null,
      events: rows.map(eventOf),
      answers: answers.map((row) => ({
        commandId: String(row.command_id),
        answer: answerFrom(String(row.answer)),
      })),
      outboxMarks: marks.map((row) => ({ outboxId: String(row.outbox_id), seq: Number(row.seq) })),
    };
  }

  async #eventRows(client: PoolClient, afterNumber: number): Promise<EventRow[]> {
    const rows: EventRow[] = [];
    for (;;) {
      const last = rows.at(-1)?.eventNumber ?? afterNumber;
      const more = await rowsOf(client, this.#eventsAfter(last, EVENTS_AT_ONCE));
      for (const row of more) rows.push(eventRowFrom(row));
      if (more.length < EVENTS_AT_ONCE) return rows;
    }
  }

  #eventsAfter(afterNumber: number, limit: number): Sql {
    return {
      text: `SELECT event_number, at_ms, command_id, actor, kind, body, hash FROM ledger_events
             WHERE ledger_group = $1 AND event_number > $2 ORDER BY event_number LIMIT $3`,
      values: [this.#parts.group, afterNumber, limit],
    };
  }
}

async function rowsOf(client: PoolClient, sql: Sql): Promise<readonly Row[]> {
  return (await client.query<QueryResultRow>(prepared(sql))).rows;
}

/** A connection that breaks while it is read from tells the read as well; with nobody listening it would end the process. */
const ignore = (): void => undefined;

/** What we threw ourselves while reading, rather than the driver or the database. */
const isOwn = (error: unknown): boolean => error instanceof CorruptStoreError;

function eventRowFrom(row: Row): EventRow {
  return {
    eventNumber: Number(row.event_number),
    atMs: Number(row.at_ms),
    commandId: String(row.command_id),
    actor: String(row.actor),
    kind: String(row.kind),
    body: String(row.body),
    hash: String(row.hash),
  };
}

function snapshotRowFrom(row: Row): SnapshotRow {
  return {
    eventNumber: Number(row.event_number),
    body: String(row.body),
    chainHash: String(row.chain_hash),
    checksum: String(row.checksum),
  };
}
