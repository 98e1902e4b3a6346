/** Drives the session tracker as the agent host does, and reads its facts back as a server would. */

import type { ActivityEvidence, AppInstance } from '../../main/agent/sensors/observations.ts';
import type { KnownProduct, TrackerContext } from '../../main/agent/session/session-life.ts';
import { type TrackerInput, track } from '../../main/agent/session/session-tracker.ts';
import { EMPTY_TRACKER, type TrackerState } from '../../main/agent/session/tracker-state.ts';
import type { ActiveReason } from '../../shared/domain.ts';
import type { Fact, FactOf } from '../../shared/protocol.ts';

export const MINUTE = 60_000;
/** Monday 2026-01-05, 08:00 UTC. */
export const EIGHT = Date.UTC(2026, 0, 5, 8);
/** An instant in minutes after eight. */
export const at = (minutes: number) => EIGHT + minutes * MINUTE;

export const PRODUCTS: Readonly<Record<string, KnownProduct>> = {
  freecad: { name: 'FreeCAD', sessionPer: 'instance' },
  libreoffice: { name: 'LibreOffice', sessionPer: 'login-session' },
};

export function anInstance(change: Partial<AppInstance> = {}): AppInstance {
  const productId = change.productId ?? 'freecad';
  const rootPid = change.rootPid ?? 100;
  return {
    instanceKey: `${productId}|boot-1|${rootPid}|7`,
    productId,
    bootId: 'boot-1',
    rootPid,
    startKey: '7',
    startedAtMs: EIGHT,
    processCount: 1,
    ancestorPids: [1],
    ...change,
  };
}

export class TrackerDriver {
  state: TrackerState;
  readonly facts: Fact[] = [];
  #ids = 0;
  readonly context: TrackerContext = {
    newId: () => `id-${++this.#ids}`,
    hashKey: (text) => `key(${text})`,
    product: (productId) => PRODUCTS[productId],
    usageIdleAfterMs: 5 * MINUTE,
  };

  constructor(state: TrackerState = EMPTY_TRACKER) {
    this.state = state;
  }

  /** @returns the facts of this step only */
  send(input: TrackerInput): readonly Fact[] {
    const result = track(this.state, input, this.context);
    this.state = result.state;
    this.facts.push(...result.facts);
    return result.facts;
  }

  /** The agent starts and finds these applications running. */
  start(atMs: number, instances: readonly AppInstance[] = [], bootId = 'boot-1'): readonly Fact[] {
    const facts = [...this.send({ kind: 'agent-started', atMs, bootId })];
    for (const instance of instances) facts.push(...this.send({ kind: 'instance-appeared', atMs, instance }));
    facts.push(...this.send({ kind: 'first-scan-done', atMs }));
    return facts;
  }

  appear(atMs: number, change: Partial<AppInstance> = {}): readonly Fact[] {
    return this.send({
      kind: 'instance-appeared',
      atMs,
      instance: anInstance({ startedAtMs: atMs, ...change }),
    });
  }

  vanish(atMs: number, instanceKey = anInstance().instanceKey): readonly Fact[] {
    return this.send({ kind: 'instance-vanished', atMs, instanceKey });
  }

  /** A sample; without `reasons` nothing shows use now. */
  sample(
    atMs: number,
    lastActiveAtMs: number,
    reasons: readonly ActiveReason[] = [],
    instanceKey = anInstance().instanceKey,
  ): readonly Fact[] {
    const evidence: ActivityEvidence = { lastActiveAtMs, reasons, percentOfCore: 1.5 };
    return this.send({ kind: 'instance-activity', atMs, instanceKey, evidence });
  }

  /** The last word on every interval of a session, in order of time. */
  timeline(
    sessionId = this.facts.find((fact) => fact.kind === 'session-started')?.sessionId ?? '',
  ): Stretch[] {
    const latest = new Map<string, FactOf<'interval'>>();
    for (const fact of this.facts)
      if (fact.kind === 'interval' && fact.sessionId === sessionId) latest.set(fact.intervalId, fact);
    return [...latest.values()]
      .toSorted((a, b) => a.fromMs - b.fromMs || (a.toMs ?? Infinity) - (b.toMs ?? Infinity))
      .map(({ activity, fromMs, toMs }) => [
        activity.state,
        (fromMs - EIGHT) / MINUTE,
        toMs === null ? null : (toMs - EIGHT) / MINUTE,
      ]);
  }

  only<K extends Fact['kind']>(kind: K): FactOf<K>[] {
    return this.facts.filter((fact): fact is FactOf<K> => fact.kind === kind);
  }
}

/** State, from and to in minutes after eight; null: open. */
export type Stretch = [state: string, fromMinutes: number, toMinutes: number | null];

/** An agent since eight, and an application that started then. */
export function aRunning(): TrackerDriver {
  const driver = new TrackerDriver();
  driver.start(at(0));
  driver.appear(at(0));
  return driver;
}
