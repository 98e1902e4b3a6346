/**
 * Which processes are one application? Pure bookkeeping over the own account's processes: they come, become another
 * program, and go; instances of products appear, change and vanish. Nothing here reads a process or a clock.
 *
 * - A `main` process founds an instance or joins one: by the product's rule one instance per login session, or one per
 *   root (a main process below another one of the same product is no root).
 * - Whatever descends from a member is a member too, and stays one when its parent ends and init adopts it.
 * - Launchers above the root belong to it; helpers and what they start belong to nothing.
 * - An instance lives as long as one of its main processes. A successor that is there in the same scan continues it.
 */
import type { Product } from '../../../shared/catalog.ts';
import type { ProcessMatch } from './process-match.ts';

export type SessionPer = Product['sessionPer'];

export interface FamilyProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly startKey: string;
  readonly name: string;
  readonly startedAtMs: number;
  readonly exePath?: string;
  readonly match?: Pick<ProcessMatch, 'productId' | 'role'>;
}

/** One application. `root` names it and may have ended meanwhile. */
export interface Family {
  readonly productId: string;
  readonly root: FamilyProcess;
  readonly members: ReadonlyMap<number, FamilyProcess>;
}

export type FamilyEvent =
  | { readonly kind: 'appeared'; readonly family: Family }
  | { readonly kind: 'changed'; readonly family: Family }
  | { readonly kind: 'vanished'; readonly family: Family };

/**
 * A second process of a product with single-instance launchers lives some 100 ms: it hands its file over and ends.
 * So where the same program runs already, a new root counts from this age on.
 */
export const SETTLED_AFTER_MS = 300;
const DEEPEST_TREE = 64;

interface MutableFamily extends Family {
  readonly members: Map<number, FamilyProcess>;
  count: number;
}

export class ProcessFamilies {
  readonly #sessionPer: (productId: string) => SessionPer;
  readonly #processes = new Map<number, FamilyProcess>();
  readonly #familyOf = new Map<number, MutableFamily>();
  readonly #families = new Set<MutableFamily>();
  readonly #unsettled = new Map<number, FamilyProcess>();

  constructor(sessionPer: (productId: string) => SessionPer) {
    this.#sessionPer = sessionPer;
  }

  families(): Iterable<Family> {
    return this.#families;
  }

  processes(): Iterable<FamilyProcess> {
    return this.#processes.values();
  }

  /** The process that has this pid now, if it is known here. */
  process(pid: number): FamilyProcess | undefined {
    return this.#processes.get(pid);
  }

  /** The own account's processes above this one, nearest first. */
  ancestorPids(process: FamilyProcess): readonly number[] {
    const pids: number[] = [];
    for (
      let parent = this.#parentOf(process);
      parent && pids.length < DEEPEST_TREE;
      parent = this.#parentOf(parent)
    )
      pids.push(parent.pid);
    return pids;
  }

  /** Solvers of a product that left the tree of the application that started them. */
  strayWorkers(productId: string): readonly FamilyProcess[] {
    return [...this.#processes.values()].filter(
      ({ pid, match }) =>
        match?.role === 'worker' && match.productId === productId && !this.#familyOf.has(pid),
    );
  }

  /** When `settle` should be called at the latest; undefined: nothing waits. */
  nextSettleAtMs(): number | undefined {
    const starts = [...this.#unsettled.values()].map(({ startedAtMs }) => startedAtMs);
    return starts.length === 0 ? undefined : Math.min(...starts) + SETTLED_AFTER_MS;
  }

  /** What one scan saw. Appearing comes first, so that a successor continues its predecessor's instance. */
  update(
    appeared: readonly FamilyProcess[],
    vanished: readonly { readonly pid: number; readonly startKey: string }[],
    nowMs: number,
  ): readonly FamilyEvent[] {
    const before = new Set(this.#families);
    for (const process of appeared) this.#put(process);
    const mains = appeared.filter(({ match }) => match?.role === 'main').sort(oldestFirst);
    for (const main of mains) this.#placeMain(main, nowMs);
    for (const process of appeared) this.#placeOther(process);
    for (const { pid, startKey } of vanished)
      if (this.#processes.get(pid)?.startKey === startKey) this.#remove(pid);
    return this.#eventsSince(before);
  }

  /** Founds the instances of those that have lived long enough. @param isAlive asked once for each of them */
  settle(nowMs: number, isAlive: (process: FamilyProcess) => boolean): readonly FamilyEvent[] {
    const before = new Set(this.#families);
    for (const process of [...this.#unsettled.values()].sort(oldestFirst)) {
      if (nowMs - process.startedAtMs < SETTLED_AFTER_MS) continue;
      this.#unsettled.delete(process.pid);
      if (isAlive(process)) this.#found(process);
    }
    return this.#eventsSince(before);
  }

  #put(process: FamilyProcess): void {
    const before = this.#processes.get(process.pid);
    const isSame = before?.startKey === process.startKey;
    if (before && !isSame) this.#remove(before.pid);
    this.#processes.set(process.pid, process);
    this.#unsettled.delete(process.pid); // It waits again if it still has to.
    const family = isSame ? this.#familyOf.get(process.pid) : undefined;
    if (!family) return;
    if (isMatchedAs(before?.match, process.match)) family.members.set(process.pid, process);
    else this.#leave(process.pid); // It became another program in place.
  }

  #placeMain(process: FamilyProcess, nowMs: number): void {
    const productId = process.match?.productId;
    if (productId === undefined || this.#familyOf.has(process.pid)) return;
    const siblings = [...this.#families].filter((family) => family.productId === productId);
    if (this.#sessionPer(productId) === 'login-session') {
      const [only] = siblings;
      if (only) this.#join(only, process);
      else this.#found(process);
      return;
    }
    const above = this.#familyAbove(process, productId);
    if (above) this.#join(above, process);
    else if (
      nowMs - process.startedAtMs < SETTLED_AFTER_MS &&
      siblings.some(({ root }) => isSameProgram(root, process))
    )
      this.#unsettled.set(process.pid, process);
    else this.#found(process);
  }

  #placeOther(process: FamilyProcess): void {
    const role = process.match?.role;
    if (role === 'main' || role === 'helper' || this.#familyOf.has(process.pid)) return;
    const above = this.#familyAbove(process);
    if (above) this.#join(above, process);
  }

  #found(root: FamilyProcess): void {
    const productId = root.match?.productId;
    if (productId === undefined) return;
    const family: MutableFamily = { productId, root, members: new Map(), count: 0 };
    this.#families.add(family);
    this.#join(family, root);
    for (const launcher of this.#launchersAbove(root)) this.#join(family, launcher);
    // Children that were seen before their parent became the application.
    for (const process of this.#processes.values()) this.#placeOther(process);
  }

  #join(family: MutableFamily, process: FamilyProcess): void {
    family.members.set(process.pid, process);
    this.#familyOf.set(process.pid, family);
  }

  #remove(pid: number): void {
    this.#processes.delete(pid);
    this.#unsettled.delete(pid);
    this.#leave(pid);
  }

  #leave(pid: number): void {
    const family = this.#familyOf.get(pid);
    if (!family) return;
    this.#familyOf.delete(pid);
    family.members.delete(pid);
    if ([...family.members.values()].some(({ match }) => match?.role === 'main')) return;
    this.#families.delete(family);
    for (const member of family.members.keys()) this.#familyOf.delete(member);
  }

  /** The instance that the nearest ancestor belongs to. Helpers and main processes that found their own end the search. */
  #familyAbove(process: FamilyProcess, productId?: string): MutableFamily | undefined {
    let child = process;
    for (let depth = 0; depth < DEEPEST_TREE; depth++) {
      const parent = this.#parentOf(child);
      if (!parent || parent.match?.role === 'helper') return undefined;
      const family = this.#familyOf.get(parent.pid);
      if (family) return productId === undefined || family.productId === productId ? family : undefined;
      if (parent.match?.role === 'main') return undefined; // It founds an instance of its own, now or when it settled.
      child = parent;
    }
    return undefined;
  }

  *#launchersAbove(root: FamilyProcess): Iterable<FamilyProcess> {
    let parent = this.#parentOf(root);
    while (
      parent?.match?.role === 'launcher' &&
      parent.match.productId === root.match?.productId &&
      !this.#familyOf.has(parent.pid)
    ) {
      yield parent;
      parent = this.#parentOf(parent);
    }
  }

  /** A process that started after its child is not the parent: it got the parent's pid later. Start keys are numbers, or unknown. */
  #parentOf(child: FamilyProcess): FamilyProcess | undefined {
    const parent = this.#processes.get(child.ppid);
    return parent && !(Number(parent.startKey) > Number(child.startKey)) ? parent : undefined;
  }

  #eventsSince(before: ReadonlySet<MutableFamily>): readonly FamilyEvent[] {
    const events: FamilyEvent[] = [];
    for (const family of before) if (!this.#families.has(family)) events.push({ kind: 'vanished', family });
    for (const family of this.#families) {
      if (!before.has(family)) events.push({ kind: 'appeared', family });
      else if (family.count !== family.members.size) events.push({ kind: 'changed', family });
      family.count = family.members.size;
    }
    return events;
  }
}

function oldestFirst(a: FamilyProcess, b: FamilyProcess): number {
  return a.startedAtMs - b.startedAtMs || a.pid - b.pid;
}

function isMatchedAs(a: FamilyProcess['match'], b: FamilyProcess['match']): boolean {
  return a?.productId === b?.productId && a?.role === b?.role;
}

function isSameProgram(a: FamilyProcess, b: FamilyProcess): boolean {
  return a.exePath === undefined || b.exePath === undefined || a.exePath === b.exePath;
}
