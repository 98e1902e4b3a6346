/** The random schedules over all commands on PostgreSQL: the same events as in memory, one by one. */
import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { emptyDisk, openMemoryStore } from '../../server/stores/memory/memory-store.ts';
import { openPostgresStore } from '../../server/stores/postgres/postgres-store.ts';
import { createDatabase, dropDatabase } from '../support/a-postgres.ts';

import { runSchedule } from '../support/ledger-run.ts';
import { playedScene, scheduleRuns, scheduleSeed } from '../support/ledger-steps.ts';
import type {} from '../support/postgres-setup.ts';

const runs = scheduleRuns(8, 200);

describe('the ledger on PostgreSQL', () => {
  it(`[L82] [L84] records the same events as in memory, ${runs} schedules`, async () => {
    await fc.assert(
      fc.asyncProperty(playedScene, async ([scene, steps]) => {
        const disk = emptyDisk();
        const url = await createDatabase(inject('postgresUrl'));
        const open = () =>
          openPostgresStore({ url, clock: systemClock, group: 'main', onProblem: () => undefined });
        try {
          const inMemory = await runSchedule(scene, steps, async () => openMemoryStore(disk));
          const inDatabase = await runSchedule(scene, steps, open);
          expect(inMemory.wrong).toEqual([]);
          expect(inDatabase).toEqual(inMemory);
        } finally {
          await dropDatabase(url);
        }
      }),
      { numRuns: runs, ...scheduleSeed },
    );
  }, 3_600_000);
});
