/** A heap of points in time: what comes next is known without looking at the rest. */

interface Entry<T> {
  readonly atMs: number;
  readonly item: T;
}

export class Deadlines<T> {
  #heap: Entry<T>[] = [];

  clear(): void {
    this.#heap = [];
  }

  add(atMs: number, item: T): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push({ atMs, item });
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (this.#at(parent) <= atMs) break;
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
      const smaller = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (this.#at(smaller) >= last.atMs) return;
      this.#swap(index, smaller);
      index = smaller;
    }
  }

  #at(index: number): number {
    return this.#heap[index]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (!first || !second) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
