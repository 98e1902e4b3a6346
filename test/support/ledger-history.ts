/** What must hold of a ledger's recorded events alone, whatever was done to it. */
import { expect } from 'vitest';
import type { LedgerEvent } from '../../server/ledger/events.ts';
import { headsFrom } from '../../server/ledger/heads.ts';
import { imageOf } from '../../server/ledger/snapshot.ts';
import type { TestLedger } from './a-ledger.ts';

interface Units {
  readonly poolId: string;
  readonly units: number;
}

/** Nothing begins or ends twice, no grant goes above the capacity, and replay gives the state. */
export async function checkHistory(t: TestLedger): Promise<void> {
  const recorded = await t.ledger.events(0, 1_000_000);
  const account = new Account();
  for (const { event } of recorded) account.enter(event);

  const { leases, offers, tickets } = t.state;
  expect(account.open()).toEqual([...leases.keys(), ...offers.keys(), ...tickets.keys()].sort());
  const expected = JSON.stringify(imageOf(t.state));
  expect(JSON.stringify(imageOf(headsFrom({ snapshot: null, events: recorded }).durable))).toBe(expected);
  expect(JSON.stringify(imageOf(headsFrom(await t.store.load()).head))).toBe(expected);
}

/** Units by pool, as a bookkeeper would count them who sees nothing but the events. */
class Account {
  readonly #capacity = new Map<string, number>();
  readonly #taken = new Map<string, number>();
  readonly #open = new Map<string, readonly Units[]>();
  /** Units of the offer that was claimed last and have not become leases yet. */
  #claimed = new Map<string, number>();

  open(): string[] {
    return [...this.#open.keys()].sort();
  }

  enter(event: LedgerEvent): void {
    switch (event.kind) {
      case 'pool-configured':
        this.#capacity.set(event.poolId, event.settings.capacity);
        break;
      case 'lease-granted':
        this.#begin(event.leaseId, [event]);
        if (event.via === 'offer') this.#spendClaimed(event);
        else this.#checkCapacity([event]);
        break;
      case 'offer-made':
        this.#begin(event.offerId, event.takes);
        this.#checkCapacity(event.takes);
        break;
      case 'ticket-queued':
        this.#begin(event.ticketId, []);
        break;
      case 'lease-ended':
        this.#finish(event.leaseId);
        break;
      case 'offer-ended':
        this.#finish(event.offerId);
        this.#claimed = new Map(event.takes.map(({ poolId, units }) => [poolId, units]));
        break;
      case 'ticket-ended':
        this.#finish(event.ticketId);
    }
  }

  #begin(id: string, takes: readonly Units[]): void {
    expect(this.#open.has(id)).toBe(false);
    this.#open.set(id, takes);
    for (const take of takes) this.#add(take.poolId, take.units);
  }

  #finish(id: string): void {
    const takes = this.#open.get(id);
    expect(takes).toBeDefined();
    for (const take of takes ?? []) this.#add(take.poolId, -take.units);
    this.#open.delete(id);
  }

  #add(poolId: string, units: number): void {
    this.#taken.set(poolId, (this.#taken.get(poolId) ?? 0) + units);
  }

  #checkCapacity(takes: readonly Units[]): void {
    for (const { poolId } of takes) {
      expect(this.#taken.get(poolId)).toBeLessThanOrEqual(this.#capacity.get(poolId) ?? 0);
    }
  }

  #spendClaimed({ poolId, units }: Units): void {
    expect(this.#claimed.get(poolId)).toBe(units);
    this.#claimed.delete(poolId);
  }
}
