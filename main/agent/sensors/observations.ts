/**
 * What the sensors report to the session tracker: pure types, no behavior.
 * Observations come in the order in which they were made; `atMs` is wall time of the agent's clock.
 */
import type { ActiveReason, ProductId } from '../../../shared/domain.ts';
import type { SourceHealth } from './os/ports.ts';

/**
 * Names one application instance for ever, also across restarts of the agent:
 * `productId|bootId|rootPid|startKey`. Made by `instanceKeyOf`, compared as a whole, never taken apart.
 */
export type InstanceKey = string;

/** One running application: a root process, its descendants and, by the product's rule, its siblings. */
export interface AppInstance {
  readonly instanceKey: InstanceKey;
  readonly productId: ProductId;
  readonly bootId: string;
  readonly rootPid: number;
  /** Start of the root process in the system's own unit (ports.ts `ProcessInfo.startKey`). */
  readonly startKey: string;
  /** When the root process started; lies before `atMs` when the agent came later than the application. */
  readonly startedAtMs: number;
  /** Processes that belong to the instance now, the root included. */
  readonly processCount: number;
  /** The processes above the root, nearest first, as they were when it appeared: `usher wait` finds its own pid here. */
  readonly ancestorPids: readonly number[];
  readonly exePath?: string;
}

/** What is known about the activity of one instance at one instant. Whether that is idle, the tracker decides. */
export interface ActivityEvidence {
  /** The last instant at which something showed that the application is in use. Never after `atMs`. */
  readonly lastActiveAtMs: number;
  /** What holds now, or, when nothing holds any more, what held at `lastActiveAtMs`. First is shown first; never empty. */
  readonly reasons: readonly ActiveReason[];
  /** CPU of the whole tree in percent of one core; null where it could not be read. */
  readonly percentOfCore: number | null;
}

export type Observation =
  | { readonly kind: 'instance-appeared'; readonly atMs: number; readonly instance: AppInstance }
  | {
      readonly kind: 'instance-changed';
      readonly atMs: number;
      readonly instanceKey: InstanceKey;
      readonly processCount: number;
    }
  | {
      readonly kind: 'instance-activity';
      readonly atMs: number;
      readonly instanceKey: InstanceKey;
      readonly evidence: ActivityEvidence;
    }
  /** The last process of the instance is gone. `atMs` is when the scan saw it, at most one period late. */
  | { readonly kind: 'instance-vanished'; readonly atMs: number; readonly instanceKey: InstanceKey }
  /** The first full scan is done: every instance that runs has appeared. What is older and did not appear, ended unseen. */
  | { readonly kind: 'first-scan-done'; readonly atMs: number }
  | { readonly kind: 'locked'; readonly atMs: number }
  | { readonly kind: 'unlocked'; readonly atMs: number }
  /** `atMs` is the last instant before the machine slept, so it may lie in the past. */
  | { readonly kind: 'machine-suspended'; readonly atMs: number }
  | { readonly kind: 'machine-resumed'; readonly atMs: number }
  | {
      readonly kind: 'sensor-health';
      readonly atMs: number;
      readonly processes: SourceHealth;
      readonly idle: SourceHealth;
      readonly power: SourceHealth;
    };

/** @returns the key under which server and agent know this instance, today and after a restart of the agent */
export function instanceKeyOf(
  instance: Pick<AppInstance, 'productId' | 'bootId' | 'rootPid' | 'startKey'>,
): InstanceKey {
  return `${instance.productId}|${instance.bootId}|${instance.rootPid}|${instance.startKey}`;
}
