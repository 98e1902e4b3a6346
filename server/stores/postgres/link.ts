/**
 * One connection that is made when it is needed and again after it was lost. Statements of a transaction are sent
 * without waiting for each other's answers, so that it costs one way to the database and back.
 */
import pg, { type ClientConfig, type QueryResultRow } from 'pg';
import { checksumOf } from '../event-chain.ts';
import type { Question } from '../record-columns.ts';
import type { PostgresAddress } from './address.ts';
import { DatabaseFault, faultOf } from './faults.ts';

const CONNECT_PATIENCE_MS = 5_000;
/** A database that says nothing for so long is taken for lost. */
const ANSWER_PATIENCE_MS = 30_000;
const KEEP_ALIVE_AFTER_MS = 10_000;

export type Sql = Question<unknown>;
export type Row = Readonly<Record<string, unknown>>;

const INT8 = 20;

/** Numbers of Usher are whole and below 2^53: eight bytes come as numbers, not as text. */
const types: NonNullable<ClientConfig['types']> = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8 && format !== 'binary') return Number;
    return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
  },
};

export function clientConfig(address: PostgresAddress): ClientConfig {
  return {
    ...address,
    types,
    connectionTimeoutMillis: CONNECT_PATIENCE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  };
}

const names = new Map<string, string>();

/** A statement that is prepared once for each connection. */
export function prepared({ text, values }: Sql): { name: string; text: string; values: unknown[] } {
  const known = names.get(text);
  const name = known ?? checksumOf(text).slice(0, 32);
  if (known === undefined) names.set(text, name);
  return { name, text, values: [...values] };
}

/** Without values a text may hold several statements; it is not prepared. */
async function ask(client: pg.Client, sql: Sql): Promise<readonly Row[]> {
  if (sql.values.length > 0) return (await client.query<QueryResultRow>(prepared(sql))).rows;
  const result: { rows: Row[] } | { rows: Row[] }[] = await client.query(sql.text);
  return Array.isArray(result) ? [] : result.rows;
}

/** The first failure is the cause; those after it only say that the transaction had failed. */
async function finish(sent: readonly Promise<unknown>[]): Promise<void> {
  const answers = await Promise.allSettled(sent);
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (failed) throw faultOf(failed.reason);
}

export class Link {
  readonly #address: PostgresAddress;
  readonly #settings: string;
  readonly #patienceMs: number;
  #client: Promise<pg.Client> | null = null;

  /** @param settings statements for each new connection */
  constructor(address: PostgresAddress, settings: string, patienceMs = ANSWER_PATIENCE_MS) {
    this.#address = address;
    this.#settings = settings;
    this.#patienceMs = patienceMs;
  }

  /**
   * One transaction, durable when this resolves. `work` hands statements to `send`; it waits for their rows only where
   * it needs them. Rejects with a DatabaseFault; where that is unreachable, nobody knows whether it was kept.
   */
  async transaction<T>(work: (send: Send) => Promise<T> | T, begin = 'BEGIN'): Promise<T> {
    const client = await this.#connected();
    const sent: Promise<unknown>[] = [];
    const track = <R>(answer: Promise<R>): Promise<R> => {
      sent.push(answer);
      answer.catch(() => undefined); // told by #finish, which looks for the first that failed
      return answer;
    };
    track(client.query(begin));
    try {
      const value = await work((sql) => track(ask(client, sql)));
      const commit = track(client.query('COMMIT'));
      await finish(sent);
      // A transaction that failed answers ROLLBACK to COMMIT; finish() has thrown by then.
      if ((await commit).command === 'COMMIT') return value;
      throw new DatabaseFault('PostgreSQL did not commit the transaction', null, false);
    } catch (error) {
      if (!(error instanceof DatabaseFault)) {
        track(client.query('ROLLBACK'));
        await finish(sent);
      }
      throw error;
    }
  }

  /** Statements outside of a transaction of ours, one after the other. */
  async run(text: string): Promise<readonly Row[]> {
    try {
      return (await (await this.#connected()).query<QueryResultRow>(text)).rows;
    } catch (error) {
      throw faultOf(error);
    }
  }

  /** Sends without waiting; what goes wrong shows in the next transaction. */
  async tell(sql: Sql): Promise<void> {
    const client = await this.#connected();
    client.query(prepared(sql)).catch(() => undefined);
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    if (client) await client.then((open) => open.end()).catch(() => undefined); // it never was, or was lost
  }

  #connected(): Promise<pg.Client> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      ...clientConfig(this.#address),
      pipeline: true,
      query_timeout: this.#patienceMs,
    });
    const forget = () => {
      this.#client = null;
    };
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
      await client.query(this.#settings);
      return client;
    } catch (error) {
      forget();
      void client.end().catch(() => undefined); // it may never have been open
      throw faultOf(error);
    }
  }
}

export type Send = (sql: Sql) => Promise<readonly Row[]>;
