/** The admin's commands against a real server: pools, shares, deny lists, people, groups, seats, denials. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/cli-context.ts';
import { factsFrom, started } from '../support/facts.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let house: TestServer;
let dir: string;
let ana = '';
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'usher-cli-admin-'));
  house = await startTestServer();
  const person = await house.agent({ account: { name: 'ana', id: '1' }, instanceId: 'i-ana' });
  ana = person.identity.userId;
  await house.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] });
  person.agent.send(factsFrom(1, started('s-ana')));
  await person.agent.take('ack');
  const denied = await house.agent({ account: { name: 'bob', id: '2' }, instanceId: 'i-bob' });
  denied.agent.send(factsFrom(1, started('s-bob')));
  await denied.agent.take('ack');
});
afterAll(async () => {
  await house.stop();
  rmSync(dir, { recursive: true });
});
const usher = (...args: string[]) =>
  runCommand([...args, '--server', house.url, '--token', house.server.adminToken ?? '']);

describe('people', () => {
  it('are imported dry, then really, listed, changed, exported and erased', async () => {
    const file = join(dir, 'people.csv');
    writeFileSync(
      file,
      'login;name;mail;groups\nana;Ana Ruiz;ana@example.com;CAD\nzoe;Zoe Ek;;CAD\nbad;;no mail;\n',
    );

    const dry = await usher('person', 'import', file, '--dry-run');
    expect(dry.out).toContain('line 2: ana changed; name ana -> Ana Ruiz; mail - -> ana@example.com');
    expect(dry.out).toContain('line 4, mail: This is not a mail address');
    expect(dry.out).toContain('3 lines: 1 would be added, 1 would be changed, 0 as they are, 1 wrong.');
    expect((await usher('person', 'import', file)).out).toContain('3 lines: 1 added, 1 changed');
    expect((await usher('person', 'list', 'ruiz')).out).toMatch(
      /Ana Ruiz \(simulated\) +ana +CAD +ana@example.com/,
    );
    expect(
      (await usher('person', 'set', 'zoe', '--phone', '+49 351 1', '--visible', 'no', '--json')).json,
    ).toMatchObject({
      person: { contact: { phone: '+49 351 1', isVisible: false } },
    });
    expect((await usher('person', 'set', 'zoe', '--mail', 'wrong')).err).toContain(
      '--mail: Write a mail address',
    );
    expect((await usher('person', 'export')).out).toContain('zoe,unix,"Zoe Ek"');
    expect((await usher('person', 'erase', 'zoe')).out).toContain('Nothing was erased. Add --yes');
    expect((await usher('person', 'erase', 'zoe', '--yes')).code).toBe(0);
    expect((await usher('person', 'erase', 'zoe', '--yes')).code).toBe(5);
    expect((await usher('person', 'import', join(dir, 'none.csv'))).code).toBe(2);
  });
});

describe('groups', () => {
  it('are made within one another, joined, left and removed', async () => {
    await usher('group', 'set', 'engineering', '--name', 'Engineering');
    const made = await usher(
      'group',
      'set',
      'bridge-12',
      '--name',
      'Bridge 12',
      '--in',
      'engineering',
      '--json',
    );
    expect(made.json).toMatchObject({ created: true, group: { parentId: 'engineering' } });
    expect((await usher('group', 'add', 'bridge-12', 'ana')).out).toBe('Bridge 12 has 1 member now.\n');
    expect((await usher('group', 'list')).out).toMatch(/^Engineering .*\n· Bridge 12 +bridge-12 +1/m);
    expect((await usher('group', 'members', 'bridge-12')).out).toContain('Ana Ruiz');
    expect((await usher('group', 'drop', 'bridge-12', 'ana')).out).toBe('Bridge 12 has 0 members now.\n');
    expect((await usher('group', 'remove', 'engineering')).code).toBe(0);
    expect((await usher('group', 'add', 'engineering', 'ana')).code).toBe(5);
  });
});

describe('pools', () => {
  it('are shared, and say who can get what now', async () => {
    await usher('pool', 'set', 'freecad', '4');
    const shared = await usher('pool', 'share', 'freecad', 'bridge-12', '--reserved', '2', '--cap', '3');
    expect(shared.out).toBe('Bridge 12 in FreeCAD: 2 reserved, at most 3, class as everybody.\n');
    expect(
      (await usher('pool', 'share', 'freecad', 'bridge-12', '--cap', 'none', '--json')).json,
    ).toMatchObject({
      ...{ reservedUnits: 2, capUnits: null, priorityClass: null },
    });
    expect((await usher('pool', 'allocation', 'freecad')).out).toMatch(
      /^Bridge 12 +2 +- +- +0 +0 +0 +3\neverybody else +0 +- +- +1 +0 +0 +1 +the rest is kept for other groups$/m,
    );
    expect((await usher('pool', 'share', 'freecad', 'bridge-12', '--cap', 'many')).code).toBe(2);
    expect((await usher('pool', 'share', 'freecad', 'bridge-12', '--remove')).code).toBe(0);
    await usher('pool', 'set', 'freecad', '1');
  });

  it('are paused and opened with a reason only', async () => {
    expect((await usher('pool', 'pause', 'freecad')).err).toContain('Say why with --reason');
    expect((await usher('pool', 'pause', 'freecad', '--reason', 'The server moves')).out).toContain(
      'is paused',
    );
    expect((await usher('pool', 'drain', 'freecad', '--reason', 'Contract ends')).out).toContain(
      'is draining',
    );
    expect((await usher('pool', 'open', 'freecad', '--reason', 'It is back', '--json')).json).toMatchObject({
      pool: { settings: { admission: 'open' } },
    });
  });

  it('keep people from their seats for a time, and let them in again', async () => {
    const denied = await usher(
      'pool',
      'deny',
      'freecad',
      'bob',
      '--reason',
      'No training yet',
      '--for',
      '7d',
      '--json',
    );
    expect(denied.json.rule).toMatchObject({ reason: 'No training yet', who: { kind: 'user' } });
    expect(denied.json.rule.untilMs).toBeGreaterThan(Date.now());
    expect((await usher('pool', 'allow', 'freecad', 'bob')).out).toBe('bob may use FreeCAD again.\n');
    expect((await usher('pool', 'allow', 'freecad', 'bob')).code).toBe(5);
    expect((await usher('pool', 'deny', 'freecad', 'nobody', '--reason', 'why')).code).toBe(5);
  });

  it('take every other setting by option, hours and words included', async () => {
    const set = await usher(
      ...[
        'pool',
        'set',
        'freecad',
        '--units-per-user',
        '2',
        '--lending',
        'until-asked',
        '--return-tickets',
        '1',
      ],
      ...['--working-hours', 'Mon-Fri 08:00-18:00 Europe/Berlin', '--quiet-hours', 'Mon 12:00-13:00 UTC'],
      ...['--fair-share', '2h', '--false-denial-within', '2m', '--json'],
    );
    expect(set.json.pool.settings).toMatchObject({
      allocation: { unitsPerUser: 2, lending: 'until-asked', shares: [] },
      returnTicketsPerDay: 1,
      workingHours: { timeZone: 'Europe/Berlin' },
      quietHours: { spans: [{ weekday: 1, fromMinute: 720, toMinute: 780 }] },
      fairShare: { idlePerClassMs: 7_200_000 },
      falseDenialWithinMs: 120_000,
    });
    const back = await usher(
      ...['pool', 'set', 'freecad', '--units-per-user', 'any', '--working-hours', 'always'],
      ...['--quiet-hours', 'never', '--fair-share', 'off', '--json'],
    );
    expect(back.json.pool.settings).toMatchObject({
      ...{ workingHours: null, quietHours: null, fairShare: null },
      allocation: { unitsPerUser: null, lending: 'until-asked' },
    });
    expect((await usher('pool', 'set', 'freecad', '--working-hours', 'sometimes')).code).toBe(2);
    expect((await usher('pool', 'set', 'freecad', '--lending', 'perhaps')).err).toContain(
      '--lending is not right',
    );
  });

  it('list their users', async () => {
    expect((await usher('pool', 'users', 'freecad')).out).toMatch(/^Ana Ruiz \(simulated\) +1 +1/m);
  });
});

describe('seats and denials', () => {
  it('are listed, ended with a warning, kept, and ended at once', async () => {
    const [lease] = (await usher('lease', 'list', 'freecad', '--json')).json.leases;
    expect(lease).toMatchObject({ userId: ana, warning: null });

    const warned = await usher(
      'lease',
      'release',
      lease.leaseId,
      '--reason',
      'Deadline of team B',
      '--warn',
      '5m',
    );
    expect(warned.out).toContain('Ana Ruiz is told; the seat ends in 5 min');
    expect((await usher('lease', 'list')).out).toContain('not said yet');
    expect((await usher('lease', 'keep', lease.leaseId)).out).toBe('Ana Ruiz keeps the seat.\n');
    expect((await usher('lease', 'release', lease.leaseId)).code).toBe(2);
    expect((await usher('lease', 'release', lease.leaseId, '--reason', 'Right now')).out).toBe(
      'The seat is free.\n',
    );
    expect((await usher('lease', 'release', lease.leaseId, '--reason', 'Right now')).code).toBe(5);
  });

  it('say who was denied, and why', async () => {
    expect((await usher('denials')).out).toMatch(/bob \(simulated\) +FreeCAD +no-free-seat/);
    expect((await usher('denials', '--product', 'blender')).out).toBe(
      'Nobody was denied a seat in this time.\n',
    );
    expect((await usher('denials', '--true', '--false')).code).toBe(2);
  });
});
