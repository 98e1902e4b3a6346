/** A heap of points in time: what comes next is known without looking at the rest. Of two equal ones the first added comes first. */

interface Entry<T> {
  readonly atMs: number;
  readonly order: number;
  readonly item: T;
}

export class Deadlines<T> {
  #heap: Entry<T>[] = [];
  #added = 0;

  get size(): number {
    return this.#heap.length;
  }

  clear(): void {
    this.#heap = [];
  }

  /** Takes out what is no longer of interest. Grows with all that is here. */
  keepOnly(isWanted: (item: T) => boolean): void {
    // A sorted list is a heap.
    this.#heap = this.#heap
      .filter(({ item }) => isWanted(item))
      .sort((a, b) => a.atMs - b.atMs || a.order - b.order);
  }

  /** @param order decides between equal times; what was added later comes later unless it says otherwise */
  add(atMs: number, item: T, order: number = this.#added++): void {
    const heap = this.#heap;
    let index = heap.length;
    const entry = { atMs, order, item };
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (!isBefore(entry, heap[parent])) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** null: nothing is to come. */
  nextAtMs(): number | null {
    return this.#heap[0]?.atMs ?? null;
  }

  /** Takes out everything up to and including `nowMs`, earliest first. */
  takeDue(nowMs: number): T[] {
    const due: T[] = [];
    for (let first = this.#heap[0]; first && first.atMs <= nowMs; first = this.#heap[0]) {
      due.push(first.item);
      this.#removeFirst();
    }
    return due;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const smaller = isBefore(this.#heap[left + 1], this.#heap[left]) ? left + 1 : left;
      if (!isBefore(this.#heap[smaller], last)) return;
      this.#swap(index, smaller);
      index = smaller;
    }
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (!first || !second) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}

function isBefore<T>(a: Entry<T> | undefined, b: Entry<T> | undefined): boolean {
  if (!a || !b) return a !== undefined;
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
