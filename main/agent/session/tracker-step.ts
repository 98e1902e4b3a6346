/** One step of the session tracker while it is made: a small mutable builder that nobody outside sees finished half. */
import type { SessionEnd } from '../../../shared/domain.ts';
import type { Fact } from '../../../shared/protocol.ts';
import type { SessionStep } from './intervals.ts';
import { settle } from './session-activity.ts';
import { type Birth, begin, end, type TrackerContext } from './session-life.ts';
import type { TrackedInstance, TrackedSession, TrackerState } from './tracker-state.ts';

export class TrackerStep {
  readonly atMs: number;
  readonly context: TrackerContext;
  /** Facts of this step, in the order in which they are told. */
  readonly facts: Fact[] = [];
  #state: TrackerState;
  #isStructural = false;

  constructor(state: TrackerState, atMs: number, context: TrackerContext) {
    this.#state = state;
    this.atMs = atMs;
    this.context = context;
  }

  get state(): TrackerState {
    return this.#state;
  }

  /** true: a later run of the agent must know what this step changed. */
  get mustPersist(): boolean {
    return this.#isStructural || this.facts.length > 0;
  }

  markStructural(): void {
    this.#isStructural = true;
  }

  change(change: Partial<TrackerState>): void {
    this.#state = { ...this.#state, ...change };
  }

  tell(facts: readonly Fact[]): void {
    this.facts.push(...facts);
  }

  sessionOf(instanceKey: string): TrackedSession | undefined {
    return this.#state.sessions.find(({ instances }) =>
      instances.some((instance) => instance.instanceKey === instanceKey),
    );
  }

  begin(birth: Omit<Birth, 'atMs'>): void {
    const { session, facts } = begin({ ...birth, atMs: this.atMs }, this.context);
    this.tell(facts);
    this.change({ sessions: [...this.#state.sessions, session] });
    this.settle(session);
  }

  end(session: TrackedSession, endedAtMs: number, reason: SessionEnd): void {
    this.tell(end(session, endedAtMs, reason, this.context));
    this.change({
      sessions: this.#state.sessions.filter(({ sessionId }) => sessionId !== session.sessionId),
    });
  }

  /** Puts the session in place of the one with its id. */
  put({ session, facts }: SessionStep): void {
    this.tell(facts);
    const sessions = this.#state.sessions.map((one) => (one.sessionId === session.sessionId ? session : one));
    this.change({ sessions });
  }

  /** Puts the session in the state that the rules give it now; nothing is decided about awaited ones (E23). */
  settle(session: TrackedSession): void {
    if (session.presence.state === 'awaited') this.put({ session, facts: [] });
    else this.put(settle(session, this.#state.machine, this.atMs, this.context));
  }

  settleAll(): void {
    for (const session of this.#state.sessions) this.settle(session);
  }

  changeInstance(instanceKey: string, change: (instance: TrackedInstance) => TrackedInstance): void {
    const session = this.sessionOf(instanceKey);
    if (!session) return;
    const instances = session.instances.map((one) => (one.instanceKey === instanceKey ? change(one) : one));
    this.put({ session: { ...session, instances }, facts: [] });
  }
}
