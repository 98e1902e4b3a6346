/**
 * When somebody who waits can expect a seat: watches the ledger's events, keeps each pool's newest seats, and plays the
 * pool's future when somebody asks. Nothing is decided by it: order and offers are the ledger's.
 */
import type { PoolId, TicketId } from '../../shared/domain.ts';
import { seededRandom } from '../../shared/seeded-random.ts';
import { type Clock, SECOND } from '../../shared/time.ts';
import type { ExpectedWait } from '../../shared/views.ts';
import type { RecordedEvent } from '../ledger/events.ts';
import type { Ledger } from '../ledger/ports.ts';
import { freeUnits } from '../ledger/seats.ts';
import type { LedgerState, Pool, Ticket } from '../ledger/state.ts';
import { rankedWaiting } from '../ledger/waiting.ts';
import type { Records } from '../stores/records.ts';
import { Calibration, type CalibrationReport, shareBefore } from './calibration.ts';
import { PoolHistory } from './pool-history.ts';
import { simulateQueue } from './queue-simulation.ts';
import { survivalOf } from './survival.ts';

export interface WaitForecast {
  /** null: too few seats have ended yet, the ticket has an offer, or it stands too far back. */
  expectedWait(ticket: Ticket): ExpectedWait | null;
  /** How true the forecasts of this pool were; null: no such pool, or none made yet. */
  calibration(poolId: PoolId): CalibrationReport | null;
  stop(): void;
}

/** A pool's future is played at most this often, however many ask; sooner for somebody who has just come. */
const FRESH_FOR_MS = 10 * SECOND;
const SOONEST_AGAIN_MS = SECOND;
const SEED = 1;
/** Grants read from the records at the start, per pool. */
const GRANTS_READ = 1_000;

interface Played {
  readonly atMonotonicMs: number;
  readonly atMs: number;
  readonly basis: number;
  readonly waits: ReadonlyMap<TicketId, Float64Array>;
}
interface Promised {
  readonly poolId: PoolId;
  readonly atMs: number;
  readonly waits: Float64Array;
}
interface Best {
  readonly poolId: PoolId;
  readonly atMs: number;
  readonly basis: number;
  readonly waits: Float64Array;
}
interface Parts {
  readonly ledger: Ledger;
  readonly records: Pick<Records, 'usage'>;
  readonly clock: Clock;
}

export async function startWaitForecast(parts: Parts): Promise<WaitForecast> {
  const forecast = new Forecast(parts);
  for (const poolId of parts.ledger.state().pools.keys()) {
    forecast.remember(poolId, await parts.records.usage.recentGrants(poolId, GRANTS_READ));
  }
  const unsubscribe = parts.ledger.subscribe((notice) => {
    if (notice.kind === 'committed') forecast.watch(notice.events);
  });
  return {
    expectedWait: (ticket) => forecast.expectedWait(ticket),
    calibration: (poolId) => forecast.calibration(poolId),
    stop: unsubscribe,
  };
}

class Forecast {
  readonly #parts: Parts;
  readonly #histories = new Map<PoolId, PoolHistory>();
  readonly #calibrations = new Map<PoolId, Calibration>();
  readonly #played = new Map<PoolId, Played>();
  readonly #promised = new Map<TicketId, Promised>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @param grants newest first, as the records give them; one lease may have several sessions */
  remember(poolId: PoolId, grants: Awaited<ReturnType<Records['usage']['recentGrants']>>): void {
    const ofLease = Map.groupBy([...grants].reverse(), ({ leaseId }) => leaseId);
    const history = this.#historyOf(poolId);
    for (const [leaseId, rows] of ofLease) {
      history.began(leaseId, Math.min(...rows.map(({ fromMs }) => fromMs)));
      const ends = rows.map(({ toMs }) => toMs);
      if (ends.every((toMs) => toMs !== null)) history.ended(leaseId, Math.max(...ends));
    }
  }

  watch(events: readonly RecordedEvent[]): void {
    for (const { event, atMs } of events) {
      switch (event.kind) {
        case 'lease-granted':
          this.#historyOf(event.poolId).began(event.leaseId, atMs);
          break;
        case 'lease-ended':
          this.#historyOf(event.poolId).ended(event.leaseId, atMs);
          break;
        case 'checkout-appeared':
          this.#historyOf(event.poolId).began(event.checkout.checkoutId, event.checkout.sinceMs);
          break;
        case 'checkout-gone':
          this.#historyOf(event.poolId).ended(event.checkoutId, atMs);
          break;
        case 'offer-made':
          this.#settle(event.ticketId, atMs, true);
          break;
        case 'offer-ended':
          for (const { poolId } of event.takes)
            this.#historyOf(poolId).offerEnded(event.reason === 'claimed');
          break;
        case 'ticket-queued':
          this.#promise(event.ticketId, atMs);
          break;
        case 'ticket-ended':
          this.#settle(event.ticketId, atMs, false);
          break;
        case 'pool-removed':
          for (const kept of [this.#histories, this.#calibrations, this.#played]) kept.delete(event.poolId);
      }
    }
  }

  expectedWait(ticket: Ticket): ExpectedWait | null {
    if (ticket.offerId !== null) return null;
    const best = this.#bestOf(ticket);
    const [half, most] = best ? [quantile(best.waits, 0.5), quantile(best.waits, 0.9)] : [];
    if (!best || half === undefined || half === Number.POSITIVE_INFINITY || most === undefined) return null;
    const p90AtMs = most === Number.POSITIVE_INFINITY ? null : Math.round(best.atMs + most);
    return { p50AtMs: Math.round(best.atMs + half), p90AtMs, basis: best.basis };
  }

  calibration(poolId: PoolId): CalibrationReport | null {
    return this.#calibrations.get(poolId)?.report() ?? null;
  }

  /** The pool that serves this ticket first. Of an alternative that needs several pools, the last one counts. */
  #bestOf(ticket: Ticket): Best | null {
    let best: Best | null = null;
    for (const takes of this.#parts.ledger.state().products.get(ticket.productId)?.alternatives ?? []) {
      let slowest: Best | null = null;
      for (const { poolId } of takes) {
        const played = this.#play(poolId, ticket.ticketId);
        const waits = played?.waits.get(ticket.ticketId);
        if (!played || !waits) {
          slowest = null; // this way needs a pool of which nothing is known
          break;
        }
        if (isSlower(waits, slowest)) slowest = { poolId, atMs: played.atMs, basis: played.basis, waits };
      }
      if (slowest && (best === null || !isSlower(slowest.waits, best))) best = slowest;
    }
    return best;
  }

  #play(poolId: PoolId, ticketId: TicketId): Played | null {
    const { clock, ledger } = this.#parts;
    const known = this.#played.get(poolId);
    const nowMonotonicMs = clock.monotonicMs();
    const freshForMs = known?.waits.has(ticketId) ? FRESH_FOR_MS : SOONEST_AGAIN_MS;
    if (known && nowMonotonicMs - known.atMonotonicMs < freshForMs) return known;
    const state = ledger.state();
    const pool = state.pools.get(poolId);
    const history = this.#historyOf(poolId);
    const survival = survivalOf(history.lengths(clock.wallMs()));
    if (!pool || !survival) return null;
    const tickets = rankedWaiting(state, poolId).filter((ticket) => ticket.offerId === null);
    const waiting = tickets.map((ticket) => ({ units: unitsOf(state, ticket, poolId) }));
    const now = { ...seatsNow(state, pool, clock.wallMs()), waiting, missedShare: history.missedShare() };
    const simulated = simulateQueue(now, survival, seededRandom(SEED));
    const waits = new Map(simulated.map((times, index) => [tickets[index]?.ticketId ?? '', times]));
    const played = { atMonotonicMs: nowMonotonicMs, atMs: clock.wallMs(), basis: survival.ended, waits };
    this.#played.set(poolId, played);
    return played;
  }

  /** What a newcomer to the queue was told; judged when the offer comes. Not everybody: playing costs. */
  #promise(ticketId: TicketId, atMs: number): void {
    const ticket = this.#parts.ledger.state().tickets.get(ticketId);
    const best = ticket && ticket.offerId === null ? this.#bestOf(ticket) : null;
    if (best) this.#promised.set(ticketId, { poolId: best.poolId, atMs, waits: best.waits });
  }

  #settle(ticketId: TicketId, atMs: number, isEnded: boolean): void {
    const promised = this.#promised.get(ticketId);
    if (!promised) return;
    this.#promised.delete(ticketId);
    const calibration = this.#calibrations.get(promised.poolId) ?? new Calibration();
    this.#calibrations.set(promised.poolId, calibration);
    calibration.add({ share: shareBefore(promised.waits, Math.max(0, atMs - promised.atMs)), isEnded });
  }

  #historyOf(poolId: PoolId): PoolHistory {
    const known = this.#histories.get(poolId) ?? new PoolHistory();
    this.#histories.set(poolId, known);
    return known;
  }
}

function isSlower(waits: Float64Array, than: { readonly waits: Float64Array } | null): boolean {
  return than === null || (quantile(waits, 0.5) ?? 0) > (quantile(than.waits, 0.5) ?? 0);
}

/** @param waits ascending */
function quantile(waits: Float64Array, share: number): number | undefined {
  return waits[Math.min(waits.length - 1, Math.floor(share * waits.length))];
}

function unitsOf(state: LedgerState, ticket: Ticket, poolId: PoolId): number {
  const takes = (state.products.get(ticket.productId)?.alternatives ?? []).flat();
  return takes.find((take) => take.poolId === poolId)?.units ?? 1;
}

/** Open offers count as seats that have just begun: nearly all are taken. */
function seatsNow(state: LedgerState, pool: Pool, nowMs: number) {
  const leases = [...pool.leaseIds].flatMap((leaseId) => state.leases.get(leaseId) ?? []);
  const offers = [...pool.offerIds].flatMap((offerId) => state.offers.get(offerId)?.takes ?? []);
  return {
    freeUnits: freeUnits(pool),
    out: [
      ...leases.map(({ units, grantedAtMs }) => ({ units, ageMs: Math.max(0, nowMs - grantedAtMs) })),
      ...[...pool.checkouts.values()].map(({ units, sinceMs }) => ({
        units,
        ageMs: Math.max(0, nowMs - sinceMs),
      })),
      ...offers.filter((take) => take.poolId === pool.poolId).map(({ units }) => ({ units, ageMs: 0 })),
    ],
    offerWindowMs: pool.settings.offerWindowMs,
  };
}
