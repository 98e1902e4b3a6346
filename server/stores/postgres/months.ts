/** The monthly tables of usage and denials: names, bounds, and making those that are missing. */
import { DAY } from '../../../shared/time.ts';
import type { Link } from './link.ts';
import { SCHEMA_LOCK } from './schema.ts';

const PARTITIONED = ['usage_sessions', 'usage_intervals', 'usage_grants', 'denials'];

/** Rows of a wilder time are filed at the bound: an agent cannot make tables without end. */
const OLDEST_DAYS = 3_660;
const NEWEST_DAYS = 31;
/** Made before they are needed, so that no decision waits for a table. */
const AHEAD_DAYS = [0, 31, 62];

/** What may be filed at this time. */
export function filingBounds(nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  return { fromMs: nowMs - OLDEST_DAYS * DAY, toMs: nowMs + NEWEST_DAYS * DAY };
}

/** The month of an instant: [first of the month, first of the next), UTC. */
export function monthOf(ms: number): {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
} {
  const date = new Date(ms);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const name = `${year}_${String(month + 1).padStart(2, '0')}`;
  return { name, fromMs: Date.UTC(year, month, 1), toMs: Date.UTC(year, month + 1, 1) };
}

export function monthsAhead(nowMs: number): number[] {
  return AHEAD_DAYS.map((days) => nowMs + days * DAY);
}

/** Makes the tables for these instants where they are missing; several servers may do so at once. */
export async function makeMonths(link: Link, instantsMs: readonly number[]): Promise<void> {
  const months = new Map(instantsMs.map((ms) => [monthOf(ms).name, monthOf(ms)]));
  await link.transaction(async (send) => {
    await send({ text: 'SELECT pg_advisory_xact_lock($1)', values: [SCHEMA_LOCK] });
    const names = [...months.keys()].flatMap((month) => PARTITIONED.map((table) => `${table}_${month}`));
    const found = await send({
      text: 'SELECT relname::text AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY($1::text[])',
      values: [names],
    });
    const known = new Set(found.map(({ name }) => String(name)));
    for (const { name, fromMs, toMs } of months.values())
      for (const table of PARTITIONED) {
        const part = `${table}_${name}`;
        if (known.has(part)) continue;
        // Made apart and then attached: that lets readers and writers of the other months go on.
        const make = `CREATE TABLE ${part} (LIKE ${table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`;
        const attach = `ALTER TABLE ${table} ATTACH PARTITION ${part} FOR VALUES FROM (${fromMs}) TO (${toMs})`;
        await send({ text: `${make}; ${attach}`, values: [] });
      }
  });
}
