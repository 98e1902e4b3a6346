/**
 * Replays recorded events from any start and watches the rules that events alone can show: no decision brings a pool
 * above its effective capacity [L1], and nothing begins or ends twice (evolve.ts insists on that). Pure.
 */
import type { RecordedEvent } from '../ledger/events.ts';
import { evolve } from '../ledger/evolve.ts';
import { poolIdsTouched } from '../ledger/pushes.ts';
import { imageOf, type StateImage, stateFrom } from '../ledger/snapshot.ts';
import { emptyState, type LedgerState } from '../ledger/state.ts';
import type { Findings } from './findings.ts';

export class ReplayAudit {
  readonly #findings: Findings;
  #state: LedgerState;
  #commandId: string | null = null;
  /** Units of each touched pool before the decision that is being replayed. */
  readonly #unitsBefore = new Map<string, number>();
  #isBroken = false;

  /** @param base the snapshot to start from; null: from nothing */
  constructor(findings: Findings, base: StateImage | null) {
    this.#findings = findings;
    this.#state = base ? stateFrom(base) : emptyState();
  }

  /** false: an event could not be applied; what follows means nothing. */
  get isWhole(): boolean {
    return !this.#isBroken;
  }

  get state(): LedgerState {
    return this.#state;
  }

  enter(recorded: RecordedEvent): void {
    if (this.#isBroken) return;
    if (recorded.commandId !== this.#commandId) this.#endDecision();
    this.#commandId = recorded.commandId;
    try {
      const before = this.#unitsOf(poolIdsTouched(recorded.event, this.#state));
      evolve(this.#state, recorded);
      const after = this.#unitsOf(poolIdsTouched(recorded.event, this.#state));
      for (const [poolId, units] of [...before, ...after])
        if (!this.#unitsBefore.has(poolId)) this.#unitsBefore.set(poolId, before.get(poolId) ?? units);
    } catch (cause) {
      this.#isBroken = true;
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#findings.damage(
        'replay',
        `Event ${recorded.eventNumber} (${recorded.event.kind}) contradicts what came before it: ${why}.`,
      );
    }
  }

  /** To be called after the last event. */
  end(): void {
    this.#endDecision();
  }

  /** The state as it would be kept, without shared parts. */
  image(): StateImage {
    return JSON.parse(JSON.stringify(imageOf(this.#state))) as StateImage;
  }

  #unitsOf(poolIds: Iterable<string>): Map<string, number> {
    const units = new Map<string, number>();
    for (const poolId of poolIds) {
      const pool = this.#state.pools.get(poolId);
      if (pool) units.set(poolId, pool.leasedUnits + pool.offeredUnits);
    }
    return units;
  }

  #endDecision(): void {
    for (const [poolId, before] of this.#unitsBefore) {
      const pool = this.#state.pools.get(poolId);
      if (pool?.settings.kind !== 'metered') continue;
      const units = pool.leasedUnits + pool.offeredUnits;
      if (units > before && units > pool.effectiveCapacity)
        this.#findings.damage(
          'capacity',
          `The decision that ended with event ${this.#state.eventNumber} brought the pool ${poolId} to ${units} of ` +
            `${pool.effectiveCapacity} seats.`,
          'Tell the makers of Usher, with the events around it; nobody has to give a seat back.',
        );
    }
    this.#unitsBefore.clear();
  }
}
