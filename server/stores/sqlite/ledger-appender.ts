/** Appends a batch of the ledger to its tables, within a transaction of the writer's: events with their chain, answers, marks. */
import type { SQLInputValue } from 'node:sqlite';
import { CHAIN_START, linkOf } from '../event-chain.ts';
import { ManyRows } from './many-rows.ts';
import type { Statements } from './record-sql.ts';
import { type AppendRequest, EVENT_VALUES } from './requests.ts';

type EventValues = [number, number, string, string, string, string];

export class LedgerAppender {
  readonly #statements: Statements;
  readonly #events: ManyRows;
  readonly #answers: ManyRows;
  readonly #marks: ManyRows;

  constructor(statements: Statements) {
    this.#statements = statements;
    this.#events = new ManyRows(statements, 'INSERT INTO ledger_events', '(?, ?, ?, ?, ?, ?, ?)');
    this.#answers = new ManyRows(statements, 'INSERT INTO ledger_answers (command_id, answer)', '(?, ?)');
    const moves = 'ON CONFLICT (outbox_id) DO UPDATE SET seq = excluded.seq';
    this.#marks = new ManyRows(statements, 'INSERT INTO outbox_marks', '(?, ?)', moves);
  }

  /** Throws where an event does not follow the last one kept. */
  append({ events, answers, marks }: Pick<AppendRequest, 'events' | 'answers' | 'marks'>): void {
    if (events.length > 0) this.#events.insert(this.#chained(events));
    this.#answers.insert(answers);
    this.#marks.insert(marks);
  }

  /** The events' values, each with its hash. */
  #chained(events: AppendRequest['events']): SQLInputValue[] {
    const values: SQLInputValue[] = [];
    let previous = this.#lastEvent();
    for (let index = 0; index < events.length; index += EVENT_VALUES) {
      const row = events.slice(index, index + EVENT_VALUES) as EventValues;
      const [eventNumber, atMs, commandId, actor, kind, body] = row;
      if (eventNumber !== previous.eventNumber + 1) {
        throw new Error(`event ${eventNumber} does not follow the last one kept`);
      }
      const hash = linkOf({ eventNumber, atMs, commandId, actor, kind, body }, previous.hash);
      values.push(...row, hash);
      previous = { eventNumber, hash };
    }
    return values;
  }

  #lastEvent(): { readonly eventNumber: number; readonly hash: string } {
    const row = this.#statements
      .get('SELECT event_number, hash FROM ledger_events ORDER BY event_number DESC LIMIT 1')
      .get();
    return row
      ? { eventNumber: Number(row.event_number), hash: String(row.hash) }
      : { eventNumber: 0, hash: CHAIN_START };
  }
}
