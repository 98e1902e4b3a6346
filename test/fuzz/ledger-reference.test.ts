/**
 * Random schedules over all commands, watched by a naive reference of the rules: 300, in the long form 10,000. A failure
 * prints its seed and path; USHER_FUZZ_RUNS, USHER_FUZZ_SEED and USHER_FUZZ_PATH repeat it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyDisk, openMemoryStore } from '../../server/stores/memory/memory-store.ts';
import { openSqliteStore } from '../../server/stores/sqlite/sqlite-store.ts';
import { runSchedule } from '../support/ledger-run.ts';
import { playedScene, scheduleRuns, scheduleSeed } from '../support/ledger-steps.ts';

const runs = scheduleRuns(300, 10_000);
/** So many of them also on SQLite: each opens a database on a disk. */
const runsOnDisk = scheduleRuns(10, 300);

describe('the ledger and the reference of its rules', () => {
  it(`[L1] [L5] [L6] [L18] [L20] [L22] [L30] [L31] [L84] [L122] [L123] [L124] agree over ${runs} schedules`, async () => {
    await fc.assert(
      fc.asyncProperty(playedScene, async ([scene, steps]) => {
        const disk = emptyDisk();
        const { wrong } = await runSchedule(scene, steps, async () => openMemoryStore(disk));
        expect(wrong).toEqual([]);
      }),
      { numRuns: runs, ...scheduleSeed },
    );
  }, 3_600_000);

  it(`[L82] [L84] the same schedules give the same events on SQLite, ${runsOnDisk} of them`, async () => {
    await fc.assert(
      fc.asyncProperty(playedScene, async ([scene, steps]) => {
        const disk = emptyDisk();
        const dir = mkdtempSync(join(tmpdir(), 'usher-schedule-'));
        try {
          const inMemory = await runSchedule(scene, steps, async () => openMemoryStore(disk));
          const onDisk = await runSchedule(scene, steps, () =>
            openSqliteStore({ file: join(dir, 'usher.db') }),
          );
          expect(onDisk).toEqual(inMemory);
        } finally {
          rmSync(dir, { recursive: true });
        }
      }),
      { numRuns: runsOnDisk, ...scheduleSeed },
    );
  }, 3_600_000);
});
