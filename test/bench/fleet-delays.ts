/**
 * How long from the end of a session to the seat or the offer of the next person. Which end freed which seat is not
 * guessed: the ledger's events carry the command that caused them, and the command's id names the fact.
 */
import type { FleetHouse } from './fleet-house.ts';
import type { CrewTimes } from './fleet-orders.ts';
import { percentile, round } from './process-cost.ts';

interface EventResource {
  readonly eventNumber: number;
  readonly kind: string;
  readonly body: {
    readonly commandId: string;
    readonly offerId?: string;
    readonly sessionId?: string;
  };
}

export interface Delays {
  readonly samples: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maximumMs: number;
  /** Seats and offers that the ledger gave because of an end, but nobody was seen being told of. */
  readonly untold: number;
}

export const eventNumber = async (house: FleetHouse): Promise<number> => {
  const response = await fetch(`${house.server.url}/metrics`);
  return Number(/^usher_ledger_event_number (\d+)/m.exec(await response.text())?.[1] ?? 0);
};

export async function eventsAfter(house: FleetHouse, after: number): Promise<EventResource[]> {
  const events: EventResource[] = [];
  for (let cursor = Buffer.from(String(after)).toString('base64url'); ; ) {
    const page: { items: EventResource[]; cursor: string | null } = await house.rest(
      `/events?limit=200&cursor=${cursor}`,
    );
    events.push(...page.items);
    if (page.cursor === null) return events;
    cursor = page.cursor;
  }
}

/** From just before the sending of the fact, in one process, to the reading of the push, in another. */
export function delaysOf(events: readonly EventResource[], { freed, told }: CrewTimes): Delays {
  const freedAtMs = new Map(freed);
  const toldAtMs = new Map(told);
  // An offer to somebody whose application runs already ends at once: then they are told of the seat only.
  const ended = new Set(
    events.flatMap(({ kind, body }) => (kind === 'offer-ended' ? [`${body.commandId} ${body.offerId}`] : [])),
  );
  const delays: number[] = [];
  let untold = 0;
  for (const { kind, body } of events) {
    const fromMs = freedAtMs.get(body.commandId);
    if (fromMs === undefined || (kind !== 'offer-made' && kind !== 'session-seated')) continue;
    if (kind === 'offer-made' && ended.has(`${body.commandId} ${body.offerId}`)) continue;
    const toMs = toldAtMs.get(kind === 'offer-made' ? `offer:${body.offerId}` : `seat:${body.sessionId}`);
    if (toMs === undefined) untold += 1;
    else delays.push(toMs - fromMs);
  }
  return {
    samples: delays.length,
    p50Ms: round(percentile(delays, 0.5)),
    p99Ms: round(percentile(delays, 0.99)),
    maximumMs: round(percentile(delays, 1)),
    untold,
  };
}
