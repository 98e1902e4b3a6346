/**
 * Word between servers through the database: that events were appended, and which records were written. It may be lost
 * with a connection; then `resumed` says that it was.
 */
import pg from 'pg';
import { z } from 'zod';
import { type Cancel, type Clock, SECOND } from '../../../shared/time.ts';
import type { RecordKey, Wake } from '../../cluster/ports.ts';
import { RECORD_TABLES } from '../record-tables.ts';
import type { RecordChange, RecordName } from '../records.ts';
import type { PostgresAddress } from './address.ts';
import { faultOf } from './faults.ts';
import { clientConfig } from './link.ts';

/** Told with `GROUP:EVENT_NUMBER` after each append; it only wakes, the tables say what happened. */
export const WAKE_CHANNEL = 'usher_ledger';
export const RECORDS_CHANNEL = 'usher_records';
/** A notification has at most 8,000 bytes. */
const MAXIMUM_PAYLOAD_LENGTH = 2_500;
const AGAIN_MS = 500;
const PROBE_EVERY_MS = 5 * SECOND;
const PROBE_PATIENCE_MS = 4 * SECOND;

/** What instances keep in memory, and what must take effect at once. Usage and last contacts are too many and need no word. */
const TOLD: ReadonlySet<RecordName> = new Set([
  ...(['person', 'account', 'workstation', 'credential', 'product', 'contact', 'group'] as const),
  ...(['adminToken', 'enrollmentToken'] as const),
]);

const payloadSchema = z.strictObject({
  from: z.string(),
  keys: z.array(z.strictObject({ record: z.string(), key: z.record(z.string(), z.string()) })).nullable(),
});

/** null: nothing of it concerns anybody. The text that tells of these writes. */
export function payloadOf(from: string, changes: readonly RecordChange[]): string | null {
  const keys = changes.flatMap((change) => keyOf(change) ?? []);
  if (keys.length === 0) return null;
  const text = JSON.stringify({ from, keys });
  return text.length > MAXIMUM_PAYLOAD_LENGTH ? JSON.stringify({ from, keys: null }) : text;
}

function keyOf(change: RecordChange): RecordKey | null {
  const { record } = change;
  if (!TOLD.has(record)) return null;
  const values: Readonly<Record<string, unknown>> = { ...(change.op === 'put' ? change.row : change.key) };
  const columns: readonly string[] = RECORD_TABLES[record].key;
  return { record, key: Object.fromEntries(columns.map((column) => [column, String(values[column])])) };
}

/** What a notification says; null: nothing to us. */
export function wakeOf(channel: string, payload: string, ownName: string): Wake | null {
  if (channel === WAKE_CHANNEL) return { kind: 'events' };
  if (channel !== RECORDS_CHANNEL) return null;
  try {
    const { from, keys } = payloadSchema.parse(JSON.parse(payload));
    return from === ownName ? null : { kind: 'records', keys };
  } catch {
    return { kind: 'records', keys: null }; // somebody wrote something, and says it in a way that is not known here
  }
}

export interface WakesOptions {
  readonly address: PostgresAddress;
  readonly clock: Clock;
  /** Own words are passed over. */
  readonly ownName: string;
  readonly onProblem: (sentence: string, cause: unknown) => void;
}

/** Listens as long as it is not closed; makes its connection again when it is lost. */
export class Wakes {
  readonly #options: WakesOptions;
  readonly #listeners = new Set<(wake: Wake) => void>();
  #client: pg.Client | null = null;
  #cancel: Cancel | null = null;
  #isClosed = false;
  #wasLost = false;

  constructor(options: WakesOptions) {
    this.#options = options;
    void this.#connect();
  }

  subscribe(listener: (wake: Wake) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined); // it was lost already
  }

  async #connect(): Promise<void> {
    if (this.#isClosed) return;
    const client = new pg.Client({
      ...clientConfig(this.#options.address),
      query_timeout: PROBE_PATIENCE_MS,
    });
    this.#client = client;
    const lost = (error?: Error) => this.#lost(client, error);
    client.on('error', lost);
    client.on('end', () => lost());
    client.on('notification', ({ channel, payload }) => {
      const wake = wakeOf(channel, payload ?? '', this.#options.ownName);
      if (wake) this.#tell(wake);
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${WAKE_CHANNEL}; LISTEN ${RECORDS_CHANNEL}`);
      if (this.#wasLost) this.#tell({ kind: 'resumed' });
      this.#wasLost = false;
      this.#probeLater(client);
    } catch (error) {
      lost(faultOf(error));
    }
  }

  /** A connection that was cut without a word is noticed by asking. */
  #probeLater(client: pg.Client): void {
    this.#cancel = this.#options.clock.setTimer(() => {
      client.query('SELECT 1').then(
        () => client === this.#client && this.#probeLater(client),
        (error: unknown) => this.#lost(client, faultOf(error)),
      );
    }, PROBE_EVERY_MS);
  }

  #lost(client: pg.Client, error?: Error): void {
    if (client !== this.#client || this.#isClosed) return;
    this.#client = null;
    this.#cancel?.();
    if (!this.#wasLost)
      this.#options.onProblem('Word from other servers is cut off until the database is back', error);
    this.#wasLost = true;
    client.end().catch(() => undefined); // it may never have been open
    this.#cancel = this.#options.clock.setTimer(() => void this.#connect(), AGAIN_MS);
  }

  #tell(wake: Wake): void {
    for (const listener of this.#listeners) listener(wake);
  }
}
