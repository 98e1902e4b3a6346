/**
 * Runs the session tracker: every input is one step, and what it leaves behind is committed to the outbox before
 * anybody hears of it. Decides nothing itself.
 */
import { createHash } from 'node:crypto';
import type { Fact } from '../../shared/protocol.ts';
import { type Cancel, type Clock, type NewId, SECOND } from '../../shared/time.ts';
import type { Log } from './log.ts';
import type { Outbox } from './report/outbox.ts';
import { openFactsOf } from './session/intervals.ts';
import { type KnownProduct, MAXIMUM_OPEN_SESSIONS, type TrackerContext } from './session/session-life.ts';
import { findHold, type TrackerInput, track } from './session/session-tracker.ts';
import {
  decodeTrackerState,
  EMPTY_TRACKER,
  encodeTrackerState,
  type TrackedSession,
  type TrackerState,
} from './session/tracker-state.ts';

/** How often the outbox is told that the sessions are still seen (E21). */
const STILL_WATCHING_EVERY_MS = 30 * SECOND;
/** How long a hold of an earlier run waits for its caller (E27). */
export const HOLD_RETURN_MS = 15 * SECOND;

export interface SessionKeeperOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  readonly bootId: string;
  readonly usageIdleAfterMs: number;
  readonly product: (productId: string) => KnownProduct | undefined;
  /** New facts are in the outbox. */
  readonly onFacts: () => void;
  /** Sessions may look different now. */
  readonly onChange: () => void;
}

export class SessionKeeper {
  readonly #options: SessionKeeperOptions;
  readonly #context: TrackerContext;
  #state: TrackerState;
  #cancelWatching: Cancel = () => {};
  #cancelLapse: Cancel = () => {};

  constructor(options: SessionKeeperOptions) {
    this.#options = options;
    this.#context = {
      newId: options.newId,
      product: options.product,
      usageIdleAfterMs: options.usageIdleAfterMs,
      hashKey: (text) => createHash('sha256').update(text).digest('base64url').slice(0, 22),
    };
    this.#state = this.#load();
  }

  get sessions(): readonly TrackedSession[] {
    return this.#state.sessions;
  }

  get openSessionIds(): readonly string[] {
    return this.#state.sessions.map(({ sessionId }) => sessionId);
  }

  /** Every open session told once more, for numbers that start anew (E33). */
  openFacts(): readonly Fact[] {
    return this.#state.sessions.flatMap(openFactsOf);
  }

  start(): void {
    const { clock, bootId } = this.#options;
    this.take({ kind: 'agent-started', atMs: clock.wallMs(), bootId });
    this.#cancelLapse = clock.setTimer(
      () => this.take({ kind: 'holds-lapsed', atMs: clock.wallMs() }),
      HOLD_RETURN_MS,
    );
    this.#scheduleWatching();
  }

  take(input: TrackerInput): void {
    const before = this.#state;
    const { state, facts, mustPersist } = track(before, input, this.#context);
    if (mustPersist)
      this.#options.outbox.commit({
        facts,
        trackerState: encodeTrackerState(state),
        atMs: state.lastSeenAtMs,
      });
    this.#state = state;
    this.#logTransitions(facts);
    if (facts.length > 0) this.#options.onFacts();
    if (state.sessions !== before.sessions) this.#options.onChange();
  }

  /** A hold for this caller: the one it had before the agent restarted, or a new one. null: too many sessions. */
  hold(productId: string, pid: number): string | null {
    if (this.#state.sessions.length >= MAXIMUM_OPEN_SESSIONS) return null;
    const { clock, newId } = this.#options;
    this.take({ kind: 'hold-started', atMs: clock.wallMs(), sessionId: newId(), productId, pid });
    return findHold(this.#state, productId, pid)?.sessionId ?? null;
  }

  endHold(sessionId: string): boolean {
    const isOpen = this.#state.sessions.some(
      (session) => session.sessionId === sessionId && session.origin.kind === 'hold',
    );
    if (isOpen) this.take({ kind: 'hold-ended', atMs: this.#options.clock.wallMs(), sessionId });
    return isOpen;
  }

  /** The sessions stay open: they are found again, or ended unseen, by the next run. */
  stop(): void {
    this.#cancelWatching();
    this.#cancelLapse();
    this.take({ kind: 'still-watching', atMs: this.#options.clock.wallMs() });
  }

  #load(): TrackerState {
    const { outbox, log } = this.#options;
    const saved = outbox.trackerState();
    if (saved === undefined) return EMPTY_TRACKER;
    const decoded = decodeTrackerState(saved);
    if (decoded.ok) return decoded.value;
    log.warn(decoded.message);
    return EMPTY_TRACKER;
  }

  #scheduleWatching(): void {
    const { clock, outbox } = this.#options;
    this.#cancelWatching = clock.setTimer(() => {
      outbox.retry();
      this.take({ kind: 'still-watching', atMs: clock.wallMs() });
      this.#scheduleWatching();
    }, STILL_WATCHING_EVERY_MS);
  }

  /** One line per transition, none per sample. */
  #logTransitions(facts: readonly Fact[]): void {
    for (const fact of facts) {
      if (fact.kind === 'session-started')
        this.#options.log.info('session started', { productId: fact.productId, origin: fact.origin });
      if (fact.kind === 'session-ended') this.#options.log.info('session ended', { reason: fact.reason });
    }
  }
}
