/**
 * Scans the processes each second and reports which applications came, changed and went. Keeps the processes of the
 * own account only; whether a session starts or ends is not decided here.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Cancel, Clock } from '../../../shared/time.ts';
import { classify, type ProductRules } from './classify.ts';
import { type AppInstance, instanceKeyOf, type Observation } from './observations.ts';
import type { OsPorts, ProcessInfo } from './os/ports.ts';
import { type Family, type FamilyEvent, type FamilyProcess, ProcessFamilies } from './process-families.ts';

/** Processes classified between two turns of the event loop: a candidate costs four small reads. */
const CLASSIFIED_PER_TURN = 100;

export interface ProcessWatcherOptions {
  readonly ports: Pick<OsPorts, 'own' | 'processes'>;
  readonly clock: Clock;
  readonly rules: ProductRules;
  readonly scanEveryMs: number;
  readonly onObservation: (observation: Observation) => void;
  /** Told once per failure, not once per scan. */
  readonly onFailure: (error: unknown) => void;
}

export class ProcessWatcher {
  readonly #options: ProcessWatcherOptions;
  #rules: ProductRules;
  #families: ProcessFamilies;
  #cancelScan: Cancel = () => {};
  #cancelSettle: Cancel = () => {};
  #hasScanned = false;
  #isFailing = false;
  #stopped = false;
  #busy: Promise<void> = Promise.resolve();

  constructor(options: ProcessWatcherOptions) {
    this.#options = options;
    this.#rules = options.rules;
    this.#families = new ProcessFamilies((productId) => this.#rules.sessionPer(productId));
    this.#scheduleScan(0);
  }

  families(): Iterable<Family> {
    return this.#families.families();
  }

  strayWorkers(productId: string): readonly FamilyProcess[] {
    return this.#families.strayWorkers(productId);
  }

  keyOf(family: Family): string {
    const { pid, startKey } = family.root;
    const { bootId } = this.#options.ports.own;
    return instanceKeyOf({ productId: family.productId, bootId, rootPid: pid, startKey });
  }

  /** Matches every process anew; what is no product any more vanishes, what is one now appears. */
  setRules(rules: ProductRules): void {
    this.#rules = rules;
    this.#busy = this.#busy.then(() => this.#matchAnew()).catch(this.#options.onFailure);
  }

  async #matchAnew(): Promise<void> {
    const known = [...this.#families.processes()].map(({ match: _, exePath: __, ...process }) => process);
    const appeared = await this.#classify(known);
    if (!this.#stopped) this.#report(this.#families.update(appeared, [], this.#options.clock.wallMs()));
  }

  #scheduleScan(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancelScan = this.#options.clock.setTimer(() => {
      this.#busy = this.#busy.then(() => this.#scan());
    }, delayMs);
  }

  async #scan(): Promise<void> {
    const { ports, clock, scanEveryMs, onObservation, onFailure } = this.#options;
    const startedAtMs = clock.monotonicMs();
    try {
      const result = await ports.processes.scan();
      const appeared = await this.#classify(result.appeared);
      if (this.#stopped) return;
      this.#report(this.#families.update(appeared, result.vanished, clock.wallMs()));
      if (!this.#hasScanned) onObservation({ kind: 'first-scan-done', atMs: clock.wallMs() });
      this.#hasScanned = true;
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) onFailure(error);
      this.#isFailing = true;
    }
    // A slow scan does not make the next one late, only a scan longer than the period does.
    this.#scheduleScan(Math.max(0, scanEveryMs - (clock.monotonicMs() - startedAtMs)));
  }

  async #classify(processes: readonly ProcessInfo[]): Promise<FamilyProcess[]> {
    const { ports, clock } = this.#options;
    const result: FamilyProcess[] = [];
    for (const [index, process] of processes.entries()) {
      if (index % CLASSIFIED_PER_TURN === CLASSIFIED_PER_TURN - 1) await nextTurn();
      const classified = classify(process, ports.own, this.#rules.matcher, ports.processes, clock.wallMs());
      if (classified) result.push(classified);
    }
    return result;
  }

  #settle(): void {
    const { ports, clock } = this.#options;
    this.#report(
      this.#families.settle(
        clock.wallMs(),
        ({ pid, startKey }) => ports.processes.details(pid, startKey) !== undefined,
      ),
    );
  }

  #report(events: readonly FamilyEvent[]): void {
    const { clock, onObservation } = this.#options;
    const atMs = clock.wallMs();
    for (const event of events) {
      const instanceKey = this.keyOf(event.family);
      if (event.kind === 'appeared')
        onObservation({ kind: 'instance-appeared', atMs, instance: this.#instance(event.family) });
      else if (event.kind === 'changed')
        onObservation({
          kind: 'instance-changed',
          atMs,
          instanceKey,
          processCount: event.family.members.size,
        });
      else onObservation({ kind: 'instance-vanished', atMs, instanceKey });
    }
    this.#cancelSettle();
    const settleAtMs = this.#families.nextSettleAtMs();
    if (settleAtMs !== undefined && !this.#stopped)
      this.#cancelSettle = clock.setTimer(() => this.#settle(), Math.max(1, settleAtMs - atMs));
  }

  #instance(family: Family): AppInstance {
    const { root, productId, members } = family;
    return {
      instanceKey: this.keyOf(family),
      productId,
      bootId: this.#options.ports.own.bootId,
      rootPid: root.pid,
      startKey: root.startKey,
      startedAtMs: root.startedAtMs,
      processCount: members.size,
      ancestorPids: this.#families.ancestorPids(root),
      ...(root.exePath !== undefined && { exePath: root.exePath }),
    };
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelScan();
    this.#cancelSettle();
  }
}
