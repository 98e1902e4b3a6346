/** Groups, shares, deny lists and admission of a pool by REST. Against a real server with raw agents. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { started, wish } from '../support/facts.ts';
import { newcomers } from '../support/newcomer.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let house: TestServer;
const aPerson = newcomers(() => house);
beforeAll(async () => {
  house = await startTestServer();
});
afterAll(() => house.stop());

const pool = async (poolId: string, capacity: number, productIds: string[] = []) =>
  house.ask('POST', 'pools', { poolId, settings: { name: poolId, capacity }, productIds });

describe('groups', () => {
  it('are made, renamed, moved and removed; those within move up', async () => {
    expect((await house.ask('PUT', 'groups/engineering', { name: 'Engineering' })).body).toEqual({
      ...{ groupId: 'engineering', name: 'Engineering', parentId: null, members: 0, poolIds: [] },
    });
    await house.ask('PUT', 'groups/cad', { name: 'CAD', parentId: 'engineering' });
    await house.ask('PUT', 'groups/bridge', { name: 'Bridge 12', parentId: 'cad' });

    expect((await house.ask('PUT', 'groups/cad', { name: 'CAD room' })).body).toMatchObject({
      name: 'CAD room',
      parentId: 'engineering',
    });
    const cycle = await house.ask('PUT', 'groups/engineering', { parentId: 'bridge' });
    expect([cycle.status, cycle.body.code]).toEqual([409, 'GROUP_CYCLE']);
    expect((await house.ask('PUT', 'groups/x', { parentId: 'nowhere' })).body.code).toBe('GROUP_UNKNOWN');
    expect((await house.ask('PUT', 'groups/x', { name: 'cad ROOM' })).body.code).toBe('GROUP_EXISTS');
    expect((await house.ask('PUT', 'groups/x', { name: 'a|b' })).body.code).toBe('BAD_REQUEST');
    expect((await house.ask('DELETE', 'groups/cad')).status).toBe(204);
    expect((await house.ask('GET', 'groups/bridge')).body.parentId).toBe('engineering');
    expect(
      (await house.ask('GET', 'groups')).body.items.map(({ groupId }: { groupId: string }) => groupId),
    ).toEqual(['bridge', 'engineering']);
  });

  it('have members who join and leave', async () => {
    const { userId, name } = await aPerson();
    await house.ask('PUT', 'groups/team', { name: 'Team' });

    expect((await house.ask('POST', 'groups/team/members', { add: [userId] })).body.members).toBe(1);
    expect((await house.ask('GET', 'groups/team/members')).body.items).toMatchObject([{ userId, name }]);
    expect((await house.ask('GET', `people/${userId}`)).body.groupIds).toEqual(['team']);
    expect((await house.ask('POST', 'groups/team/members', { remove: [userId] })).body.members).toBe(0);
    expect((await house.ask('POST', 'groups/team/members', { add: ['nobody'] })).body.code).toBe(
      'PERSON_UNKNOWN',
    );
  });

  it.each([
    ['GET', 'groups/none', undefined],
    ['DELETE', 'groups/none', undefined],
    ['GET', 'groups/none/members', undefined],
    ['POST', 'groups/none/members', { add: [] }],
  ])('%s %s is GROUP_UNKNOWN', async (method, path, body) => {
    expect((await house.ask(method, path, body)).body.code).toBe('GROUP_UNKNOWN');
  });
});

describe('shares', () => {
  it('[L122] [L123] keep units for a group and cap it, and the preview says who can get what now', async () => {
    await pool('shared', 4, ['freecad']);
    await house.ask('PUT', 'groups/vip', { name: 'VIP' });
    const member = await aPerson();
    await house.ask('POST', 'groups/vip/members', { add: [member.userId] });

    const shared = await house.ask('PUT', 'pools/shared/shares/vip', {
      reservedUnits: 3,
      capUnits: 3,
      priorityClass: 2,
    });
    expect(shared.body.settings.allocation.shares).toEqual([
      { groupId: 'vip', reservedUnits: 3, capUnits: 3, priorityClass: 2 },
    ]);
    const lines = async () => (await house.ask('GET', 'pools/shared/allocation')).body.lines;
    expect(await lines()).toMatchObject([
      { groupId: 'vip', groupName: 'VIP', availableUnits: 3, usedUnits: 0, holdBacks: ['cap'] },
      { groupId: null, availableUnits: 1, holdBacks: ['reserved'] },
    ]);

    const stranger = await aPerson();
    await stranger.tell(started('stranger-1'));
    expect(await lines()).toMatchObject([
      { availableUnits: 3 },
      { groupId: null, usedUnits: 1, availableUnits: 0, holdBacks: ['reserved'] },
    ]);
    const late = await aPerson();
    await late.tell(started('late-1'));
    expect((await house.ask('GET', `denials?userId=${late.userId}`)).body.items).toMatchObject([
      { reason: 'reserved', freeElsewhere: [{ poolId: 'shared', units: 3 }], provedFalseAtMs: null },
    ]);
    await member.tell(started('member-1'));
    expect(await lines()).toMatchObject([{ usedUnits: 1, availableUnits: 2 }, { usedUnits: 1 }]);
    expect((await house.ask('GET', 'groups/vip')).body.poolIds).toEqual(['shared']);

    expect((await house.ask('DELETE', 'pools/shared/shares/vip')).status).toBe(204);
    expect((await house.ask('DELETE', 'pools/shared/shares/vip')).body.code).toBe('SHARE_UNKNOWN');
  });

  it('two admins who change different parts at the same time write over nothing', async () => {
    await pool('busy', 1);
    const ids = Array.from({ length: 12 }, (_, index) => `g${index}`);
    for (const id of ids) await house.ask('PUT', `groups/${id}`, { name: id });

    await Promise.all(ids.map((id) => house.ask('PUT', `pools/busy/shares/${id}`, { priorityClass: 3 })));

    const { shares } = (await house.ask('GET', 'pools/busy')).body.settings.allocation;
    expect(shares).toHaveLength(12);
  });

  it.each([
    ['PUT', 'pools/none/shares/vip', {}, 'POOL_UNKNOWN'],
    ['PUT', 'pools/shared/shares/none', {}, 'GROUP_UNKNOWN'],
    ['PUT', 'pools/shared/shares/vip', { reservedUnits: 3, capUnits: 2 }, 'BAD_REQUEST'],
    ['GET', 'pools/none/allocation', undefined, 'POOL_UNKNOWN'],
    ['GET', 'pools/none/users', undefined, 'POOL_UNKNOWN'],
    ['PUT', 'pools/none/admission', { admission: 'open', reason: 'because' }, 'POOL_UNKNOWN'],
    ['PUT', 'pools/shared/admission', { admission: 'open', reason: '' }, 'BAD_REQUEST'],
    [
      'POST',
      'pools/shared/denied',
      { who: { kind: 'user', userId: 'nobody' }, reason: 'why', untilMs: null },
      'PERSON_UNKNOWN',
    ],
    [
      'POST',
      'pools/shared/denied',
      { who: { kind: 'group', groupId: 'none' }, reason: 'why', untilMs: null },
      'GROUP_UNKNOWN',
    ],
    ['DELETE', 'pools/shared/denied/none', undefined, 'DENY_UNKNOWN'],
  ])('%s %s with %j is %s', async (method, path, body, code) => {
    expect((await house.ask(method, path, body)).body.code).toBe(code);
  });
});

describe('a deny list', () => {
  it('[L127] keeps a person from the seats with the reason, until it is lifted', async () => {
    const own = await startTestServer();
    await own.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 2 }, productIds: ['freecad'] });
    const { userId, tell } = await aPerson(own);
    const rule = { who: { kind: 'user', userId }, reason: 'License terms', untilMs: null };

    const made = await own.ask('POST', 'pools/freecad/denied', rule);
    await tell(started('denied-1'));
    const refused = await tell(wish('w1', { type: 'queue', productId: 'freecad' }));

    expect(made.status).toBe(201);
    expect(made.body).toMatchObject(rule);
    expect((await own.ask('GET', 'denials?reason=denied-by-admin')).body.items).toMatchObject([{ userId }]);
    expect(refused.results).toMatchObject([{ ok: false, code: 'DENIED' }]);
    expect((await own.ask('DELETE', `pools/freecad/denied/${made.body.denyId}`)).status).toBe(204);
    expect((await own.ask('GET', 'pools/freecad')).body.settings.allocation.denied).toEqual([]);
    await own.stop();
  });
});

describe('admission', () => {
  it('[L131] is paused and opened with one word, whose reason enters the audit', async () => {
    const own = await startTestServer();
    await own.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] });

    const paused = await own.ask('PUT', 'pools/freecad/admission', {
      admission: 'paused',
      reason: 'License server moves',
    });
    expect(paused.body.settings.admission).toBe('paused');
    const { tell, agent } = await aPerson(own);
    await tell(started('waits-1'), wish('w1', { type: 'queue', productId: 'freecad' }));
    expect((await own.ask('GET', 'pools/freecad/allocation')).body.lines).toMatchObject([
      { groupId: null, availableUnits: 0, waiting: 1, holdBacks: ['paused'] },
    ]);
    expect((await own.ask('GET', 'denials')).body.items).toMatchObject([{ reason: 'pool-paused' }]);
    expect((await own.ask('GET', 'tickets')).body.items).toMatchObject([{ asideBecause: ['closed'] }]);

    await own.ask('PUT', 'pools/freecad/admission', { admission: 'open', reason: 'It is back' });
    await agent.take('mine', ({ mine }) => mine.seats.some(({ seat }) => seat.state === 'held'));
    const notes = (await own.ask('GET', 'events?limit=1000')).body.items.flatMap(
      ({ body }: { body: { note?: string } }) => body.note ?? [],
    );
    expect(notes).toEqual(['License server moves', 'It is back']);
    await own.stop();
  });

  it('[L2] takes a change of capacity under load: shrinking revokes nothing, growing serves who waits', async () => {
    const own = await startTestServer();
    await own.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 6 }, productIds: ['freecad'] });
    const all = await Promise.all(Array.from({ length: 12 }, () => aPerson(own)));
    await Promise.all(all.map(({ tell, name }) => tell(started(name))));
    const seated = (await own.ask('GET', 'leases')).body.items.map(
      ({ userId }: { userId: string }) => userId,
    );
    const others = all.filter(({ userId }) => !seated.includes(userId));
    await Promise.all(
      others.map(({ tell, name }) => tell(wish(`w-${name}`, { type: 'queue', productId: 'freecad' }))),
    );
    const seats = async () => (await own.ask('GET', 'pools/freecad')).body.view.seats;
    expect(await seats()).toMatchObject({ inUse: 6, capacity: 6 });

    await own.ask('PATCH', 'pools/freecad', { settings: { capacity: 2 }, reason: 'Contract ends' });
    expect(await seats()).toMatchObject({ inUse: 6, capacity: 2, free: 0 });
    await own.ask('PATCH', 'pools/freecad', { settings: { capacity: 9 } });
    await expect.poll(seats).toMatchObject({ inUse: 9, capacity: 9, free: 0 });
    expect((await own.ask('GET', 'tickets')).body.items).toHaveLength(3);
    await own.stop();
  });
});
