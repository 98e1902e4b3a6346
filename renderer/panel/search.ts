/** Which pools a search finds, and in which order pools are listed. Pure. */
import type { PoolLine, PoolStanding } from '../../shared/pool-line.ts';

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

/** Lower case without accents, so that "jose" finds "José". */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Everything of a pool that a person may look for. */
function wordsOf({ pool }: PoolLine): string {
  const people = [...pool.holders, ...pool.queue].flatMap(({ userName, productName }) => [
    userName,
    productName,
  ]);
  const workstations = pool.holders.map(({ workstationName }) => workstationName);
  return fold([pool.name, ...people, ...workstations].join('\n'));
}

/** Pools that contain every word of `search` somewhere, mine first. */
export function filterPools(lines: readonly PoolLine[], search: string): PoolLine[] {
  const words = fold(search).split(/\s+/).filter(Boolean);
  return lines
    .filter((line) => {
      const text = words.length > 0 ? wordsOf(line) : '';
      return words.every((word) => text.includes(word));
    })
    .toSorted(
      (left, right) =>
        RANK[left.standing] - RANK[right.standing] || left.pool.name.localeCompare(right.pool.name),
    );
}
