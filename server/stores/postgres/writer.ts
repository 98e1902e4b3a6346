/**
 * The writing connection. Whatever came while one transaction ran goes together in the next; a group that fails is
 * tried one by one, so that a bad request fails alone. A transaction whose fate is unknown rejects and is not repeated.
 */
import { invariant } from '../../../shared/outcome.ts';
import type { Clock } from '../../../shared/time.ts';
import type { CommitUnit } from '../../ledger/ports.ts';
import { CHAIN_START, type EventRow, rowOf } from '../event-chain.ts';
import type { RecordChange } from '../records.ts';
import { NotOwnerError } from '../store.ts';
import type { StoreMeter } from '../store-meter.ts';
import { hasCode, isCollision, NOT_OWNER, TAIL_MOVED } from './faults.ts';
import type { Link, Sql } from './link.ts';
import { makeMonths, monthOf } from './months.ts';
import { recordWrites } from './record-writes.ts';

/** Who decides for a group, and for which time of owning it. Checked and held in the transaction of an append. */
export interface OwnerGuard {
  readonly ownerId: string;
  readonly epoch: number;
}

export interface WriteRequest {
  /** [] for records alone. */
  readonly units: readonly CommitUnit[];
  readonly changes: readonly RecordChange[];
  readonly guard: OwnerGuard | null;
}

interface Queued extends WriteRequest {
  resolve(): void;
  reject(error: Error): void;
}

interface Tail {
  readonly eventNumber: number;
  readonly hash: string;
}

const COLLISION_TRIES = 5;
/** A row that belongs to a month without a table. */
const NO_PARTITION = '23514';

export interface WriterParts {
  readonly link: Link;
  readonly clock: Clock;
  readonly group: string;
  /** Wakes whoever listens: servers that follow the group. */
  readonly channel: string;
  readonly meter?: StoreMeter;
}

export class Writer {
  readonly #parts: WriterParts;
  readonly #months = new Set<string>();
  #tail: Tail | null = null;
  #queue: Queued[] = [];
  #flush: Promise<void> | null = null;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  write(request: WriteRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...request, resolve, reject });
      this.#flush ??= this.#writeGroups();
    });
  }

  async settled(): Promise<void> {
    await this.#flush;
  }

  async #writeGroups(): Promise<void> {
    // One turn later, so that all writes of this turn are in the first group.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const group = this.#queue;
      this.#queue = [];
      const isKept = group.length > 1 && (await this.#keptTogether(group));
      if (!isKept) for (const one of group) await this.#writeOne(one);
    }
    this.#flush = null;
  }

  /** false: nothing of it was kept, and one of them may be the reason. */
  async #keptTogether(group: readonly Queued[]): Promise<boolean> {
    try {
      await this.#commit(group);
    } catch (error) {
      if (isRefusal(error)) return false;
      for (const { reject } of group) reject(asError(error));
      return true;
    }
    for (const { resolve } of group) resolve();
    return true;
  }

  async #writeOne(one: Queued): Promise<void> {
    try {
      await this.#commit([one]);
      one.resolve();
    } catch (error) {
      one.reject(asError(error));
    }
  }

  /** Tries again what the database took back as a whole for a reason that passes. */
  async #commit(requests: readonly WriteRequest[]): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        const transact = () => this.#transact(requests);
        await (this.#parts.meter?.measure(transact) ?? transact());
        return;
      } catch (error) {
        this.#tail = null;
        if (tries >= COLLISION_TRIES || !(await this.#canTryAgain(error, requests))) throw explained(error);
      }
    }
  }

  async #canTryAgain(error: unknown, requests: readonly WriteRequest[]): Promise<boolean> {
    if (isCollision(error) || hasCode(error, TAIL_MOVED)) return true;
    if (!hasCode(error, NO_PARTITION)) return false;
    await this.#makeMonths(requests.flatMap(({ changes }) => changes));
    return true;
  }

  async #transact(requests: readonly WriteRequest[]): Promise<void> {
    const { link, clock, group, channel } = this.#parts;
    const units = requests.flatMap((request) => request.units);
    const changes = [
      ...requests.flatMap((request) => request.changes),
      ...units.flatMap((unit) => unit.changes),
    ];
    const records = recordWrites(changes, clock.wallMs());
    await this.#ensureMonths(records.filedMs);
    const events = units.flatMap((unit) => unit.events);
    const tail = await this.#tailBefore(events[0]?.eventNumber);
    const rows = chained(events, tail);
    await link.transaction((send) => {
      for (const guard of guardsOf(requests)) void send(checkOwner(group, guard));
      if (tail && rows.length > 0) void send(checkTail(group, tail));
      for (const sql of ledgerWrites(group, units, rows)) void send(sql);
      for (const sql of records.statements) void send(sql);
    });
    const last = rows.at(-1);
    if (!last) return;
    this.#tail = last;
    await link.tell({ text: 'SELECT pg_notify($1, $2)', values: [channel, `${group}:${last.eventNumber}`] });
  }

  /** What was last seen; looked up where the events do not go on from it, because another server may have added some. */
  async #tailBefore(eventNumber: number | undefined): Promise<Tail | null> {
    if (eventNumber === undefined || this.#tail?.eventNumber === eventNumber - 1) return this.#tail;
    return this.#readTail();
  }

  async #readTail(): Promise<Tail> {
    const rows = await this.#parts.link.transaction((send) =>
      send({
        text: `SELECT event_number, hash FROM ledger_events WHERE ledger_group = $1
               ORDER BY event_number DESC LIMIT 1`,
        values: [this.#parts.group],
      }),
    );
    const [row] = rows;
    return row
      ? { eventNumber: Number(row.event_number), hash: String(row.hash) }
      : { eventNumber: 0, hash: CHAIN_START };
  }

  async #ensureMonths(instantsMs: readonly number[]): Promise<void> {
    const missing = instantsMs.filter((ms) => !this.#months.has(monthOf(ms).name));
    if (missing.length > 0) await this.makeMonths(missing);
  }

  async makeMonths(instantsMs: readonly number[]): Promise<void> {
    await makeMonths(this.#parts.link, instantsMs);
    for (const ms of instantsMs) this.#months.add(monthOf(ms).name);
  }

  /** Also those under which the rows were filed long ago, should their month have been detached. */
  async #makeMonths(changes: readonly RecordChange[]): Promise<void> {
    this.#months.clear();
    const { filedMs } = recordWrites(changes, this.#parts.clock.wallMs());
    await this.makeMonths([...filedMs, ...(await this.#filedBefore(changes))]);
  }

  async #filedBefore(changes: readonly RecordChange[]): Promise<number[]> {
    const ids = changes.flatMap((change) => Object.values(change.op === 'put' ? change.row : change.key));
    const texts = ids.filter((id): id is string => typeof id === 'string');
    const rows = await this.#parts.link.transaction((send) =>
      send({
        text: `SELECT filed_ms FROM session_files WHERE session_id = ANY($1::text[])
               UNION SELECT filed_ms FROM denial_files WHERE denial_id = ANY($1::text[])`,
        values: [texts],
      }),
    );
    return rows.map((row) => Number(row.filed_ms));
  }
}

/** Throws where the events do not go on from the tail. */
function chained(events: readonly CommitUnit['events'][number][], tail: Tail | null): EventRow[] {
  const rows: EventRow[] = [];
  let previous = tail;
  for (const recorded of events) {
    invariant(previous, 'the end of the chain is known before events are added');
    if (recorded.eventNumber !== previous.eventNumber + 1)
      throw new Error(`event ${recorded.eventNumber} does not follow the last one kept`);
    const row = rowOf(recorded, previous.hash);
    rows.push(row);
    previous = row;
  }
  return rows;
}

function guardsOf(requests: readonly WriteRequest[]): OwnerGuard[] {
  const guards = requests.flatMap(({ guard }) => guard ?? []);
  return [...new Map(guards.map((guard) => [`${guard.ownerId} ${guard.epoch}`, guard])).values()];
}

const checkOwner = (group: string, { ownerId, epoch }: OwnerGuard): Sql => ({
  text: 'SELECT usher_check_owner($1, $2, $3)',
  values: [group, ownerId, epoch],
});

const checkTail = (group: string, { eventNumber, hash }: Tail): Sql => ({
  text: 'SELECT usher_check_tail($1, $2, $3)',
  values: [group, eventNumber, hash],
});

export function eventsWrite(group: string, rows: readonly EventRow[]): Sql {
  return {
    text: `INSERT INTO ledger_events (ledger_group, event_number, at_ms, command_id, actor, kind, body, hash)
           SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])`,
    values: [
      group,
      rows.map((row) => row.eventNumber),
      rows.map((row) => row.atMs),
      rows.map((row) => row.commandId),
      rows.map((row) => row.actor),
      rows.map((row) => row.kind),
      rows.map((row) => row.body),
      rows.map((row) => row.hash),
    ],
  };
}

function ledgerWrites(group: string, units: readonly CommitUnit[], rows: readonly EventRow[]): Sql[] {
  const answers = units.flatMap(({ commandId, answer }) => (answer ? { commandId, answer } : []));
  const marks = [...new Map(units.flatMap(({ outbox }) => (outbox ? [[outbox.outboxId, outbox.seq]] : [])))];
  const statements: Sql[] = [];
  if (rows.length > 0) statements.push(eventsWrite(group, rows));
  if (answers.length > 0)
    statements.push({
      text: `INSERT INTO ledger_answers (ledger_group, command_id, answer)
             SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
      values: [
        group,
        answers.map(({ commandId }) => commandId),
        answers.map(({ answer }) => JSON.stringify(answer)),
      ],
    });
  if (marks.length > 0)
    statements.push({
      text: `INSERT INTO outbox_marks (ledger_group, outbox_id, seq)
             SELECT $1, * FROM unnest($2::text[], $3::bigint[])
             ON CONFLICT (ledger_group, outbox_id) DO UPDATE SET seq = excluded.seq`,
      values: [group, marks.map(([outboxId]) => outboxId), marks.map(([, seq]) => seq)],
    });
  return statements;
}

/** The transaction was taken back because of what was in it: another request of the group may be good. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return !('isUnreachable' in error) || error.isUnreachable === false;
}

function explained(error: unknown): Error {
  if (hasCode(error, NOT_OWNER))
    return new NotOwnerError('Another server decides for these pools now; nothing was kept.', {
      cause: error,
    });
  return asError(error);
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
