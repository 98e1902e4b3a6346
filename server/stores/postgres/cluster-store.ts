/** The PostgreSQL store as several servers use it together: ownership, word from each other, and a lock. */
import { randomUUID } from 'node:crypto';
import type { ClusterStore } from '../../cluster/ports.ts';
import type { RecordChange } from '../records.ts';
import { StoreRefusedError } from '../store.ts';
import { readPostgresUrl } from './address.ts';
import { Link } from './link.ts';
import { PostgresOwnership } from './ownership.ts';
import { openPostgresStore, type PostgresOptions } from './postgres-store.ts';
import { payloadOf, RECORDS_CHANNEL, Wakes } from './wakes.ts';

/** Who stands still while it holds the lock loses it. */
const LOCK_SETTINGS = `SET idle_in_transaction_session_timeout = '10s'; SET lock_timeout = '20s'; SET jit = off`;
const TELL_SETTINGS = `SET synchronous_commit = off; SET jit = off`;

/** Rejects with StoreRefusedError when the database is too old, or was written by a newer Usher. */
export async function openClusterStore(options: PostgresOptions): Promise<ClusterStore> {
  const address = readPostgresUrl(options.url);
  if (!address.ok) throw new StoreRefusedError(address.message);
  const store = await openPostgresStore(options);
  const { clock, onProblem = () => {}, group = 'main' } = options;
  const ownName = randomUUID();
  const ownership = new PostgresOwnership(address.value);
  const wakes = new Wakes({ address: address.value, clock, ownName, onProblem });
  const locking = new Link(address.value, LOCK_SETTINGS);
  const telling = new Link(address.value, TELL_SETTINGS);

  /** Not waited for: who misses it reads everything again when a server is gone. */
  function tellOf(changes: readonly RecordChange[]): void {
    const payload = payloadOf(ownName, changes);
    if (payload === null) return;
    telling
      .tell({ text: 'SELECT pg_notify($1, $2)', values: [RECORDS_CHANNEL, payload] })
      .catch((error: unknown) => onProblem('Other servers were not told of a change', error));
  }

  return {
    load: () => store.load(),
    saveSnapshot: (snapshot) => store.saveSnapshot(snapshot),
    answerOf: (commandId) => store.answerOf(commandId),
    events: (afterNumber, limit) => store.events(afterNumber, limit),
    ...(store.housekeeping ? { housekeeping: store.housekeeping } : {}),
    ownership,
    async append(units, guard) {
      await store.append(units, guard);
      tellOf(units.flatMap(({ changes }) => changes));
    },
    records: {
      ...store.records,
      async write(changes) {
        await store.records.write(changes);
        tellOf(changes);
      },
    },
    outboxMark: (outboxId) => store.outboxMark(outboxId),
    onWake: (listener) => wakes.subscribe(listener),
    exclusively: (name, work) =>
      locking.transaction(async (send) => {
        const values = [`${group}:${name}`];
        await send({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 4780))', values });
        return work();
      }),
    async close() {
      await Promise.all([ownership.close(), wakes.close(), locking.close(), telling.close()]);
      await store.close();
    },
  };
}
