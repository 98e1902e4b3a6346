/** Ledger events as a person reads them: a sentence-like name, and ids replaced by names where they are known. Pure. */

/** "session-opened" becomes "session opened". */
export const eventName = (kind: string): string => kind.replaceAll('-', ' ');

/** From opaque id to what people call it. */
export type NameBook = ReadonlyMap<string, string>;

/** Fields in the order a person asks: who, what, where; the rest follows. */
const FIRST_FIELDS = ['userId', 'productId', 'poolId', 'workstationId', 'reason'];
/** Names of fields without the ending that only machines need. */
const fieldName = (key: string): string => key.replace(/Id$/, '');

export interface EventFact {
  readonly name: string;
  readonly value: string;
}

/** Plain facts of an event's body; what is nested is written as JSON. */
export function eventFacts(body: unknown, names: NameBook): EventFact[] {
  if (typeof body !== 'object' || body === null) return [];
  const rank = (key: string) =>
    FIRST_FIELDS.includes(key) ? FIRST_FIELDS.indexOf(key) : FIRST_FIELDS.length;
  return Object.entries(body)
    .toSorted(([left], [right]) => rank(left) - rank(right))
    .map(([key, value]) => ({
      name: fieldName(key),
      value: typeof value === 'string' ? (names.get(value) ?? value) : JSON.stringify(value),
    }));
}
