/**
 * One product's waiting tickets by rank. Kept as a few lanes, each in the order of sequence numbers, so that adding,
 * removing, finding the head and counting who was overtaken cost the same for ten tickets as for a hundred thousand.
 */
import type { PriorityClass, TicketId } from '../../shared/domain.ts';

/** A ticket's place among all: the lower class goes first, then the lower sequence. */
export interface Rank {
  readonly rankClass: PriorityClass;
  readonly sequence: number;
}

/** Negative when `a` goes before `b`. */
export function compareRank(a: Rank, b: Rank): number {
  return a.rankClass - b.rankClass || a.sequence - b.sequence;
}

export interface LineEntry extends Rank {
  readonly ticketId: TicketId;
  /** Class it entered with; together with `rises` it names the lane. */
  readonly priorityClass: PriorityClass;
  readonly rises: number;
  /** Younger tickets that were served before it since it entered this class. */
  readonly overtaken: number;
}

interface Cell {
  readonly ticketId: TicketId;
  readonly sequence: number;
  isGone: boolean;
  /** Counts for this cell and every cell before it: how many younger ones were served. */
  marks: number;
}

/** Tickets of one class and number of rises, in the order of their numbers; gone ones leave a hole until swept. */
class Lane {
  readonly priorityClass: PriorityClass;
  readonly rises: number;
  readonly isReturning: boolean;
  #cells: Cell[] = [];
  #byTicket = new Map<TicketId, Cell>();
  #start = 0;
  /** Sum of the marks from #start on: what the head counts. */
  #marks = 0;

  constructor(priorityClass: PriorityClass, rises: number, isReturning: boolean) {
    this.priorityClass = priorityClass;
    this.rises = rises;
    this.isReturning = isReturning;
  }

  get size(): number {
    return this.#byTicket.size;
  }

  get rankClass(): PriorityClass {
    return Math.max(0, this.priorityClass - this.rises);
  }

  head(): LineEntry | undefined {
    const cell = this.#cells[this.#start];
    return cell && this.#entry(cell, this.#marks);
  }

  /**
   * Nearly always at the end. A ticket that comes back with its old number goes where it stood and counts like the
   * one behind it. `overtaken` is not 0 only when a snapshot is restored, in order.
   */
  insert(ticketId: TicketId, sequence: number, overtaken: number): void {
    if (this.size === 0) this.#clear();
    const cell = { ticketId, sequence, isGone: false, marks: overtaken };
    this.#byTicket.set(ticketId, cell);
    const last = this.#cells.at(-1);
    if (!last) this.#marks = overtaken;
    else if (last.sequence < sequence) last.marks -= overtaken;
    else {
      this.#cells.splice(this.#firstNotBelow(sequence), 0, cell);
      return;
    }
    this.#cells.push(cell);
  }

  remove(ticketId: TicketId): boolean {
    const cell = this.#byTicket.get(ticketId);
    if (!cell) return false;
    this.#byTicket.delete(ticketId);
    cell.isGone = true;
    while (this.#cells[this.#start]?.isGone) {
      this.#marks -= this.#cells[this.#start]?.marks ?? 0;
      this.#start += 1;
    }
    if (this.#cells.length > 64 && this.size * 2 < this.#cells.length) this.#sweep();
    return true;
  }

  has(ticketId: TicketId): boolean {
    return this.#byTicket.has(ticketId);
  }

  /** Everybody with a lower number than `sequence` was overtaken once. */
  countServed(sequence: number): void {
    const index = this.#firstNotBelow(sequence) - 1;
    const cell = this.#cells[index];
    if (!cell || index < this.#start) return;
    cell.marks += 1;
    this.#marks += 1;
  }

  #firstNotBelow(sequence: number): number {
    let low = this.#start;
    let high = this.#cells.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#cells[middle]?.sequence ?? Number.POSITIVE_INFINITY) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  *entries(): Generator<LineEntry> {
    let overtaken = this.#marks;
    for (let index = this.#start; index < this.#cells.length; index++) {
      const cell = this.#cells[index];
      if (!cell) continue;
      if (!cell.isGone) yield this.#entry(cell, overtaken);
      overtaken -= cell.marks;
    }
  }

  #entry(cell: Cell, overtaken: number): LineEntry {
    const { priorityClass, rises, rankClass } = this;
    return { ticketId: cell.ticketId, sequence: cell.sequence, priorityClass, rises, rankClass, overtaken };
  }

  #clear(): void {
    this.#cells = [];
    this.#start = 0;
    this.#marks = 0;
  }

  /** Drops the holes; a hole's marks go to the cell before it, for which they count just as well. */
  #sweep(): void {
    const kept: Cell[] = [];
    for (let index = this.#start; index < this.#cells.length; index++) {
      const cell = this.#cells[index];
      const last = kept.at(-1);
      if (!cell) continue;
      if (!cell.isGone) kept.push(cell);
      else if (last) last.marks += cell.marks;
    }
    this.#cells = kept;
    this.#start = 0;
  }
}

export class Line {
  readonly #lanes = new Map<string, Lane>();
  readonly #laneOf = new Map<TicketId, Lane>();

  get size(): number {
    return this.#laneOf.size;
  }

  has(ticketId: TicketId): boolean {
    return this.#laneOf.has(ticketId);
  }

  add(entry: Omit<LineEntry, 'rankClass'>): void {
    const isReturning = entry.sequence < 0;
    const key = `${entry.priorityClass}/${entry.rises}/${isReturning}`;
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = new Lane(entry.priorityClass, entry.rises, isReturning);
      this.#lanes.set(key, lane);
    }
    lane.insert(entry.ticketId, entry.sequence, entry.overtaken);
    this.#laneOf.set(entry.ticketId, lane);
  }

  remove(ticketId: TicketId): void {
    const lane = this.#laneOf.get(ticketId);
    if (!lane) return;
    this.#laneOf.delete(ticketId);
    lane.remove(ticketId);
    if (lane.size > 0) return;
    for (const [key, other] of this.#lanes) if (other === lane) this.#lanes.delete(key);
  }

  /** Who goes first; undefined: nobody waits. */
  head(): LineEntry | undefined {
    let first: LineEntry | undefined;
    for (const lane of this.#lanes.values()) {
      const head = lane.head();
      if (head && (!first || compareRank(head, first) < 0)) first = head;
    }
    return first;
  }

  /** Somebody with this number was served: all with a lower one were overtaken. */
  countServed(sequence: number): void {
    for (const lane of this.#lanes.values()) if (mayRise(lane)) lane.countServed(sequence);
  }

  /** A ticket that was overtaken `limit` times or more and may still rise; undefined: none. */
  due(limit: number): LineEntry | undefined {
    for (const lane of this.#lanes.values()) {
      const head = mayRise(lane) ? lane.head() : undefined;
      if (head && head.overtaken >= limit) return head;
    }
    return undefined;
  }

  /** All by rank. For views and snapshots: grows with the line. */
  entries(): LineEntry[] {
    return [...this.#lanes.values()].flatMap((lane) => [...lane.entries()]).sort(compareRank);
  }
}

/** At class 0 a ticket rises once more, which no longer changes its class but makes it insist. */
function mayRise(lane: Lane): boolean {
  return lane.rises === 0 || lane.rankClass > 0;
}
