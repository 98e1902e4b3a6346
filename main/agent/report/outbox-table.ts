/** The rows of the outbox: every SQL statement on facts, numbers and parked facts, and nothing that decides. */
import type { DatabaseSync } from 'node:sqlite';
import { type Fact, factSchema } from '../../../shared/protocol.ts';
import type { WaitingFact } from './summarize.ts';

/** The numbers of one outbox id. `sent` and `acknowledged` never pass `last`. */
export interface OutboxNumbers {
  readonly outboxId: string;
  readonly last: number;
  readonly sent: number;
  readonly acknowledged: number;
}

export class OutboxTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Runs `change` whole or not at all. */
  transaction(change: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      change();
      this.#database.exec('COMMIT');
    } catch (error) {
      // A full disk ends the transaction by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** undefined: the file is new. */
  numbers(): OutboxNumbers | undefined {
    const text = this.meta('numbers');
    return text === undefined ? undefined : (JSON.parse(text) as OutboxNumbers);
  }

  setNumbers(numbers: OutboxNumbers): void {
    this.setMeta('numbers', JSON.stringify(numbers));
  }

  meta(key: string): string | undefined {
    const row = this.#database.prepare('SELECT value FROM meta WHERE key = ?').get(key);
    return row && String(row.value);
  }

  setMeta(key: string, value: string): void {
    this.#database
      .prepare(
        'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      )
      .run(key, value);
  }

  insert({ seq, fact, madeAtMs }: WaitingFact): void {
    this.#database
      .prepare('INSERT INTO facts (seq, made_at_ms, body) VALUES (?, ?, ?)')
      .run(seq, Math.max(0, Math.round(madeAtMs)), JSON.stringify(fact));
  }

  removeThrough(seq: number): void {
    this.#database.prepare('DELETE FROM facts WHERE seq <= ?').run(seq);
  }

  removeAfter(seq: number): void {
    this.#database.prepare('DELETE FROM facts WHERE seq > ?').run(seq);
  }

  size(): { readonly facts: number; readonly bytes: number } {
    const row = this.#database
      .prepare('SELECT COUNT(*) AS facts, COALESCE(SUM(LENGTH(body)), 0) AS bytes FROM facts')
      .get();
    return { facts: Number(row?.facts ?? 0), bytes: Number(row?.bytes ?? 0) };
  }

  /** Facts after `seq`, in order; fewer when they would pass `maximumBytes`, but at least one if there is one. */
  readAfter(seq: number, maximumFacts: number, maximumBytes: number): WaitingFact[] {
    const rows = this.#database
      .prepare('SELECT seq, made_at_ms, body FROM facts WHERE seq > ? ORDER BY seq LIMIT ?')
      .iterate(seq, maximumFacts);
    const facts: WaitingFact[] = [];
    let bytes = 0;
    for (const row of rows) {
      const body = String(row.body);
      bytes += Buffer.byteLength(body);
      if (facts.length > 0 && bytes > maximumBytes) break;
      const madeAtMs = Number(row.made_at_ms);
      facts.push({ seq: Number(row.seq), fact: parse(body, madeAtMs), madeAtMs });
    }
    return facts;
  }

  park(body: string, atMs: number, why: string): void {
    this.#database
      .prepare('INSERT INTO parked (at_ms, why, body) VALUES (?, ?, ?)')
      .run(Math.max(0, Math.round(atMs)), why, body);
  }

  parkedCount(): number {
    return Number(this.#database.prepare('SELECT COUNT(*) AS n FROM parked').get()?.n ?? 0);
  }

  close(): void {
    this.#database.close();
  }
}

/** A fact that another version wrote may not fit any more: its number then says that one fact was here. */
function parse(body: string, madeAtMs: number): Fact {
  const checked = factSchema.safeParse(JSON.parse(body));
  if (checked.success) return checked.data;
  return { kind: 'summarized', fromMs: madeAtMs, toMs: madeAtMs, facts: 1, sessions: [] };
}
