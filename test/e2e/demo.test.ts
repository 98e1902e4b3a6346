import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { eventually, kill9, temporaryFolder } from '../support/house.ts';
import {
  askUsher,
  clearAway,
  isRunning,
  type RunningUsher,
  readLock,
  slowness,
  startUsher,
} from '../support/run-usher.ts';

interface Pool {
  readonly poolId: string;
  readonly seats: { readonly capacity: number; readonly inUse: number };
  readonly holders: readonly {
    readonly seat: string;
    readonly simulated: boolean;
    readonly userName: string;
  }[];
  readonly queue: readonly { readonly simulated: boolean; readonly offeredUntilMs: number | null }[];
}

describe.runIf(process.platform === 'linux')('usher start --demo', () => {
  const folder = temporaryFolder('demo');
  const home = join(folder.path, 'home');
  const temporary = join(folder.path, 'tmp');
  mkdirSync(home);
  mkdirSync(temporary);
  const env = { HOME: home, TMPDIR: temporary };
  const started: RunningUsher[] = [];

  const startDemo = () => {
    const demo = startUsher(['start', '--demo', '--no-open', '--port', '0'], { env });
    started.push(demo);
    return demo;
  };
  const dataDirOf = async (demo: RunningUsher) =>
    (await demo.says(/everything is kept in (\S+) and removed at the end/))[1] ?? '';

  afterEach(() => clearAway(...started.splice(0)));
  afterAll(() => folder.remove());

  it('shows a contended pool, a queue, offers and denials within a minute, all of it marked as simulated', async () => {
    const demo = startDemo();
    const dataDir = await dataDirOf(demo);
    await demo.says(/40 simulated colleagues work on 12 pools/, 30_000);
    const token = /usha_\S+/.exec(demo.stdout())?.[0] ?? '';
    const { serverUrl } = readLock(dataDir);
    const rest = async (path: string) => {
      const response = await fetch(`${serverUrl}/api/v1${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return (await response.json()) as { items: Record<string, unknown>[] };
    };
    const seen = { contended: false, queue: false, offer: false };

    await eventually(
      'a contended pool, a queue and an offer',
      async () => {
        const pools: Pool[] = (await askUsher(['who', '--data', dataDir], { env })).json.pools;
        expect(pools).toHaveLength(12);
        seen.contended ||= pools.some(({ seats, holders }) => holders.length > seats.capacity);
        seen.queue ||= pools.some(({ queue }) => queue.length > 1);
        seen.offer ||= pools.some(({ queue }) => queue.some(({ offeredUntilMs }) => offeredUntilMs !== null));
        for (const { holders, queue } of pools)
          expect([...holders, ...queue].filter(({ simulated }) => !simulated)).toEqual([]);
        return Object.values(seen).every(Boolean);
      },
      60_000,
    );

    expect((await rest('/denials')).items.length).toBeGreaterThan(0);
    const workstations = (await rest('/workstations?limit=1000')).items;
    expect(workstations.filter(({ simulated }) => simulated === true)).toHaveLength(40);
    expect(workstations.filter(({ simulated }) => simulated === false)).toHaveLength(1);
    expect(
      (await askUsher(['who', 'autocad', '--data', dataDir], { env })).json.pools[0].holders[0].simulated,
    ).toBe(true);

    const { children } = readLock(dataDir);
    const limitMs = 2_000 * (await slowness({ env }));
    const { end, tookMs } = await demo.stop();
    expect(end.code).toBe(0);
    expect(tookMs).toBeLessThan(limitMs);
    expect(children.filter(({ pid }) => isRunning(pid))).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
    // Nothing of the demo went where this account's own data lies.
    expect(existsSync(join(home, '.local'))).toBe(false);
  });

  it('removes at the next start what a killed demo left behind', async () => {
    const killed = startDemo();
    const dataDir = await dataDirOf(killed);
    await eventually(
      'its processes',
      () => existsSync(join(dataDir, 'run', 'start.lock')) && readLock(dataDir).children.length > 0,
    );
    const { children } = readLock(dataDir);
    await kill9(killed.child);
    await eventually('its processes notice', () => !children.some(({ pid }) => isRunning(pid)));
    expect(existsSync(dataDir)).toBe(true);

    const usher = startUsher(['start', '--data', join(folder.path, 'data'), '--no-open', '--port', '0'], {
      env,
    });
    started.push(usher);
    await usher.says(/Removed what a killed demo left behind/);

    expect(existsSync(dataDir)).toBe(false);
    await usher.stop();
    rmSync(join(folder.path, 'data'), { recursive: true, force: true });
  });

  it('does not take --data, which it would not keep', async () => {
    const demo = startUsher(['start', '--demo', '--data', folder.path], { env });
    started.push(demo);

    expect(await demo.ended).toMatchObject({ code: 2 });
  });
});
