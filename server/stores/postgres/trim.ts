/** What is taken out of the ledger's tables in PostgreSQL: answers of long ago, marks of machines that never return. */
import type { StoreHousekeeping } from '../store.ts';
import type { Link, Row, Sql } from './link.ts';

type Ask = (sql: Sql) => Promise<readonly Row[]>;

/** Events around the point in time whose answers show how far the old ones go. */
const NEIGHBORS = 500;

/** Events all stay in the database: what is old can be moved by its own tools. */
export function housekeepingOf(ask: Ask, link: Link, group: string): StoreHousekeeping {
  return {
    archiveEvents: async () => 0,
    async trim({ answersBeforeMs, marksBeforeMs }) {
      const boundary = await lastEventBefore(ask, group, answersBeforeMs);
      await link.transaction((send) => {
        if (boundary > 0) void send(dropAnswers(group, boundary));
        void send(dropMarks(group, marksBeforeMs));
      });
    },
  };
}

/** Answers carry no time; the events do, and both are in one order. */
const dropAnswers = (group: string, boundary: number): Sql => ({
  text: `DELETE FROM ledger_answers WHERE ledger_group = $1 AND position <= (
           SELECT max(answers.position) FROM ledger_events AS events
           JOIN ledger_answers AS answers USING (ledger_group, command_id)
           WHERE events.ledger_group = $1 AND events.event_number BETWEEN $2 AND $3)`,
  values: [group, boundary - NEIGHBORS, boundary],
});

/** Agents that were last heard before a point in time begin a new outbox when they return (docs/SESSION.md E33). */
const dropMarks = (group: string, beforeMs: number): Sql => ({
  text: `DELETE FROM outbox_marks AS marks USING agents
         WHERE marks.ledger_group = $1 AND agents.last_contact_ms < $2
           AND starts_with(marks.outbox_id, agents.workstation_id || '/' || agents.user_id || '/')`,
  values: [group, beforeMs],
});

/** Number of the newest event before a point in time, by halving; 0: none. */
async function lastEventBefore(ask: Ask, group: string, beforeMs: number): Promise<number> {
  const [ends] = await ask({
    text: `SELECT coalesce(min(event_number), 1) AS low, coalesce(max(event_number), 0) AS high
           FROM ledger_events WHERE ledger_group = $1`,
    values: [group],
  });
  const first = Number(ends?.low) - 1;
  let low = first;
  let high = Number(ends?.high);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const [event] = await ask({
      text: 'SELECT at_ms FROM ledger_events WHERE ledger_group = $1 AND event_number = $2',
      values: [group, middle],
    });
    if (Number(event?.at_ms) < beforeMs) low = middle;
    else high = middle - 1;
  }
  return low === first ? 0 : low;
}
