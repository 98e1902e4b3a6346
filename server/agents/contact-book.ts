/**
 * When each agent was heard last, written down in bulk: whoever came or went with the next second's batch, whoever
 * stays connected once a minute, a sixtieth of them each second, so that no decision ever waits behind all of them.
 */
import type { Logger } from 'pino';
import { type Cancel, type Clock, MINUTE, SECOND } from '../../shared/time.ts';
import type { AgentRow, RecordChange } from '../stores/records.ts';
import type { Directory } from './directory.ts';

/** What is lost in a crash is at most so much of the last contacts. */
const ROUND_MS = MINUTE;
const BATCH_MS = SECOND;
const BATCHES_PER_ROUND = ROUND_MS / BATCH_MS;

/** Whose contact it is. */
export type ContactKey = Pick<AgentRow, 'workstationId' | 'userId'>;

export interface ContactBookOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly log: Logger;
  readonly connected: () => Iterable<ContactKey>;
}

export class ContactBook {
  readonly #options: ContactBookOptions;
  readonly #due = new Map<string, ContactKey>();
  #round: ContactKey[] = [];
  /** Of the round in one batch. */
  #share = 0;
  #nextRoundMs: number;
  #armed: { readonly atMs: number; readonly cancel: Cancel } | null = null;

  constructor(options: ContactBookOptions) {
    this.#options = options;
    this.#nextRoundMs = options.clock.monotonicMs() + ROUND_MS;
    this.#armFor(this.#nextRoundMs);
  }

  /** An agent said hello: shown at once, written with the next batch. */
  met(row: AgentRow): void {
    this.#options.directory.noteAgent(row);
    this.#put(row);
  }

  /** Its last sign was now. */
  left(key: ContactKey): void {
    this.#put(key);
  }

  #put({ workstationId, userId }: ContactKey): void {
    this.#due.set(`${workstationId}/${userId}`, { workstationId, userId });
    this.#armFor(this.#options.clock.monotonicMs() + BATCH_MS);
  }

  #armFor(atMs: number): void {
    if (this.#armed !== null && this.#armed.atMs <= atMs) return;
    this.#armed?.cancel();
    const { clock } = this.#options;
    const cancel = clock.setTimer(() => this.#writeBatch(), atMs - clock.monotonicMs());
    this.#armed = { atMs, cancel };
  }

  #writeBatch(): void {
    this.#armed = null;
    const { clock, log, connected } = this.#options;
    const nowMs = clock.monotonicMs();
    if (nowMs >= this.#nextRoundMs) {
      this.#nextRoundMs = nowMs + ROUND_MS;
      this.#round = [...connected()];
      this.#share = Math.ceil(this.#round.length / BATCHES_PER_ROUND);
    }
    const keys = [...this.#due.values(), ...this.#round.splice(0, this.#share)];
    this.#due.clear();
    this.#armFor(this.#round.length > 0 ? nowMs + BATCH_MS : this.#nextRoundMs);
    this.#write(keys).catch((error: unknown) =>
      log.warn({ err: error }, 'last contacts were not written down'),
    );
  }

  async #write(keys: readonly ContactKey[]): Promise<void> {
    const { directory, clock } = this.#options;
    const lastContactMs = clock.wallMs();
    const changes = keys.flatMap(({ workstationId, userId }): RecordChange[] => {
      const row = directory.agentsOf(workstationId).find((agent) => agent.userId === userId);
      return row ? [{ record: 'agent', op: 'put', row: { ...row, lastContactMs } }] : [];
    });
    if (changes.length > 0) await directory.write(changes);
  }

  /** Writes what is due, and everybody who is connected now. */
  async close(): Promise<void> {
    this.#armed?.cancel();
    await this.#write([...this.#due.values(), ...this.#options.connected()]);
  }
}
