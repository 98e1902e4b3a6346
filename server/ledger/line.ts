/**
 * Waiting tickets of one product that stand alike, by rank. Kept as a few lanes, each in the order of sequence numbers,
 * so that adding, removing, finding the head and counting who was overtaken cost the same for ten tickets as for a
 * hundred thousand.
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

/**
 * Tickets of one class and number of rises, in the order of their numbers; gone ones leave a hole until swept. Nobody in
 * a lane was overtaken more often than those before them: the head is always the one that is due first.
 */
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
   * Nearly always at the end, with a count of 0.
   * @returns false: overtaken more often than one before it, or less than one behind it; it needs another lane
   */
  insert(ticketId: TicketId, sequence: number, overtaken: number): boolean {
    if (this.size === 0) this.#clear();
    const last = this.#cells.at(-1);
    const index = !last || last.sequence < sequence ? this.#cells.length : this.#firstNotBelow(sequence);
    const marks = overtaken - this.#countAt(index);
    const before = index > this.#start ? this.#cells[index - 1] : undefined;
    if (marks < 0 || (before && before.marks < marks)) return false;
    if (before) before.marks -= marks;
    else this.#marks += marks;
    const cell = { ticketId, sequence, isGone: false, marks };
    this.#byTicket.set(ticketId, cell);
    if (index === this.#cells.length) this.#cells.push(cell);
    else this.#cells.splice(index, 0, cell);
    return true;
  }

  /** How often the ticket was overtaken; 0 for one that is not here. */
  overtakenOf(ticketId: TicketId): number {
    const cell = this.#byTicket.get(ticketId);
    return cell ? this.#countAt(this.#firstNotBelow(cell.sequence)) : 0;
  }

  /** Sum of the marks from this cell on, added up from the nearer end. */
  #countAt(index: number): number {
    let sum = 0;
    if (index - this.#start < this.#cells.length - index) {
      for (let at = this.#start; at < index; at++) sum += this.#cells[at]?.marks ?? 0;
      return this.#marks - sum;
    }
    for (let at = index; at < this.#cells.length; at++) sum += this.#cells[at]?.marks ?? 0;
    return sum;
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
  /** A handful: each ticket is in one of them. */
  #lanes: Lane[] = [];

  get size(): number {
    let size = 0;
    for (const lane of this.#lanes) size += lane.size;
    return size;
  }

  has(ticketId: TicketId): boolean {
    return this.#laneOf(ticketId) !== undefined;
  }

  #laneOf(ticketId: TicketId): Lane | undefined {
    for (const lane of this.#lanes) if (lane.has(ticketId)) return lane;
    return undefined;
  }

  add({ ticketId, sequence, priorityClass, rises, overtaken }: Omit<LineEntry, 'rankClass'>): void {
    const isReturning = sequence < 0;
    for (const lane of this.#lanes) {
      const isAlike = lane.priorityClass === priorityClass && lane.rises === rises;
      if (!isAlike || lane.isReturning !== isReturning) continue;
      if (lane.insert(ticketId, sequence, overtaken)) return;
    }
    const lane = new Lane(priorityClass, rises, isReturning);
    lane.insert(ticketId, sequence, overtaken);
    this.#lanes.push(lane);
  }

  remove(ticketId: TicketId): void {
    const lane = this.#laneOf(ticketId);
    if (!lane) return;
    lane.remove(ticketId);
    if (lane.size === 0 && this.#lanes.length > 1) this.#lanes = this.#lanes.filter((one) => one !== lane);
  }

  /** How often a ticket was overtaken; 0 for one that is not here. Grows with the line, except at its two ends. */
  overtakenOf(ticketId: TicketId): number {
    return this.#laneOf(ticketId)?.overtakenOf(ticketId) ?? 0;
  }

  /** Who goes first; undefined: nobody waits. */
  head(): LineEntry | undefined {
    if (this.#lanes.length === 1) return this.#lanes[0]?.head();
    let first: LineEntry | undefined;
    for (const lane of this.#lanes) {
      const head = lane.head();
      if (head && (!first || compareRank(head, first) < 0)) first = head;
    }
    return first;
  }

  /** Somebody with this number was served: all with a lower one were overtaken. */
  countServed(sequence: number): void {
    for (const lane of this.#lanes) if (mayRise(lane)) lane.countServed(sequence);
  }

  /** The first ticket that was overtaken `limit` times or more and may still rise; undefined: none. */
  due(limit: number): LineEntry | undefined {
    let first: LineEntry | undefined;
    for (const lane of this.#lanes) {
      const head = mayRise(lane) ? lane.head() : undefined;
      if (head && head.overtaken >= limit && (!first || compareRank(head, first) < 0)) first = head;
    }
    return first;
  }

  /** All by rank. For views and snapshots: grows with the line. */
  entries(): LineEntry[] {
    return this.#lanes.flatMap((lane) => [...lane.entries()]).sort(compareRank);
  }
}

/** At class 0 a ticket rises once more, which no longer changes its class but makes it insist. */
function mayRise(lane: Lane): boolean {
  return lane.rises === 0 || lane.rankClass > 0;
}
