/** Who uses a pool, and how a seat is taken back after a warning, by REST. Against a real server with raw agents. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { started, wish } from '../support/facts.ts';
import { newcomers } from '../support/newcomer.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let own: TestServer;
const aPerson = newcomers(() => own);
beforeEach(async () => {
  own = await startTestServer();
});
afterEach(() => own.stop());

describe('users of a pool', () => {
  it('are listed with what they hold now, their groups, and what they did in the last 30 days', async () => {
    await own.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] });
    await own.ask('PUT', 'groups/team', { name: 'Team' });
    const holder = await aPerson();
    const waiting = await aPerson();
    await own.ask('POST', 'groups/team/members', { add: [holder.userId] });
    await holder.tell(started('h-1'));
    await waiting.tell(started('w-1'), wish('w', { type: 'queue', productId: 'freecad' }));

    const users = (await own.ask('GET', 'pools/freecad/users')).body.items;

    expect(users).toMatchObject([
      {
        userId: holder.userId,
        unitsHeld: 1,
        activeSessions: 1,
        isWaiting: false,
        groupIds: ['team'],
        recentSessions: 1,
      },
      {
        userId: waiting.userId,
        unitsHeld: 0,
        activeSessions: 1,
        isWaiting: true,
        groupIds: [],
        recentSessions: 1,
      },
    ]);
    expect(users[0].lastSeenMs).toBeGreaterThan(0);
    const page = (await own.ask('GET', 'pools/freecad/users?limit=1')).body;
    const next = (await own.ask('GET', `pools/freecad/users?limit=1&cursor=${page.cursor}`)).body;
    expect([page.items[0].userId, next.items[0].userId, next.cursor]).toEqual([
      holder.userId,
      waiting.userId,
      null,
    ]);
  });
});

describe('a warned release', () => {
  it('[L150] [L151] tells the holder, shows their word on unsaved work, and can be taken back', async () => {
    await own.ask('POST', 'pools', { settings: { name: 'FreeCAD', capacity: 1 }, productIds: ['freecad'] });
    const { tell, agent } = await aPerson();
    await tell(started('warned-1'));
    const [{ leaseId }] = (await own.ask('GET', 'leases')).body.items;

    const warned = await own.ask('DELETE', `leases/${leaseId}`, {
      reason: 'Needed for a deadline',
      warnMs: 300_000,
    });
    expect(warned.status).toBe(202);
    expect(warned.body.warning).toMatchObject({ note: 'Needed for a deadline', unsavedWork: null });
    await agent.take('mine', ({ mine }) => mine.warnings.length === 1);
    expect((await own.ask('GET', 'pools/freecad')).body.view.holders[0].warnedUntilMs).toBe(
      warned.body.warning.untilMs,
    );

    await tell({ kind: 'unsaved-work', leaseId, unsavedWork: 'yes' });
    expect((await own.ask('GET', `leases/${leaseId}`)).body.warning.unsavedWork).toBe('yes');

    const kept = await own.ask('DELETE', `leases/${leaseId}/warning`);
    expect(kept.body.warning).toBeNull();
    expect((await own.ask('DELETE', `leases/${leaseId}/warning`)).body.code).toBe('NOT_FOUND');
    expect((await own.ask('DELETE', `leases/${leaseId}`, { reason: 'No' })).body.code).toBe('BAD_REQUEST');
    expect((await own.ask('DELETE', `leases/${leaseId}`, { reason: 'Right now' })).status).toBe(204);
    expect((await own.ask('GET', `leases/${leaseId}`)).body.code).toBe('NOT_FOUND');
  });
});
