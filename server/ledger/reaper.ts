/**
 * Brings time into the ledger: watches the next deadline and submits what is due as a command. It decides nothing; a
 * deadline that moved is looked up again when it comes. It also notices steps of the wall clock.
 */
import { type Cancel, type Clock, SECOND } from '../../shared/time.ts';
import type { TimedCommand } from './commands.ts';
import { Deadlines } from './deadlines.ts';
import type { LedgerEvent, RecordedEvent } from './events.ts';
import type { LedgerState } from './state.ts';
import { commandFor, keyOf, timeOf, type Watched } from './watched.ts';

/** The clock was set: the wall moved this much more or less than the monotonic clock. */
export const CLOCK_STEP_MS = 5 * SECOND;
/** Sleeps at most so long, to notice a step in time. */
const LONGEST_SLEEP_MS = 10 * SECOND;
/** What was refused, and everything after the store failed, is tried again after so long: a full disk must not make it spin. */
const TRY_AGAIN_MS = SECOND;

export type TimedResult = 'done' | 'refused' | 'failed';

export interface ReaperPorts {
  readonly clock: Clock;
  readonly leaseTtlMs: number;
  /** What is durable. */
  state(): LedgerState;
  silentMs(sessionId: string): number;
  /** failed: the store could not keep it. Never rejects. */
  submit(command: TimedCommand): Promise<TimedResult>;
}

interface Entry {
  readonly watched: Watched;
  readonly atMs: number;
}

/** Deadlines of what has ended, at least, before they are swept out. */
const SWEEP_AFTER = 2_000;

export class Reaper {
  readonly #ports: ReaperPorts;
  readonly #onWall = new Deadlines<Entry>();
  readonly #onMonotonic = new Deadlines<Entry>();
  /** The time of each one's valid entry. One that moved later is looked up again when it comes; earlier gets another. */
  readonly #validAtMs = new Map<string, number>();
  /** Of equal deadlines the one that was watched first comes first, however often it was looked up again. */
  readonly #orders = new Map<string, number>();
  #watchedSoFar = 0;
  #sweepsAbove = SWEEP_AFTER;
  #offsetMs: number;
  #lookedAtMonotonicMs: number;
  /** The process itself did not run for a while: everybody else was silent only because nobody listened. */
  #wasAway = false;
  #cancel: Cancel | null = null;
  #isStopped = false;
  #restsUntilMonotonicMs = Number.NEGATIVE_INFINITY;

  constructor(ports: ReaperPorts) {
    this.#ports = ports;
    this.#offsetMs = this.#clockOffset();
    this.#lookedAtMonotonicMs = ports.clock.monotonicMs();
    this.reset();
  }

  /** Looks at the whole state: after a start, a reload, a grace or a change of a pool. */
  reset(): void {
    const { offers, leases, tickets, handovers, pools } = this.#ports.state();
    this.#onWall.clear();
    this.#onMonotonic.clear();
    this.#validAtMs.clear();
    this.#orders.clear();
    for (const offerId of offers.keys()) this.#watch({ kind: 'offer', offerId });
    for (const leaseId of leases.keys()) for (const watched of leaseWatches(leaseId)) this.#watch(watched);
    for (const { ticketId, later } of tickets.values()) if (later) this.#watch({ kind: 'ticket', ticketId });
    for (const handoverId of handovers.keys()) this.#watch({ kind: 'handover', handoverId });
    for (const { poolId, settings } of pools.values()) {
      for (const { packId } of settings.packs) this.#watch({ kind: 'pack', poolId, packId });
      for (const { denyId } of settings.allocation.denied) this.#watch({ kind: 'deny', poolId, denyId });
      this.#watch({ kind: 'hours', poolId, hours: 'working' });
      this.#watch({ kind: 'hours', poolId, hours: 'quiet' });
    }
    this.#arm();
  }

  /** What a commit brought. */
  notice(events: readonly RecordedEvent[]): void {
    const isWide = ({ event }: RecordedEvent) =>
      event.kind === 'grace-started' || event.kind === 'pool-configured';
    if (events.some(isWide)) {
      this.reset();
      return;
    }
    for (const { event } of events) for (const watched of newlyWatched(event)) this.#watch(watched);
    if (this.watched > this.#sweepsAbove) this.#sweep();
    this.#arm();
  }

  /** What ended before its time leaves its deadline behind: those must not pile up until they come. */
  #sweep(): void {
    const isWanted = ({ watched, atMs }: Entry) => {
      const key = keyOf(watched);
      if (this.#dueAt(watched) !== null) return this.#validAtMs.get(key) === atMs;
      this.#validAtMs.delete(key);
      this.#orders.delete(key);
      return false;
    };
    this.#onWall.keepOnly(isWanted);
    this.#onMonotonic.keepOnly(isWanted);
    this.#sweepsAbove = 2 * this.watched + SWEEP_AFTER;
  }

  /** Deadlines in memory. */
  get watched(): number {
    return this.#onWall.size + this.#onMonotonic.size;
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  #watch(watched: Watched, notBeforeMs = Number.NEGATIVE_INFINITY): void {
    const key = keyOf(watched);
    const dueAtMs = this.#dueAt(watched);
    if (dueAtMs === null) return;
    const atMs = Math.max(dueAtMs, notBeforeMs);
    if ((this.#validAtMs.get(key) ?? Number.POSITIVE_INFINITY) <= atMs) return;
    this.#validAtMs.set(key, atMs);
    const deadlines = watched.kind === 'lease-silence' ? this.#onMonotonic : this.#onWall;
    const order = this.#orders.get(key) ?? this.#watchedSoFar++;
    this.#orders.set(key, order);
    deadlines.add(atMs, { watched, atMs }, order);
  }

  /** When it is due as things stand: lease-silence on the monotonic clock, all else on the wall clock. null: never. */
  #dueAt(watched: Watched): number | null {
    if (watched.kind === 'lease-silence') return this.#silenceDueAt(this.#ports.state(), watched.leaseId);
    return timeOf(this.#ports.state(), watched, this.#ports.clock.wallMs());
  }

  #silenceDueAt(state: LedgerState, leaseId: string): number | null {
    const lease = state.leases.get(leaseId);
    if (lease?.use.state !== 'used' || state.pools.get(lease.poolId)?.settings.keepWhileAsleep) return null;
    const { clock, leaseTtlMs, silentMs } = this.#ports;
    const silences = [...lease.use.sessionIds].map((sessionId) => silentMs(sessionId));
    const untilSilentMs = leaseTtlMs - Math.min(...silences);
    const untilGraceEndsMs = state.graceUntilMs - clock.wallMs();
    return clock.monotonicMs() + Math.max(untilSilentMs, untilGraceEndsMs);
  }

  #arm(): void {
    this.#cancel?.();
    if (this.#isStopped) return;
    this.#look();
    const { clock } = this.#ports;
    const wall = this.#onWall.nextAtMs();
    const monotonic = this.#onMonotonic.nextAtMs();
    const delayMs = Math.min(
      wall === null ? LONGEST_SLEEP_MS : wall - clock.wallMs(),
      monotonic === null ? LONGEST_SLEEP_MS : monotonic - clock.monotonicMs(),
      LONGEST_SLEEP_MS,
    );
    const restMs = this.#restsUntilMonotonicMs - clock.monotonicMs();
    this.#cancel = clock.setTimer(() => this.#wake(), Math.max(0, restMs, Math.ceil(delayMs)));
  }

  /** [L53] Looked at no later than every LONGEST_SLEEP_MS: whoever comes much later was suspended or stopped. */
  #look(): void {
    const nowMs = this.#ports.clock.monotonicMs();
    if (nowMs - this.#lookedAtMonotonicMs > LONGEST_SLEEP_MS + CLOCK_STEP_MS) this.#wasAway = true;
    this.#lookedAtMonotonicMs = nowMs;
  }

  #wake(): void {
    const { clock } = this.#ports;
    this.#look();
    const offsetMs = this.#clockOffset();
    if (this.#wasAway || Math.abs(offsetMs - this.#offsetMs) > CLOCK_STEP_MS) {
      void this.#startGrace(offsetMs);
      return;
    }
    this.#offsetMs = offsetMs;
    for (const entry of this.#onWall.takeDue(clock.wallMs())) void this.#reap(entry, clock.wallMs());
    for (const entry of this.#onMonotonic.takeDue(clock.monotonicMs())) {
      void this.#reap(entry, clock.monotonicMs());
    }
    this.#arm();
  }

  /** Nothing is reaped before the grace is recorded; when it cannot be, the step is seen again. */
  async #startGrace(offsetMs: number): Promise<void> {
    const result = await this.#ports.submit({ kind: 'start-grace', cause: 'clock-step' });
    if (result === 'done') {
      this.#offsetMs = offsetMs;
      this.#wasAway = false;
    }
    if (this.#isStopped) return;
    this.#cancel?.();
    this.#cancel = this.#ports.clock.setTimer(() => this.#wake(), TRY_AGAIN_MS);
  }

  async #reap({ watched, atMs }: Entry, nowMs: number): Promise<void> {
    if (this.#validAtMs.get(keyOf(watched)) !== atMs) return;
    this.#validAtMs.delete(keyOf(watched));
    const dueAtMs = this.#dueAt(watched);
    if (dueAtMs === null) {
      this.#orders.delete(keyOf(watched));
      return;
    }
    if (dueAtMs > nowMs) {
      this.#watch(watched);
      return;
    }
    const result = await this.#ports.submit(commandFor(this.#ports.state(), watched));
    if (this.#isStopped) return;
    if (result === 'failed') this.#restsUntilMonotonicMs = this.#ports.clock.monotonicMs() + TRY_AGAIN_MS;
    this.#watch(watched, nowMs + TRY_AGAIN_MS);
    this.#arm();
  }

  #clockOffset(): number {
    return this.#ports.clock.wallMs() - this.#ports.clock.monotonicMs();
  }
}

/** What gets a deadline, or an earlier one, with this event. */
function newlyWatched(event: LedgerEvent): Watched[] {
  const silenceOf = (leaseId: string): Watched => ({ kind: 'lease-silence', leaseId });
  switch (event.kind) {
    case 'offer-made':
      return [{ kind: 'offer', offerId: event.offerId }];
    case 'lease-granted':
      return leaseWatches(event.leaseId);
    case 'session-seated':
      return event.seats.map(({ leaseId }) => silenceOf(leaseId));
    case 'session-closed':
    case 'session-unseated':
      return event.leaseIds.map(silenceOf);
    case 'lease-warned':
      return [{ kind: 'lease-time', leaseId: event.leaseId }];
    case 'ticket-set-aside':
      return [{ kind: 'ticket', ticketId: event.ticketId }];
    case 'handover-asked':
      return [{ kind: 'handover', handoverId: event.handoverId }];
    case 'pack-started':
      return [{ kind: 'pack', poolId: event.poolId, packId: event.packId }];
    default:
      return [];
  }
}

function leaseWatches(leaseId: string): Watched[] {
  return [
    { kind: 'lease-time', leaseId },
    { kind: 'lease-silence', leaseId },
  ];
}
