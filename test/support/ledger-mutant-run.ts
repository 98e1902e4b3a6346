/** Plays schedules of one seed and ends with code 0 when all rules held, 1 when one was broken. Run by plain Node. */
import fc from 'fast-check';
import { emptyDisk, openMemoryStore } from '../../server/stores/memory/memory-store.ts';
import { runSchedule } from './ledger-run.ts';
import { playedScene } from './ledger-steps.ts';

const [runs = '100', seed = '1'] = process.argv.slice(2);
for (const [scene, steps] of fc.sample(playedScene, { numRuns: Number(runs), seed: Number(seed) })) {
  const disk = emptyDisk();
  const { wrong } = await runSchedule(scene, steps, async () => openMemoryStore(disk));
  const [first] = wrong;
  if (first === undefined) continue;
  process.stdout.write(first);
  process.exit(1);
}
process.exit(0);
