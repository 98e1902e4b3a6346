import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, kill9, temporaryFolder } from '../support/house.ts';
import {
  askUsher,
  clearAway,
  isRunning,
  type RunningUsher,
  readLock,
  runUsher,
  startUsher,
} from '../support/run-usher.ts';

describe.runIf(process.platform === 'linux')('usher wait', () => {
  const folder = temporaryFolder('wait');
  const dataDir = join(folder.path, 'data');
  let house: RunningUsher;
  const waiting: RunningUsher[] = [];

  const wait = (product: string, ...rest: string[]) => {
    const usher = startUsher(['wait', '--data', dataDir, product, ...rest], { env: { HOME: folder.path } });
    waiting.push(usher);
    return usher;
  };
  const ask = (...args: string[]) => askUsher([...args, '--data', dataDir], { env: { HOME: folder.path } });
  const holders = async (product: string) => (await ask('who', product)).json.pools[0].holders;
  const queue = async (product: string) => (await ask('who', product)).json.pools[0].queue;
  const isFree = (product: string) =>
    eventually(`the ${product} seat is free`, async () => (await holders(product)).length === 0);

  beforeAll(async () => {
    house = startUsher(['start', '--data', dataDir, '--no-open', '--port', '0'], {
      env: { HOME: folder.path },
    });
    await house.says(/^Console/m);
    for (const product of ['freecad', 'gimp', 'inkscape', 'blender', 'librecad', 'qgis'])
      await ask('pool', 'set', product, '1');
  });
  afterEach(() => clearAway(...waiting.splice(0)));
  afterAll(async () => {
    await clearAway(house);
    folder.remove();
  });

  it('returns the exit code of the command and holds the seat exactly as long', async () => {
    const running = wait('freecad', '--', 'sh', '-c', 'echo started; read line; exit 7');
    await running.says(/^started$/m);
    // stdin is no terminal here: the command reads its end and goes on.
    const end = await running.ended;

    expect(end.code).toBe(7);
    expect(end.stdout).toBe('started\n');
    expect(await holders('freecad')).toEqual([]);
  });

  it.each([
    [['sh', '-c', 'kill -TERM $$'], 143],
    [['sh', '-c', 'kill -KILL $$'], 137],
    [['no-such-command'], 127],
    [['/etc/passwd'], 126],
    [['true'], 0],
  ])('%j ends with %i', async (command, code) => {
    const end = await wait('gimp', '--', ...command).ended;

    expect(end.code).toBe(code);
    expect(await holders('gimp')).toEqual([]);
  });

  it('gives a waiting one the seat when the one before it ends', async () => {
    const first = wait('inkscape', '--', 'sleep', '600');
    await first.says(/you have a seat/);
    const second = wait('inkscape', '--', 'true');
    await second.says(/you are 1st in the queue/);

    first.child.kill('SIGTERM');

    expect((await first.ended).code).toBe(143);
    expect((await second.ended).code).toBe(0);
    expect(second.stderr()).toMatch(/it is your turn[\s\S]*you have a seat/);
  });

  it('gives the seat back when usher itself is killed', async () => {
    const holder = wait('blender', '--', 'sleep', '611');
    await holder.says(/you have a seat/);
    expect(await holders('blender')).toMatchObject([{ seat: 'held' }]);
    const [command] = childrenOf(holder.pid);

    await kill9(holder.child);

    await isFree('blender');
    if (command !== undefined) process.kill(command, 'SIGKILL');
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR1'] as const)(
    'passes %s on to the command',
    async (signal) => {
      const running = wait(
        'librecad',
        '--',
        'sh',
        '-c',
        `trap 'echo got it; exit 3' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`,
      );
      await running.says(/^ready$/m);

      running.child.kill(signal);
      const end = await running.ended;

      expect(end).toMatchObject({ code: 3 });
      expect(end.stdout).toContain('got it');
    },
  );

  it('leaves the queue when it is stopped before its turn, and says 128 + n', async () => {
    const holder = wait('qgis', '--', 'sleep', '600');
    await holder.says(/you have a seat/);
    const waiter = wait('qgis', '--', 'true');
    await waiter.says(/you are 1st/);

    const { end } = await waiter.stop('SIGTERM');

    expect(end.code).toBe(143);
    expect(await queue('qgis')).toEqual([]);
  });

  it('gives up after --timeout with code 124 and leaves the queue', async () => {
    const holder = wait('qgis', '--', 'sleep', '600');
    await holder.says(/you have a seat/);

    const end = await wait('qgis', '--timeout', '300ms', '--json', '--', 'echo', 'never').ended;

    expect(end).toMatchObject({ code: 124, stdout: '' });
    const lines = end.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([{ event: 'queued', place: 1 }, { error: { code: 'TIMED_OUT' } }]);
    expect(await queue('qgis')).toEqual([]);
  });

  it('runs at once what nobody counts, and refuses what nobody knows', async () => {
    expect(await wait('krita', '--', 'true').ended).toMatchObject({ code: 0 });
    const unknown = await wait('no-such-product', '--', 'true').ended;

    expect(unknown.code).toBe(125);
    expect(unknown.stderr).toContain('no-such-product');
  });

  it('keeps the seat for its command over an agent host that dies and comes back', async () => {
    const running = wait('gimp', '--json', '--', 'sleep', '600');
    await running.says(/"event":"seat"/);
    const [, agent] = readLock(dataDir).children;

    process.kill(agent?.pid ?? 0, 'SIGKILL');
    await running.says(/"event":"host-gone"/);
    await running.says(/"event":"seat-again"/, 30_000);

    await eventually('the seat is held again', async () =>
      (await holders('gimp')).some(({ seat }: { seat: string }) => seat === 'held'),
    );
    expect((await running.stop('SIGTERM')).end.code).toBe(143);
    await isFree('gimp');
  });

  it('says with code 125 that Usher does not run', async () => {
    const end = await runUsher(['wait', '--data', join(folder.path, 'elsewhere'), 'gimp', '--', 'true']);

    expect(end.code).toBe(125);
    expect(end.stderr).toContain('usher start');
  });

  it('does not let a wrong duration pass', async () => {
    expect((await wait('gimp', '--timeout', 'soon', '--', 'true').ended).code).toBe(2);
  });

  it('runs the command in the same folder and environment, without a word of its own on stdout', async () => {
    const script = join(folder.path, 'job.sh');
    writeFileSync(script, '#!/bin/sh\npwd\nprintf "%s" "$JOB_NAME" >&2\n');
    chmodSync(script, 0o755);
    const usher = startUsher(['wait', '--data', dataDir, 'freecad', '--', script, '--json'], {
      env: { HOME: folder.path, JOB_NAME: 'night-run' },
    });
    waiting.push(usher);
    const end = await usher.ended;

    expect(end.stdout).toBe(`${process.cwd()}\n`);
    expect(end.stderr).toContain('night-run');
    expect(isRunning(usher.pid)).toBe(false);
  });
});

/** proc(5): /proc/PID/task/TID/children. */
function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
