/**
 * Lease rows of ledger groups: claimed, renewed and given back on the database's clock. A takeover changes the row and
 * so waits for a running append, which holds it shared.
 */
import type { Instance, Owner, OwnerGuard, Ownership } from '../../cluster/ports.ts';
import type { PostgresAddress } from './address.ts';
import { Link, type Row, type Send } from './link.ts';

/** A claim that waits for a writer that stands still is given up, and tried again. */
const SETTINGS = `SET synchronous_commit = on; SET jit = off; SET lock_timeout = '1s'; SET statement_timeout = '1500ms';
  SET idle_in_transaction_session_timeout = '1500ms'`;
const PATIENCE_MS = 2_000;

/** Looks before it writes: a row that somebody holds is read without a lock. */
const LOOK = `SELECT owner_id, owner_url, epoch, expires_at < clock_timestamp() AS is_free FROM ledger_owners WHERE ledger_group = $1`;
const CLAIM = `
  INSERT INTO ledger_owners (ledger_group, owner_id, owner_url, epoch, expires_at)
  VALUES ($1, $2, $3, 1, clock_timestamp() + $4 * interval '1 millisecond')
  ON CONFLICT (ledger_group) DO UPDATE
  SET owner_id = excluded.owner_id, owner_url = excluded.owner_url, epoch = ledger_owners.epoch + 1,
      expires_at = clock_timestamp() + $4 * interval '1 millisecond'
  WHERE ledger_owners.expires_at < clock_timestamp()`;
const RENEW = `
  UPDATE ledger_owners SET expires_at = clock_timestamp() + $4 * interval '1 millisecond'
  WHERE ledger_group = $1 AND owner_id = $2 AND epoch = $3 RETURNING epoch`;
const RELEASE = `
  UPDATE ledger_owners SET expires_at = '-infinity' WHERE ledger_group = $1 AND owner_id = $2 AND epoch = $3`;

export class PostgresOwnership implements Ownership {
  readonly #link: Link;

  constructor(address: PostgresAddress) {
    this.#link = new Link(address, SETTINGS, PATIENCE_MS);
  }

  claim(group: string, instance: Instance, ttlMs: number): Promise<Owner> {
    return this.#link.transaction(async (send) => {
      const before = await look(send, group);
      if (before && before.is_free !== true) return ownerOf(before);
      void send({ text: CLAIM, values: [group, instance.instanceId, instance.url, ttlMs] });
      const after = await look(send, group);
      if (!after) throw new Error('a claimed row is there');
      return ownerOf(after);
    });
  }

  renew({ group, ownerId, epoch }: OwnerGuard, ttlMs: number): Promise<boolean> {
    return this.#link.transaction(async (send) => {
      const rows = await send({ text: RENEW, values: [group, ownerId, epoch, ttlMs] });
      return rows.length > 0;
    });
  }

  release({ group, ownerId, epoch }: OwnerGuard): Promise<void> {
    return this.#link.transaction(async (send) => {
      await send({ text: RELEASE, values: [group, ownerId, epoch] });
    });
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}

async function look(send: Send, group: string): Promise<Row | undefined> {
  const [row] = await send({ text: LOOK, values: [group] });
  return row;
}

const ownerOf = (row: Row): Owner => ({
  ownerId: String(row.owner_id),
  ownerUrl: String(row.owner_url),
  epoch: Number(row.epoch),
});
