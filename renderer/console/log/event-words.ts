/** Ledger events as a person reads them: a name, the facts one asks for first, and the rest as it is recorded. Pure. */

/** "session-opened" becomes "session opened". */
export const eventName = (kind: string): string => kind.replaceAll('-', ' ');

/** From opaque id to what people call it. */
export type NameBook = ReadonlyMap<string, string>;

export interface EventFact {
  readonly name: string;
  readonly value: string;
}

/** What one asks first: who, what, where, why. Everything else is in the record below it. */
const FIRST_FIELDS = [
  ['userId', 'person'],
  ['productId', 'product'],
  ['poolId', 'pool'],
  ['workstationId', 'workstation'],
  ['units', 'units'],
  ['reason', 'reason'],
] as const;

/** The first facts of an event's body, ids by their names. */
export function eventFacts(body: unknown, names: NameBook): EventFact[] {
  if (typeof body !== 'object' || body === null) return [];
  const fields = new Map<string, unknown>(Object.entries(body));
  return FIRST_FIELDS.flatMap(([key, name]) => {
    const value = fields.get(key);
    if (typeof value === 'number') return [{ name, value: String(value) }];
    return typeof value === 'string' ? [{ name, value: names.get(value) ?? value }] : [];
  });
}
