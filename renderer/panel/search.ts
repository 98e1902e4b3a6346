/** Which pools a search finds, and in which order pools are listed. Pure. */
import type { PoolLine, PoolStanding } from '../../shared/pool-line.ts';
import { fitsFilter } from '../kit/table-rows.ts';

/** What concerns me stands above; within a group the order is by name, so that rows do not jump. */
const RANK: Readonly<Record<PoolStanding, number>> = {
  turn: 0,
  queued: 1,
  holding: 2,
  free: 3,
  full: 3,
  unknown: 3,
  none: 3,
};

/** Everything of a pool that a person may look for. */
function wordsOf({ pool }: PoolLine): string {
  const people = [...pool.holders, ...pool.queue].flatMap(({ userName, productName }) => [
    userName,
    productName,
  ]);
  const workstations = pool.holders.map(({ workstationName }) => workstationName);
  return [pool.name, ...people, ...workstations].join('\n');
}

/** Pools that contain every word of `search` somewhere, mine first. */
export function filterPools(lines: readonly PoolLine[], search: string): PoolLine[] {
  return lines
    .filter((line) => fitsFilter(wordsOf(line), search))
    .toSorted(
      (left, right) =>
        RANK[left.standing] - RANK[right.standing] || left.pool.name.localeCompare(right.pool.name),
    );
}
