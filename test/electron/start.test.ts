/** `usher start` with a real Electron: three processes under one supervisor, and nothing left when it ends. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { isRunning, type RunningUsher, readLock, startUsher } from '../support/run-usher.ts';
import { shellFixture } from './harness/fixture.ts';
import { electronEnv } from './harness/shell-run.ts';
import { waitUntil } from './harness/wait.ts';

const usher = shellFixture();

/** Stands where Electron's executable stands, and starts the old Electron with the lowered bundle. */
function makeElectron(dataDir: string): string {
  const { electronPath, shimPath, mainPath } = usher.app();
  const path = `${dataDir}-electron`;
  mkdirSync(dirname(path), { recursive: true });
  const sandbox = process.getuid?.() === 0 ? '--no-sandbox' : '';
  writeFileSync(
    path,
    `#!/bin/sh\nshift\nexec "${electronPath}" ${sandbox} --disable-gpu -r "${shimPath}" "${mainPath}" "$@"\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

function start(dataDir: string): RunningUsher {
  const electron = makeElectron(dataDir);
  const run = startUsher(['start', '--data', dataDir, '--port', '0'], {
    env: {
      ...electronEnv({ app: usher.app(), desktop: usher.desktop(), dataDir }),
      USHER_ELECTRON: electron,
    },
  });
  usher.afterwards(() => run.stop('SIGKILL'));
  return run;
}

const pidsOf = (dataDir: string) =>
  waitUntil('three children', () => {
    const pids = readLock(dataDir).children.map(({ pid }) => pid);
    return pids.length === 3 ? pids : undefined;
  });

it('runs server, agent host and shell as three processes and ends all of them on Ctrl-C', async () => {
  const dataDir = usher.makeDataDir();
  const run = start(dataDir);
  await run.says(/Console\s+http/);
  const pids = await pidsOf(dataDir);

  const { end, tookMs } = await run.stop('SIGINT');

  expect(end.code).toBe(0);
  // A guard against hanging; how long it takes on a quiet machine is measured, not asserted.
  expect(tookMs).toBeLessThan(6_000);
  expect(pids.filter(isRunning)).toEqual([]);
});

it('leaves no shell behind when the supervisor is killed', async () => {
  const dataDir = usher.makeDataDir();
  const run = start(dataDir);
  await run.says(/Console\s+http/);
  const pids = await pidsOf(dataDir);

  await run.stop('SIGKILL');

  await waitUntil('all children to end', () => (pids.some(isRunning) ? undefined : true));
});
