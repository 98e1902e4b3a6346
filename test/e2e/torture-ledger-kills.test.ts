/**
 * `kill -9` of the real server process under load, over and over: nothing acknowledged is lost, no seat is granted
 * twice, who waits keeps the place. docs/TORTURE.md. `USHER_TEST_LONG=1` kills 1,000 times (`USHER_TEST_KILLS` says
 * how often); `USHER_TEST_SEED` repeats a script.
 */
import { afterEach, expect, it } from 'vitest';
import { temporaryFolder } from '../support/house.ts';
import { seededRandom } from '../support/house-torture.ts';
import { KillOffice, type Tally } from '../support/kill-office.ts';

const isLong = process.env.USHER_TEST_LONG === '1';
const KILLS = Number(process.env.USHER_TEST_KILLS ?? (isLong ? 1_000 : 12));
const SEED = Number(process.env.USHER_TEST_SEED ?? Math.floor(Math.random() * 1e9));
/** Each office begins with an empty data folder: judging a history takes as long as the history. */
const KILLS_PER_OFFICE = 40;

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

it(
  `[L1] [L18] [L20] [L80] [L82] [L84] [L171] survives ${KILLS} kills of the server (seed ${SEED})`,
  async () => {
    const random = seededRandom(SEED);
    const startedAt = performance.now();
    const tallies: Tally[] = [];
    for (let left = KILLS; left > 0; left -= KILLS_PER_OFFICE) {
      const folder = temporaryFolder('kills');
      const office = new KillOffice(folder.path, random);
      cleanups.push(folder.remove, () => office.close());
      await office.open();
      for (let kill = 1; kill <= Math.min(left, KILLS_PER_OFFICE); kill++) {
        const wrong = await office.cycle();
        expect(wrong, `kill ${KILLS - left + kill}, seed ${SEED}`).toEqual([]);
      }
      tallies.push(office.tally);
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
      if (isLong)
        console.log(`kills: ${Math.min(KILLS, KILLS - left + KILLS_PER_OFFICE)} of ${KILLS}, seed ${SEED}`);
    }
    report(tallies, (performance.now() - startedAt) / 1_000);
    const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
    expect(sum(({ kills }) => kills)).toBe(KILLS);
    // A script in which nothing happened would prove nothing.
    expect(sum(({ killsUnderLoad }) => killsUnderLoad)).toBeGreaterThan(KILLS * 0.8);
    expect(sum(({ acknowledgments }) => acknowledgments)).toBeGreaterThan(KILLS * 3);
    expect(sum(({ archivedThrough }) => archivedThrough)).toBeGreaterThan(KILLS);
  },
  KILLS * 10_000 + 60_000,
);

/** The lines of docs/TORTURE.md. */
function report(tallies: readonly Tally[], seconds: number): void {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const lines = {
    seed: SEED,
    'kills of the server': sum(({ kills }) => kills),
    'of these under load': sum(({ killsUnderLoad }) => killsUnderLoad),
    'data folders': tallies.length,
    seconds: Math.round(seconds),
    'messages acknowledged': sum(({ acknowledgments }) => acknowledgments),
    events: sum(({ events }) => events),
    'events archived while it went on': sum(({ archivedThrough }) => archivedThrough),
    'slowest start, ms': Math.round(Math.max(...tallies.map(({ slowestStartMs }) => slowestStartMs))),
  };
  console.log(
    Object.entries(lines)
      .map(([name, value]) => `| ${name} | ${value} |`)
      .join('\n'),
  );
}
