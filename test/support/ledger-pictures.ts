/** The ledger and its model drawn the same way, so that they can be laid side by side. */

import { entriesOf } from '../../server/ledger/standing.ts';
import type { LedgerState } from '../../server/ledger/state.ts';
import type { LedgerModel } from './ledger-model.ts';

/** What both sides are compared by. */
export interface Picture {
  readonly sessions: string[];
  readonly leases: string[];
  readonly offers: string[];
  readonly waiting: string[][];
  readonly overtaken: string[];
  readonly taken: string[];
  readonly missed: string[];
}

export function pictureOfLedger(state: LedgerState, productIds: readonly string[]): Picture {
  const { sessions, leases, tickets, offers, products, pools } = state;
  const lines = [...products.values()].flatMap(entriesOf);
  return {
    sessions: sorted([...sessions.values()].map((one) => `${one.sessionId} ${one.seat.state}`)),
    leases: sorted(
      [...leases.values()].map(({ poolId, units, userId, use }) => {
        const ids = use.state === 'used' ? [...use.sessionIds].sort().join() : 'awaited';
        return `${poolId} ${units} ${userId} ${ids}`;
      }),
    ),
    offers: sorted(
      [...offers.values()].map(
        ({ userId, productId, takes }) =>
          `${userId} ${productId} ${takes.map(({ poolId, units }) => `${units} ${poolId}`)}`,
      ),
    ),
    waiting: productIds.map((product) =>
      [products.get(product) ?? []]
        .flat()
        .flatMap(entriesOf)
        .map(({ ticketId, rankClass }) => `${tickets.get(ticketId)?.userId} in ${rankClass}`),
    ),
    overtaken: sorted(
      lines.map(({ ticketId, overtaken }) => `${tickets.get(ticketId)?.userId} ${overtaken}`),
    ),
    taken: [...pools.values()].map(
      (pool) => `${pool.poolId} ${pool.effectiveCapacity - pool.leasedUnits - pool.offeredUnits}`,
    ),
    missed: sorted([...tickets.values()].map((one) => `${one.userId} ${one.productId} ${one.missedOffers}`)),
  };
}

export function pictureOfModel(model: LedgerModel): Picture {
  const { sessions, grants, tickets } = model;
  const offered = tickets.map((ticket) => ({
    ticket,
    takes: grants.filter((one) => one.ticket === ticket),
  }));
  return {
    sessions: sorted(sessions.map((one) => `${one.id} ${one.seat}`)),
    leases: sorted(
      grants
        .filter((one) => !one.ticket)
        .map(({ pool, units, user, key, sessions: users }) => {
          const ids = key === undefined ? 'awaited' : sorted(users.map((one) => one.id)).join();
          return `${pool} ${units} ${user} ${ids}`;
        }),
    ),
    offers: sorted(
      offered.flatMap(({ ticket: { user, product }, takes }) =>
        takes.length > 0 ? [`${user} ${product} ${takes.map(({ pool, units }) => `${units} ${pool}`)}`] : [],
      ),
    ),
    waiting: Object.keys(model.rules.products).map((product) =>
      model.waiting(product).map((ticket) => `${ticket.user} in ${ticket.class}`),
    ),
    overtaken: sorted(
      offered.flatMap(({ ticket, takes }) =>
        takes.length > 0 ? [] : [`${ticket.user} ${ticket.overtaken}`],
      ),
    ),
    taken: Object.keys(model.rules.pools).map((pool) => `${pool} ${model.free(pool)}`),
    missed: sorted(tickets.map((one) => `${one.user} ${one.product} ${one.missed}`)),
  };
}

function sorted(words: string[]): string[] {
  return words.sort();
}
