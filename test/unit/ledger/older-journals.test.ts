/** What an older version kept is read today: its events, and its snapshots with the events after them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../server/ledger/events.ts';
import { durableFrom } from '../../../server/ledger/heads.ts';
import type { StoredSnapshot } from '../../../server/ledger/ports.ts';
import { imageOf, type StateImage, stateFrom } from '../../../server/ledger/snapshot.ts';
import { entriesOf } from '../../../server/ledger/standing.ts';
import type { LedgerState } from '../../../server/ledger/state.ts';

interface Journal {
  readonly snapshot: StoredSnapshot;
  readonly events: readonly RecordedEvent[];
  readonly picture: unknown;
}

/** A short day of two crossing pools, a pack and a license manager, written by the version before groups. */
function journal(): Journal {
  const file = new URL('../../fixtures/ledger/journal-form-1.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Journal;
}

/** As the older version drew its own state at the end. */
function pictureOf({ sessions, leases, offers, products, pools, tickets }: LedgerState) {
  return {
    sessions: [...sessions.values()].map((one) => `${one.sessionId} ${one.seat.state}`).sort(),
    leases: [...leases.values()]
      .map((one) => `${one.poolId} ${one.units} ${one.userId} ${one.use.state}`)
      .sort(),
    offers: [...offers.values()]
      .map(({ userId, productId, takes }) => {
        return `${userId} ${productId} ${takes.map(({ units, poolId }) => `${units} ${poolId}`)}`;
      })
      .sort(),
    waiting: Object.fromEntries(
      [...products].map(([productId, product]) => [
        productId,
        entriesOf(product).map(
          ({ ticketId, rankClass, overtaken }) =>
            `${tickets.get(ticketId)?.userId} class ${rankClass} overtaken ${overtaken}`,
        ),
      ]),
    ),
    capacity: Object.fromEntries(
      [...pools].map(([poolId, pool]) => {
        const { effectiveCapacity, leasedUnits, offeredUnits, checkoutUnits, presumedUnits } = pool;
        return [poolId, [effectiveCapacity, leasedUnits, offeredUnits, checkoutUnits, presumedUnits]];
      }),
    ),
  };
}

const plain = (state: LedgerState) => JSON.parse(JSON.stringify(imageOf(state))) as StateImage;

describe('the journal of an older version', () => {
  it('[L84] gives the state that the older version had', () => {
    const { events, picture } = journal();
    expect(pictureOf(durableFrom({ snapshot: null, events }))).toEqual(picture);
  });

  it('[L84] gives the same from its snapshot and the events after it', () => {
    const { snapshot, events } = journal();
    expect((snapshot.body as StateImage).form).toBe(1);
    const later = events.filter(({ eventNumber }) => eventNumber > snapshot.eventNumber);
    const fromSnapshot = durableFrom({ snapshot, events: later });
    expect(plain(fromSnapshot)).toEqual(plain(durableFrom({ snapshot: null, events })));
  });

  it('[L84] is kept in today’s form from then on', () => {
    const { events } = journal();
    const image = plain(durableFrom({ snapshot: null, events }));
    expect(plain(stateFrom(structuredClone(image)))).toEqual(image);
  });

  it('[L87] of a newer one is refused with a sentence that says what to do', () => {
    const image = { ...plain(durableFrom({ snapshot: null, events: [] })), form: 99 };
    expect(() => stateFrom(image)).toThrow(/form 99.*newer/);
  });
});
