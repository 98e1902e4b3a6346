/** What the ledger holds, read from outside before and after a crash, and what differs. */
import type { FleetHouse } from './fleet-house.ts';

interface Lease {
  readonly leaseId: string;
  readonly poolId: string;
  readonly units: number;
  readonly userId: string;
}
interface Ticket {
  readonly ticketId: string;
  readonly productId: string;
  readonly rank?: unknown;
  readonly priorityClass: number;
  readonly rises: number;
  readonly sequence: number;
}
interface PoolResource {
  readonly view: {
    readonly poolId: string;
    readonly seats: { readonly capacity: number; readonly inUse: number; readonly offered: number };
  };
}

/** Seats that are out, and who waits in which order. */
export interface Holdings {
  readonly leases: ReadonlyMap<string, Lease>;
  /** Ids of tickets in the order of their turn, by product. */
  readonly queues: ReadonlyMap<string, readonly string[]>;
  readonly overfullPools: number;
}

export interface Verdict {
  readonly lost: number;
  readonly doubled: number;
  readonly queuesChanged: number;
  readonly waiting: number;
  readonly seats: number;
}

export async function holdingsOf(house: FleetHouse): Promise<Holdings> {
  const [leases, tickets, pools] = await Promise.all([
    house.all<Lease>('/leases'),
    house.all<Ticket>('/tickets'),
    house.all<PoolResource>('/pools'),
  ]);
  const queues = new Map<string, Ticket[]>();
  for (const ticket of tickets)
    queues.set(ticket.productId, [...(queues.get(ticket.productId) ?? []), ticket]);
  const classOf = ({ priorityClass, rises }: Ticket) => Math.max(0, priorityClass - rises);
  return {
    leases: new Map(leases.map((lease) => [lease.leaseId, lease])),
    queues: new Map(
      [...queues].map(([productId, waiting]) => [
        productId,
        waiting
          .sort((a, b) => classOf(a) - classOf(b) || a.sequence - b.sequence)
          .map(({ ticketId }) => ticketId),
      ]),
    ),
    overfullPools: pools.filter(({ view }) => view.seats.inUse + view.seats.offered > view.seats.capacity)
      .length,
  };
}

/** Nothing ended and nothing began between the two: every lease and every place must be as it was. */
export function compare(before: Holdings, after: Holdings): Verdict {
  const lost = [...before.leases.keys()].filter((leaseId) => !after.leases.has(leaseId)).length;
  const granted = [...after.leases.keys()].filter((leaseId) => !before.leases.has(leaseId)).length;
  const queuesChanged = [...before.queues].filter(
    ([productId, tickets]) => tickets.join() !== (after.queues.get(productId) ?? []).join(),
  ).length;
  return {
    lost,
    doubled: granted + after.overfullPools,
    queuesChanged,
    waiting: [...after.queues.values()].reduce((sum, tickets) => sum + tickets.length, 0),
    seats: after.leases.size,
  };
}
