/**
 * Reads the counters of the tracked processes every few seconds and reports the evidence of each application; reports
 * at once when somebody comes back to the keyboard. What the numbers mean is app-activity.ts.
 */
import type { Cancel, Clock } from '../../../shared/time.ts';
import {
  type ActivitySettings,
  type ActivityState,
  addSample,
  beginActivity,
  resumeActivity,
  weigh,
} from './app-activity.ts';
import type { Observation } from './observations.ts';
import type { ProcessScanner } from './os/ports.ts';
import type { Family, FamilyProcess } from './process-families.ts';
import type { SessionIdle } from './session-idle.ts';
import { type MemberCounters, type TreeReading, treeUsage } from './tree-usage.ts';

export interface TrackedFamilies {
  families(): Iterable<Family>;
  strayWorkers(productId: string): readonly FamilyProcess[];
  keyOf(family: Family): string;
}

export interface ActivityWatcherOptions {
  readonly tracked: TrackedFamilies;
  readonly scanner: Pick<ProcessScanner, 'counters'>;
  readonly clock: Clock;
  readonly settings: ActivitySettings;
  readonly sessionIdle: () => SessionIdle;
  readonly onObservation: (observation: Observation) => void;
}

interface Watched {
  activity: ActivityState;
  reading: TreeReading | undefined;
  reportedLastActiveMs: number;
}

export class ActivityWatcher {
  readonly #options: ActivityWatcherOptions;
  readonly #watched = new Map<string, Watched>();
  #cancel: Cancel = () => {};
  #stopped = false;

  constructor(options: ActivityWatcherOptions) {
    this.#options = options;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#stopped) return;
    const { clock, settings } = this.#options;
    this.#cancel = clock.setTimer(() => {
      this.#sample();
      this.#schedule();
    }, settings.samplePeriodMs);
  }

  /** Call when a family appeared: its first reading, against which the next one is measured, and its first evidence. */
  begin(instanceKey: string): void {
    const family = this.#find(instanceKey);
    if (!family) return;
    const watched = this.#watchedOf(instanceKey);
    watched.reading = this.#read(family);
    this.#report(instanceKey, watched);
  }

  /** Call with every idle reading: input after a silence is reported without waiting for the next sample. */
  idleWasRead(): void {
    const { sessionIdle, clock, settings } = this.#options;
    const session = sessionIdle();
    if (!session.known) return;
    const inputAtMs = clock.wallMs() - session.idleMs;
    for (const [key, watched] of this.#watched)
      if (inputAtMs - watched.reportedLastActiveMs >= 2 * settings.samplePeriodMs) this.#report(key, watched);
  }

  /** The machine slept: silence and counters start anew. */
  resume(): void {
    for (const [key, watched] of this.#watched) {
      watched.activity = resumeActivity(watched.activity, this.#options.clock.wallMs());
      watched.reading = undefined;
      this.#report(key, watched);
    }
  }

  #sample(): void {
    const { tracked, clock, sessionIdle } = this.#options;
    const alive = new Set<string>();
    for (const family of tracked.families()) {
      const key = tracked.keyOf(family);
      alive.add(key);
      const watched = this.#watchedOf(key);
      const reading = this.#read(family);
      if (watched.reading) {
        const usage = treeUsage(watched.reading, reading);
        watched.activity = addSample(watched.activity, usage, clock.wallMs(), sessionIdle());
      }
      watched.reading = reading;
      this.#report(key, watched);
    }
    for (const key of this.#watched.keys()) if (!alive.has(key)) this.#watched.delete(key);
  }

  #watchedOf(key: string): Watched {
    const known = this.#watched.get(key);
    if (known) return known;
    const atMs = this.#options.clock.wallMs();
    const watched: Watched = {
      activity: beginActivity(atMs),
      reading: undefined,
      reportedLastActiveMs: atMs,
    };
    this.#watched.set(key, watched);
    return watched;
  }

  #read(family: Family): TreeReading {
    const { tracked, scanner, clock } = this.#options;
    const members: MemberCounters[] = [];
    for (const process of [...family.members.values(), ...tracked.strayWorkers(family.productId)]) {
      const counters = scanner.counters(process.pid, process.startKey);
      if (!counters) continue;
      const { pid, ppid, startKey, name, startedAtMs, match } = process;
      members.push({ pid, ppid, startKey, name, startedAtMs, isWorker: match?.role === 'worker', counters });
    }
    return { atMonotonicMs: clock.monotonicMs(), atMs: clock.wallMs(), members };
  }

  #report(instanceKey: string, watched: Watched): void {
    const { clock, sessionIdle, settings, onObservation } = this.#options;
    const atMs = clock.wallMs();
    const { state, evidence } = weigh(watched.activity, sessionIdle(), atMs, settings);
    watched.activity = state;
    watched.reportedLastActiveMs = evidence.lastActiveAtMs;
    onObservation({ kind: 'instance-activity', atMs, instanceKey, evidence });
  }

  #find(instanceKey: string): Family | undefined {
    for (const family of this.#options.tracked.families())
      if (this.#options.tracked.keyOf(family) === instanceKey) return family;
    return undefined;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }
}
