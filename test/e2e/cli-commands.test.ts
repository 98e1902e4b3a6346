import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, kill9, projectRoot } from '../support/house.ts';
import { makeExecutables, makePeople, type People } from '../support/house-accounts.ts';
import { askUsher, clearAway, type RunningUsher, runUsher, startUsher } from '../support/run-usher.ts';

describe.runIf(process.platform === 'linux')('the commands of a person and of an admin', () => {
  let people: People;
  let house: RunningUsher;
  let application: ChildProcess;
  let dataDir = '';
  const asPerson = () => {
    const { uid, gid } = people.first.spawn;
    return { env: people.first.hostEnv, ...(uid === undefined || gid === undefined ? {} : { uid, gid }) };
  };
  const run = (...args: string[]) => runUsher([...args, '--data', dataDir], asPerson());
  const ask = (...args: string[]) => askUsher([...args, '--data', dataDir], asPerson());

  beforeAll(async () => {
    people = await makePeople();
    dataDir = join(people.first.dataDir, 'data');
    house = startUsher(['start', '--data', dataDir, '--no-open', '--port', '0'], asPerson());
    await house.says(/^Console/m);
    const path = makeExecutables(people.rootDir, ['freecad']).get('freecad') ?? '';
    application = spawn(path, ['600'], { stdio: 'ignore', ...people.first.spawn });
    await eventually('the application is seen', async () => (await ask('status')).json.sessions.length === 1);
  });
  afterAll(async () => {
    await clearAway(house);
    await kill9(application);
    await people.remove();
  });

  it('walk through a day: pool, seat, queue, offer, claim, release', async () => {
    expect((await ask('pool', 'set', 'freecad', '1')).json).toMatchObject({
      created: true,
      pool: { settings: { name: 'FreeCAD', capacity: 1 }, view: { productIds: ['freecad'] } },
    });
    await eventually(
      'the seat is held',
      async () => (await ask('status')).json.sessions[0].seatState === 'held',
    );
    expect((await run('who', 'FREECAD')).stdout).toMatch(
      /The only seat is in use\. You hold one\.[\s\S]*has one /,
    );
    expect((await run('pool', 'list')).stdout).toMatch(/^freecad +FreeCAD +1 +1 +0 +ask +freecad$/m);

    expect((await ask('release')).json).toMatchObject({ productId: 'freecad' });
    await eventually(
      'it runs without a seat',
      async () => (await ask('status')).json.sessions[0].seatState === 'overage',
    );

    // The free seat is offered at once, and the open application takes it by itself.
    expect((await ask('queue', 'freecad')).code).toBe(0);
    await eventually(
      'the seat is held again',
      async () => (await ask('status')).json.sessions[0].seatState === 'held',
    );
    expect((await run('status')).stdout).toMatch(/^You hold FreeCAD/);

    expect(
      (await ask('pool', 'set', 'freecad', '3', '--enforcement', 'gate', '--offer-window', '90s')).json,
    ).toMatchObject({
      created: false,
      pool: { settings: { capacity: 3, enforcement: 'gate', offerWindowMs: 90_000 } },
    });
  });

  it('claim an offer for an application that does not run, and leave a queue', async () => {
    expect((await ask('pool', 'set', 'gimp', '1')).code).toBe(0);

    expect((await ask('queue', 'gimp')).json).toMatchObject({
      productId: 'gimp',
      offeredUntilMs: expect.any(Number),
    });
    expect((await run('claim')).stdout).toBe('You have a seat for GIMP. Start it now.\n');
    expect((await ask('claim')).json.error).toMatchObject({ code: 'NOT_FOUND' });

    expect((await ask('pool', 'set', 'inkscape', '1')).code).toBe(0);
    expect((await ask('queue', 'inkscape')).code).toBe(0);
    expect((await run('leave', 'inkscape')).stdout).toBe('You left the queue for Inkscape.\n');
    expect((await ask('leave', 'inkscape')).json.error).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('list the candidates of an ambiguous name and end with 6; unknown names end with 5', async () => {
    await ask('pool', 'set', 'autocad', '1');
    await ask('pool', 'set', 'autocad-lt', '1');

    const ambiguous = await run('queue', 'auto');
    expect(ambiguous.code).toBe(6);
    expect(ambiguous.stderr).toContain('AutoCAD (autocad), AutoCAD LT (autocad-lt)');
    expect((await ask('queue', 'nothing-of-that-name')).code).toBe(5);
    expect((await ask('pool', 'set', 'nothing-of-that-name', '2')).code).toBe(5);
    expect((await ask('pool', 'set', 'autocad', 'many')).code).toBe(2);
  });

  it('write down how one can be reached, for colleagues to see beside the seat', async () => {
    expect((await run('contact')).stdout).toBe('Nobody wrote down how to reach you.\n');
    expect((await run('contact', '--mail', 'nowhere')).code).toBe(2);
    const written = await run('contact', '--mail', 'ana@example.com', '--visible', 'yes');
    expect(written.stdout).toBe('Mail: ana@example.com\nIt is visible.\n');

    await eventually('colleagues see it', async () => {
      const { pools } = (await ask('who', 'freecad')).json;
      return pools[0].holders[0]?.contact?.mail === 'ana@example.com';
    });
    expect((await ask('person', 'list')).json.people).toMatchObject([{ contact: { source: 'self' } }]);
  });

  it('keep the admin token in a file of the server’s account alone, renew it, and refuse a wrong one', async () => {
    const path = join(dataDir, 'server', 'admin-token');
    expect(statSync(path).mode & 0o777).toBe(0o600);

    expect((await ask('pool', 'list', '--token', 'usha_wrong')).code).toBe(8);
    const before = /usha_\S+/.exec(house.stdout())?.[0] ?? '';
    expect((await ask('pool', 'list', '--token', before)).code).toBe(0);
    const { token } = (await ask('admin', 'token')).json;

    await eventually('the new token is in force', async () => (await ask('pool', 'list')).code === 0);
    expect((await ask('pool', 'list', '--token', token)).code).toBe(0);
    await eventually(
      'the old token is not',
      async () => (await ask('pool', 'list', '--token', before)).code === 8,
    );
  });

  it('never send the kept token to another server', async () => {
    const elsewhere = await ask('pool', 'list', '--server', 'http://127.0.0.1:9');

    expect(elsewhere).toMatchObject({ code: 8, json: { error: { code: 'NOT_ALLOWED' } } });
    expect((await ask('pool', 'list', '--server', 'http://127.0.0.1:9', '--token', 'x')).code).toBe(4);
  });

  it('make an enrollment token with which a second workstation joins by `usher agent`', async () => {
    const { token, server } = (await ask('enrollment-token', 'create', '--label', 'lab', '--valid-for', '1h'))
      .json;
    const otherDir = join(people.second.dataDir, 'data');
    const { uid, gid } = people.second.spawn;
    const account = uid === undefined || gid === undefined ? {} : { uid, gid };
    const other = startUsher(['agent', '--server', server, '--data', otherDir], {
      env: { ...people.second.hostEnv, USHER_ENROLLMENT_TOKEN: token },
      ...account,
    });
    await other.says(/Nothing licensed is running here/);

    const { json } = await askUsher(['status', '--data', otherDir], {
      env: people.second.hostEnv,
      ...account,
    });
    expect(json.connection.state).toBe('online');
    const argv = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    expect(argv).not.toContain(token);
    await clearAway(other);
  });

  it('probe without a server, and name the product of the running process', async () => {
    const probe = await askUsher(['probe'], asPerson());

    expect(probe.code).toBe(0);
    expect(probe.json.catalog.products).toBeGreaterThanOrEqual(80);
    expect(probe.json.processes.matched).toEqual(
      expect.arrayContaining([expect.objectContaining({ productId: 'freecad', pid: application.pid })]),
    );
    expect((await runUsher(['probe'], asPerson())).stdout).toMatch(/^freecad +main /m);
  });

  it('say with code 3 that Usher does not run, also as JSON', async () => {
    const nowhere = ['--data', join(people.first.dataDir, 'nowhere')];

    expect(await runUsher(['status', ...nowhere], asPerson())).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('usher start'),
    });
    expect(await askUsher(['status', ...nowhere], asPerson())).toMatchObject({
      code: 3,
      json: { error: { code: 'NOT_RUNNING' } },
    });
    expect((await askUsher(['pool', 'list', ...nowhere], asPerson())).code).toBe(3);
  });

  it('complete words in bash, and names of what runs', async () => {
    const { script } = (await askUsher(['completion', 'bash'])).json;
    const binDir = join(people.rootDir, 'completion');
    execFileSync('mkdir', ['-p', binDir]);
    writeFileSync(
      join(binDir, 'usher'),
      `#!/bin/sh\nexec ${process.execPath} ${join(projectRoot, 'resources/bin/usher.mjs')} "$@" --data ${dataDir}\n`,
    );
    chmodSync(join(binDir, 'usher'), 0o755);
    writeFileSync(
      join(binDir, 'try.sh'),
      `${script}\ntry() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _usher; echo "\${COMPREPLY[*]}"; }\n` +
        `try usher st; try usher pool ''; try usher wait free; try usher pool set x --en\n`,
    );
    const { uid, gid } = people.first.spawn;
    const { stdout } = spawnSync('bash', [join(binDir, 'try.sh')], {
      encoding: 'utf8',
      env: { ...people.first.hostEnv, PATH: `${binDir}:/usr/bin:/bin` },
      ...(uid === undefined || gid === undefined ? {} : { uid, gid }),
    });

    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'start status',
      'list set pause drain open share deny allow users allocation',
      'freecad',
      '--enforcement',
    ]);
  });
});
