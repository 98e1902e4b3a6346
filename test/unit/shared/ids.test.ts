/** Ids in the order of time: their form, their order, their chance. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { timeOrderedIds } from '../../../shared/ids.ts';

describe('an id that begins with the time', () => {
  it('is a UUID of version 7', () => {
    const newId = timeOrderedIds(() => 0x0123456789ab, randomUUID);

    expect(newId()).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('comes after all that were made in earlier milliseconds', () => {
    let nowMs = 1_767_600_000_000;
    const newId = timeOrderedIds(() => nowMs++, randomUUID);
    const ids = Array.from({ length: 1_000 }, newId);

    expect(ids.toSorted()).toEqual(ids);
  });

  it('is made once, also within one millisecond and when the clock goes back', () => {
    const times = [5, 5, 5, 3, 3, 5, -1, Number.MAX_SAFE_INTEGER];
    const newId = timeOrderedIds(() => times.shift() ?? 4, randomUUID);
    const ids = Array.from({ length: 2_000 }, newId);

    expect(new Set(ids).size).toBe(2_000);
    for (const id of ids) expect(id).toHaveLength(36);
  });
});
