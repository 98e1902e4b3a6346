/**
 * Power loss: every change that a real writer makes to its files is recorded together with its acknowledgments; after
 * any prefix, with what was not synced dropped, kept, torn or out of order, nothing acknowledged is lost. docs/TORTURE.md.
 * `USHER_TEST_LONG=1` makes an image after every change; `USHER_TEST_SEED` repeats a run.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultControl, faultEnvironment, missingForFaults } from '../support/fault-disk.ts';
import { type Recorded, readRecording, tooEarlyAcknowledgments } from '../support/fault-recording.ts';
import type { Acknowledgment, WriterOrders } from '../support/fault-writer.ts';
import { seededRandom } from '../support/house-torture.ts';
import { judgeImage } from '../support/power-audit.ts';
import { type Luck, PowerlessDisk } from '../support/power-loss.ts';

const WRITER = fileURLToPath(new URL('../support/fault-writer.ts', import.meta.url));
const isLong = process.env.USHER_TEST_LONG === '1';
const SEED = Number(process.env.USHER_TEST_SEED ?? Math.floor(Math.random() * 1e9));
const SHORT_IMAGES = 100;
const missing = missingForFaults();

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'usher-power-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function record(orders: Omit<WriterOrders, 'dir' | 'controlPath'>, isFailing = false): Recorded[] {
  const work = join(dir, 'work');
  mkdirSync(work);
  const controlPath = isFailing ? join(dir, 'control') : null;
  if (controlPath !== null) new FaultControl(controlPath).close();
  const recordPath = join(dir, 'recording');
  const env = faultEnvironment({ dir: work, recordPath, ...(controlPath === null ? {} : { controlPath }) });
  const ran = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', WRITER, JSON.stringify({ ...orders, dir: work, controlPath })],
    { env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 1e9 },
  );
  expect(ran.status, ran.stderr).toBe(0);
  return readRecording(recordPath);
}

const acknowledgmentsIn = (text: string): Acknowledgment[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Acknowledgment);

/** Makes images after the given numbers of changes and says what is wrong with any of them. */
async function judgeImages(
  recorded: readonly Recorded[],
  isDue: (index: number) => boolean,
  luckAt: (random: () => number) => Luck,
): Promise<{ images: number; wrong: string[] }> {
  const random = seededRandom(SEED);
  const disk = new PowerlessDisk(join(dir, 'work'), random);
  const acknowledged: Acknowledgment[] = [];
  const wrong: string[] = [];
  let images = 0;
  for (const [index, entry] of recorded.entries()) {
    disk.apply(entry);
    if (entry.op === 'ack') acknowledged.push(...acknowledgmentsIn(entry.text));
    if (!isDue(index) || wrong.length > 5) continue;
    const image = join(dir, `image-${index}`);
    mkdirSync(image);
    const luck = luckAt(random);
    disk.image(image, luck);
    images += 1;
    const found = await judgeImage(image, acknowledged).catch((error: unknown) => [String(error)]);
    wrong.push(...found.map((sentence) => `after change ${index} (${luck}): ${sentence}`));
    rmSync(image, { recursive: true });
  }
  return { images, wrong };
}

const anyLuck = (random: () => number): Luck =>
  (['none', 'all', 'some', 'some'] as const)[Math.floor(random() * 4)] ?? 'some';

describe.skipIf(missing !== null)(`the power goes (seed ${SEED})`, () => {
  const work = { seed: SEED, lives: 4, roundsPerLife: isLong ? 60 : 25, callers: 3 };

  it('[L82] [L170] every acknowledgment comes after the sync of what it acknowledges', () => {
    const recorded = record({ seed: SEED, lives: 2, roundsPerLife: 20, callers: 1 });

    expect(recorded.filter(({ op }) => op === 'ack').length).toBe(40);
    expect(tooEarlyAcknowledgments(recorded)).toEqual([]);
    // The check itself sees a missing sync.
    const lazy = recorded.filter(({ op }, index) => op !== 'sync' || index % 2 === 0);
    expect(tooEarlyAcknowledgments(lazy).length).toBeGreaterThan(5);
  });

  it('[L83] [L84] [L170] [L171] nothing acknowledged is lost, whatever of the rest is there', async () => {
    const recorded = record(work);
    const every = isLong ? 1 : Math.max(1, Math.floor(recorded.length / SHORT_IMAGES));

    const { images, wrong } = await judgeImages(recorded, (index) => index % every === SEED % every, anyLuck);

    expect(wrong, `seed ${SEED}`).toEqual([]);
    expect(images).toBeGreaterThanOrEqual(SHORT_IMAGES);
    console.log(`power loss: seed ${SEED}, ${recorded.length} changes, ${images} images`);
  }, 3_600_000);

  it('[L170] not even where syncs fail now and then and what they left behind never reaches the disk', async () => {
    const recorded = record(work, true);
    expect(recorded.filter(({ op }) => op === 'failed-sync').length).toBeGreaterThan(2);
    const every = isLong ? 1 : Math.max(1, Math.floor((2 * recorded.length) / SHORT_IMAGES));

    const { images, wrong } = await judgeImages(recorded, (index) => index % every === SEED % every, anyLuck);

    expect(wrong, `seed ${SEED}`).toEqual([]);
    console.log(`power loss and failing syncs: seed ${SEED}, ${recorded.length} changes, ${images} images`);
  }, 3_600_000);

  it('the judge sees it when syncs are left out', async () => {
    const recorded = record({ seed: SEED, lives: 1, roundsPerLife: 15, callers: 2 });
    const lazy = recorded.filter((entry) => entry.op !== 'sync' || !entry.path.endsWith('-wal'));

    const { wrong } = await judgeImages(
      lazy,
      (index) => lazy[index]?.op === 'ack' && index % 3 === 0,
      () => 'none',
    );

    expect(wrong.length).toBeGreaterThan(0);
  });
});

it.skipIf(missing === null)(`is not tried here: ${missing}`, () => {
  expect(process.env.CI).not.toBe('true');
});
