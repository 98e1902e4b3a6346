/**
 * Brings the outbox to the server and the server's answers back: facts in order, one message at a time, then wishes,
 * renewals and who watches. Knows no socket: it is given a live connection and loses it again.
 */

import type { WishFailure } from '../../../shared/agent-api.ts';
import { assertNever, failure, type Outcome, success } from '../../../shared/outcome.ts';
import {
  type FactOf,
  MAXIMUM_FACTS_PER_MESSAGE,
  MAXIMUM_RENEWED,
  type NumberedFact,
  type Welcome,
  type Wish,
  type WishResult,
  wishSince,
} from '../../../shared/protocol.ts';
import type { Cancel, Clock, NewId } from '../../../shared/time.ts';
import type { Connection, LiveMessage } from './connection.ts';
import { fitToVersion } from './fit-version.ts';
import type { Outbox } from './outbox.ts';
import type { WaitingFact } from './summarize.ts';

/** Half a message: facts are counted in characters, and the message has a frame around them. */
const MAXIMUM_BATCH_BYTES = 512 * 1024;
/** A server that answers pings but never acknowledges is asked again on a fresh connection. */
const ACKNOWLEDGE_LIMIT_MS = 60_000;
/** How long a wish may take before its person hears OFFLINE; the server refuses it after that. */
export const WISH_LIMIT_MS = 8_000;

export type WishOutcome = Outcome<
  { readonly ticketId: string | null; readonly offerId: string | null },
  WishFailure
>;

export interface PendingWish {
  readonly wishId: string;
  readonly wish: Wish;
  readonly deadlineMs: number;
}

export interface ReporterOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly openSessionIds: () => readonly string[];
  /** Mine, pools and catalog: what is for the store. */
  readonly onNews: (news: Exclude<LiveMessage, { type: 'ack' }>) => void;
  /** The wishes whose answer is awaited, or the number of facts that wait, changed. */
  readonly onChange: () => void;
}

interface Live {
  readonly connection: Connection;
  readonly welcome: Welcome;
  /** Highest number sent on this connection. */
  sentSeq: number;
  /** Highest number of the message that awaits its acknowledgment; null: none does. */
  awaitedSeq: number | null;
}

interface Asked {
  readonly pending: PendingWish;
  readonly askedAtMonotonicMs: number;
  readonly settle: (outcome: WishOutcome) => void;
  isInOutbox: boolean;
}

export class Reporter {
  readonly #options: ReporterOptions;
  #live: Live | null = null;
  #isWatching = false;
  #cancelRenew: Cancel = () => {};
  #cancelAcknowledge: Cancel = () => {};
  #onQuiet: () => void = () => {};
  readonly #asked = new Map<string, Asked>();

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  get pendingWishes(): readonly PendingWish[] {
    return [...this.#asked.values()].map(({ pending }) => pending);
  }

  /** @returns false: numbers started anew, so this connection cannot go on and must say hello again */
  connected(connection: Connection, welcome: Welcome): boolean {
    const { outbox } = this.#options;
    if (!outbox.reconcile(welcome.acknowledgedSeq)) return false;
    this.#live = { connection, welcome, sentSeq: welcome.acknowledgedSeq, awaitedSeq: null };
    for (const asked of this.#asked.values()) if (!asked.isInOutbox) this.#commitWish(asked);
    if (this.#isWatching) this.#sayWatching();
    this.#renew();
    this.pump();
    this.#options.onChange();
    return true;
  }

  disconnected(): void {
    this.#live = null;
    this.#cancelRenew();
    this.#cancelAcknowledge();
    this.#onQuiet();
  }

  /** New facts may be in the outbox. */
  pump(): void {
    const live = this.#live;
    if (!live || live.awaitedSeq !== null) return;
    const { outbox, clock } = this.#options;
    const waiting = outbox.read(live.sentSeq, MAXIMUM_FACTS_PER_MESSAGE, MAXIMUM_BATCH_BYTES);
    const last = waiting.at(-1);
    if (!last) return;
    outbox.markSent(last.seq);
    live.sentSeq = last.seq;
    live.awaitedSeq = last.seq;
    this.#cancelAcknowledge = clock.setTimer(() => live.connection.close('GONE'), ACKNOWLEDGE_LIMIT_MS);
    live.connection.send({
      type: 'facts',
      facts: waiting.map((one) => this.#outgoing(one, live.welcome.version)),
    });
  }

  take(message: LiveMessage): void {
    switch (message.type) {
      case 'ack':
        this.#acknowledged(message.throughSeq, message.results);
        return;
      case 'mine':
      case 'pools':
      case 'catalog':
        this.#options.onNews(message);
        return;
      default:
        assertNever(message);
    }
  }

  /** Says whether somebody looks at the pools; told again on every new connection. */
  watch(isWatching: boolean): void {
    if (this.#isWatching === isWatching) return;
    this.#isWatching = isWatching;
    this.#sayWatching();
  }

  /**
   * Asks the server for something. Answered when the server decided, or OFFLINE when it did not in time. Without a
   * connection the wish waits in memory: a wish that is over never reaches the outbox.
   */
  wish(wish: Wish): Promise<WishOutcome> {
    const { clock, newId } = this.#options;
    const wishId = newId();
    return new Promise((resolve) => {
      const cancel = clock.setTimer(() => this.#settle(wishId, OFFLINE), WISH_LIMIT_MS);
      const asked: Asked = {
        pending: { wishId, wish, deadlineMs: clock.wallMs() + WISH_LIMIT_MS },
        askedAtMonotonicMs: clock.monotonicMs(),
        isInOutbox: false,
        settle: (outcome) => {
          cancel();
          resolve(outcome);
        },
      };
      this.#asked.set(wishId, asked);
      if (this.#live) this.#commitWish(asked);
      this.pump();
      this.#options.onChange();
    });
  }

  /** Settles when nothing waits any more, or after `limitMs`, or at once without a connection. */
  async flush(limitMs: number): Promise<void> {
    const { outbox, clock } = this.#options;
    if (!this.#live || outbox.waiting === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = clock.setTimer(resolve, limitMs);
      this.#onQuiet = () => {
        if (this.#live && outbox.waiting > 0) return;
        cancel();
        resolve();
      };
    });
  }

  /** Nobody will answer any more. */
  stop(): void {
    this.disconnected();
    for (const wishId of [...this.#asked.keys()]) this.#settle(wishId, OFFLINE);
  }

  // ---------------------------------------------------------------- inside

  #commitWish(asked: Asked): void {
    const { outbox, clock } = this.#options;
    const { wishId, wish } = asked.pending;
    if (this.#live && !isUnderstood(this.#live.welcome, wish)) {
      this.#settle(
        wishId,
        failure('REFUSED', 'This server is too old for this wish. Ask its admin to update it.'),
      );
      return;
    }
    asked.isInOutbox = true;
    const leftMs = WISH_LIMIT_MS - (clock.monotonicMs() - asked.askedAtMonotonicMs);
    const fact: FactOf<'wish'> = { kind: 'wish', wishId, wish, expiresInMs: Math.max(0, Math.round(leftMs)) };
    outbox.commit({ facts: [fact], atMs: clock.wallMs() });
  }

  #outgoing({ seq, fact, madeAtMs }: WaitingFact, version: number): NumberedFact {
    const fitting = fitToVersion(fact, version, madeAtMs);
    return { seq, fact: fitting.kind === 'wish' ? this.#withTimeLeft(fitting, madeAtMs) : fitting };
  }

  /** What is left of its time (P25): by the monotonic clock where this process made it, else by the wall clock. */
  #withTimeLeft(fact: FactOf<'wish'>, madeAtMs: number): FactOf<'wish'> {
    const { clock } = this.#options;
    const asked = this.#asked.get(fact.wishId);
    const leftMs = asked
      ? WISH_LIMIT_MS - (clock.monotonicMs() - asked.askedAtMonotonicMs)
      : fact.expiresInMs - Math.max(0, clock.wallMs() - madeAtMs);
    return { ...fact, expiresInMs: Math.max(0, Math.round(leftMs)) };
  }

  #acknowledged(throughSeq: number, results: readonly WishResult[]): void {
    const live = this.#live;
    if (!live) return;
    this.#options.outbox.acknowledge(Math.min(throughSeq, live.sentSeq));
    if (live.awaitedSeq !== null && throughSeq >= live.awaitedSeq) {
      live.awaitedSeq = null;
      this.#cancelAcknowledge();
    }
    for (const result of results) this.#settle(result.wishId, outcomeOf(result));
    this.pump();
    this.#onQuiet();
    this.#options.onChange();
  }

  #settle(wishId: string, outcome: WishOutcome): void {
    const asked = this.#asked.get(wishId);
    if (!asked) return;
    this.#asked.delete(wishId);
    asked.settle(outcome);
    this.#options.onChange();
  }

  #sayWatching(): void {
    if (this.#live?.welcome.capabilities.includes('watch-pools'))
      this.#live.connection.send({ type: 'watch', pools: this.#isWatching });
  }

  #renew(): void {
    const live = this.#live;
    if (!live) return;
    const sessionIds = this.#options.openSessionIds().slice(0, MAXIMUM_RENEWED);
    if (sessionIds.length > 0) live.connection.send({ type: 'renew', sessionIds: [...sessionIds] });
    this.#cancelRenew = this.#options.clock.setTimer(
      () => this.#renew(),
      Math.max(10, live.welcome.renewEveryMs),
    );
  }
}

const OFFLINE: WishOutcome = failure(
  'OFFLINE',
  'The server did not answer in time, so nothing was done. Try again when Usher is online.',
);

function isUnderstood({ capabilities, version }: Welcome, wish: Wish): boolean {
  return capabilities.includes('wishes') && wishSince(wish) <= version;
}

function outcomeOf(result: WishResult): WishOutcome {
  if (result.ok) return success({ ticketId: result.ticketId, offerId: result.offerId });
  return failure(result.code === 'WISH_EXPIRED' ? 'EXPIRED' : result.code, result.message);
}
