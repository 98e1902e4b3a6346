/**
 * One whole decision on a state: the command's effect, then everything that follows, applied step by step. Changes the
 * state it is given; the events are what must be committed. If it throws, the state is spoiled and must be thrown away.
 */
import { invariant } from '../../shared/outcome.ts';
import type { Actor, LedgerCommand } from './commands.ts';
import type { DecisionContext } from './decide/decision.ts';
import { type Changed, followUp } from './decide/follow-up.ts';
import { decide } from './decide/index.ts';
import { request } from './decide/request.ts';
import type { LedgerEvent, RecordedEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { LedgerOutcome } from './ports.ts';
import type { LedgerState } from './state.ts';

export interface Executed {
  readonly events: readonly RecordedEvent[];
  readonly answer: LedgerOutcome;
}

/** More steps than any real decision has: a decision that never settles must not hang the server. */
const MAXIMUM_STEPS = 100_000;

const NONE: ReadonlySet<string> = new Set();

export function execute(
  state: LedgerState,
  command: LedgerCommand,
  envelope: { readonly commandId: string; readonly by: Actor },
  context: DecisionContext,
): Executed {
  const outcome = decide(state, command, context);
  if (!outcome.ok) return { events: [], answer: outcome };
  const { events, requests, answer } = outcome.value;
  const run = new Run(state, envelope, context);
  run.apply(events);
  run.settle();
  for (const { sessionId, mode } of requests) {
    const session = state.sessions.get(sessionId);
    if (!session) continue;
    run.apply(request(state, session, mode, context));
    run.settle();
  }
  return { events: run.recorded, answer: { ok: true, value: answer(state) } };
}

/** The events of one decision so far, and what they touched since the last time nothing followed. */
class Run {
  readonly recorded: RecordedEvent[] = [];
  readonly #state: LedgerState;
  readonly #envelope: { readonly commandId: string; readonly by: Actor };
  readonly #context: DecisionContext;
  #poolIds = new Set<string>();
  #ruledPoolIds: Set<string> | null = null;
  #people: Changed['people'][number][] = [];
  #handoverIds: Set<string> | null = null;

  constructor(
    state: LedgerState,
    envelope: { readonly commandId: string; readonly by: Actor },
    context: DecisionContext,
  ) {
    this.#state = state;
    this.#envelope = envelope;
    this.#context = context;
  }

  apply(events: readonly LedgerEvent[]): void {
    const { commandId, by } = this.#envelope;
    for (const event of events) {
      const eventNumber = this.#state.eventNumber + 1;
      const recorded: RecordedEvent = { eventNumber, atMs: this.#context.nowMs, commandId, by, event };
      const touched = evolve(this.#state, recorded);
      this.recorded.push(recorded);
      for (const poolId of touched) this.#poolIds.add(poolId);
      if (isRule(event)) this.#ruledPoolIds = new Set([...(this.#ruledPoolIds ?? []), ...touched]);
      if (event.kind === 'lease-granted' || event.kind === 'ticket-ended') this.#addPerson(event);
      if (this.#state.handovers.size > 0) this.#addHandovers(event);
    }
  }

  /** Few in any decision. */
  #addPerson({ userId, productId }: Changed['people'][number]): void {
    const isKnown = this.#people.some((one) => one.userId === userId && one.productId === productId);
    if (!isKnown) this.#people.push({ userId, productId });
  }

  #addHandovers(event: LedgerEvent): void {
    for (const handoverId of handoversTouched(this.#state, event)) {
      this.#handoverIds ??= new Set();
      this.#handoverIds.add(handoverId);
    }
  }

  settle(): void {
    for (let step = 0; step < MAXIMUM_STEPS; step++) {
      if (this.#poolIds.size === 0) return;
      const changed: Changed = {
        poolIds: this.#poolIds,
        ruledPoolIds: this.#ruledPoolIds ?? NONE,
        people: this.#people,
        handoverIds: this.#handoverIds ?? NONE,
      };
      const events = followUp(this.#state, changed, this.#context);
      if (events.length === 0) {
        this.#poolIds.clear();
        this.#ruledPoolIds = null;
        this.#people = [];
        this.#handoverIds = null;
        return;
      }
      this.apply(events);
    }
    invariant(false, 'a decision comes to an end');
  }
}

/** Says who may use a pool. */
function isRule({ kind }: LedgerEvent): boolean {
  switch (kind) {
    case 'pool-configured':
    case 'product-configured':
    case 'deny-ended':
    case 'members-changed':
    case 'group-configured':
    case 'group-removed':
      return true;
    default:
      return false;
  }
}

/** [L149] Open requests for a lease that ended, and those of somebody who may need no seat any more. */
function handoversTouched(state: LedgerState, event: LedgerEvent): Iterable<string> {
  switch (event.kind) {
    case 'lease-ended': {
      const handoverId = state.handoverIdByLease.get(event.leaseId);
      return handoverId === undefined ? [] : [handoverId];
    }
    case 'ticket-ended':
    case 'session-seated':
    case 'session-closed':
    case 'session-unseated':
      return state.users.get(event.userId)?.askedHandoverIds ?? [];
    default:
      return [];
  }
}
