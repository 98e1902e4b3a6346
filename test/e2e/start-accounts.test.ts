import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, kill9 } from '../support/house.ts';
import { makeExecutables, makePeople, type Person } from '../support/house-accounts.ts';
import { askUsher, clearAway, type RunningUsher, readLock, startUsher } from '../support/run-usher.ts';

// Two accounts must be real ones here: the kernel says who comes through the door. That takes root.
describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
  'a second account of the machine',
  () => {
    const cleanUp: (() => Promise<unknown>)[] = [];
    afterEach(async () => {
      for (const clean of cleanUp.splice(0).reverse()) await clean();
    });

    const asPerson = ({ hostEnv, spawn: { uid, gid } }: Person) => ({
      env: hostEnv,
      ...(uid === undefined || gid === undefined ? {} : { uid, gid }),
    });
    const start = (person: Person, dataDir: string, ...args: string[]): RunningUsher => {
      const usher = startUsher(
        ['start', '--data', dataDir, '--no-open', '--port', '0', ...args],
        asPerson(person),
      );
      cleanUp.push(() => clearAway(usher));
      return usher;
    };
    const ask = (person: Person, dataDir: string, ...args: string[]) =>
      askUsher([...args, '--data', dataDir], asPerson(person));

    async function twoPeople() {
      const people = await makePeople();
      cleanUp.push(() => people.remove());
      const { uid = 0, gid = 0 } = people.first.spawn;
      const doorDir = join(people.rootDir, `usher-server-${uid}`);
      mkdirSync(doorDir, { mode: 0o755 });
      chownSync(doorDir, uid, gid);
      chmodSync(doorDir, 0o755);
      const executable = makeExecutables(people.rootDir, ['freecad']).get('freecad') ?? '';
      const run = (person: Person): ChildProcess => {
        const child = spawn(executable, ['600'], { stdio: 'ignore', ...person.spawn });
        cleanUp.push(() => kill9(child));
        return child;
      };
      const { first, second } = people;
      const dirs = { firstDir: join(first.dataDir, 'data'), secondDir: join(second.dataDir, 'data') };
      return { first, second, doorDir, uid, run, ...dirs };
    }

    it('joins the server of the first by its door, says so, and runs no server of its own', async () => {
      const { first, second, doorDir, uid, run, firstDir, secondDir } = await twoPeople();
      const one = start(first, firstDir, '--door', doorDir);
      await one.says(/^Console/m);
      expect((await ask(first, firstDir, 'pool', 'set', 'freecad', '1')).code).toBe(0);
      run(first);
      await one.says(/FreeCAD .*seat since/);

      const two = start(second, secondDir, '--join', doorDir);
      await two.says(new RegExp(`This machine has an Usher server of account ${uid}; you join it\\.`));
      run(second);
      await two.says(/FreeCAD .*no seat/);

      expect(readLock(secondDir).children).toHaveLength(1);
      expect(readLock(secondDir).serverUrl).toBe(readLock(firstDir).serverUrl);
      expect(existsSync(join(secondDir, 'server'))).toBe(false);
      const { pools } = (await ask(second, secondDir, 'who', 'freecad')).json;
      expect(pools[0].holders).toMatchObject([
        { userName: first.name, seat: 'held' },
        { userName: second.name, seat: 'overage' },
      ]);
      // Both are one machine.
      expect(
        new Set(pools[0].holders.map(({ workstationId }: { workstationId: string }) => workstationId)).size,
      ).toBe(1);
      // Admin commands are the first account's.
      expect((await ask(second, secondDir, 'pool', 'set', 'freecad', '9')).code).toBe(8);
    });

    it('stays with that server while it is down, goes on recording, and is back when the server is', async () => {
      const { first, second, doorDir, run, firstDir, secondDir } = await twoPeople();
      const one = start(first, firstDir, '--door', doorDir);
      await one.says(/^Console/m);
      const { serverUrl } = readLock(firstDir);
      const two = start(second, secondDir, '--join', doorDir);
      await two.says(/you join it/);
      await two.says(/Nothing licensed/);
      await two.stop();
      await one.stop();

      const again = start(second, secondDir);
      await again.says(/that you joined does not run now\. Usher records here until it is back/);
      run(second);
      await again.says(/FreeCAD /);
      const port = new URL(serverUrl ?? '').port;
      const back = startUsher(
        ['start', '--data', firstDir, '--no-open', '--port', port, '--door', doorDir],
        asPerson(first),
      );
      cleanUp.push(() => clearAway(back));
      await back.says(/^Console/m);

      await eventually(
        'the second account is online',
        async () => (await ask(second, secondDir, 'status')).json.connection.state === 'online',
        45_000,
      );
    });
  },
);
