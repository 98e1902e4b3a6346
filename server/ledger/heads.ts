/** The two states of a running ledger: the durable one, and the head that decisions run against. */
import type { RecordedEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { LoadedLedger } from './ports.ts';
import { imageOf, type StateImage, stateFrom } from './snapshot.ts';
import { emptyState, type LedgerState } from './state.ts';

export interface Heads {
  /** What everybody may see. */
  readonly durable: LedgerState;
  /** Ahead of it by the decisions that are not on the disk yet. */
  readonly head: LedgerState;
}

/** [L84] The snapshot, and the events after it, once for each of the two. */
export function headsFrom(loaded: Pick<LoadedLedger, 'snapshot' | 'events'>): Heads {
  const durable = durableFrom(loaded);
  return { durable, head: copyOf(durable) };
}

/** [L84] For who only looks. */
export function durableFrom({ snapshot, events }: Pick<LoadedLedger, 'snapshot' | 'events'>): LedgerState {
  const durable = snapshot ? stateFrom(snapshot.body as StateImage) : emptyState();
  replay(durable, events);
  return durable;
}

export function replay(state: LedgerState, events: readonly RecordedEvent[]): void {
  for (const recorded of events) evolve(state, recorded);
}

function copyOf(state: LedgerState): LedgerState {
  return stateFrom(JSON.parse(JSON.stringify(imageOf(state))) as StateImage);
}
