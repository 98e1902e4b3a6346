/**
 * The main job with real processes: one server, agent hosts of two people, a pool of one seat, and processes that the
 * catalog matches. Each test has a product of its own, so that they can share the house.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import type { MySession } from '../../shared/agent-api.ts';
import type { UsageRecord } from '../../shared/rest.ts';
import type { HolderView, PoolView } from '../../shared/views.ts';
import { eventually, exitOf } from '../support/house.ts';
import type { Face } from '../support/house-face.ts';
import { endApplication, startTeam, type Team, type TeamMember } from '../support/house-team.ts';
import { openRawPanel } from '../support/raw-panel.ts';

const TIMING = {
  scanEveryMs: 200,
  renewEveryMs: 1_000,
  leaseTtlMs: 30_000,
  leaseGraceMs: 5_000,
  offerWindowMs: 60_000,
  reconnectShortestMs: 100,
  reconnectSpreadMs: 500,
  reconnectLongestMs: 1_000,
};

let team: Team;

beforeAll(async () => {
  team = await startTeam({
    name: 'main-job',
    timing: TIMING,
    executables: ['gedit', 'mousepad', 'xournalpp', 'dia', 'inkscape', 'gnumeric'],
  });
});
afterAll(() => team?.remove());

/** A pool of one seat that counts one product. */
const onePlaceFor = (productId: string) =>
  team.rest.createPool(`${productId}-pool`, { capacity: 1 }, [productId]);

const sessionOf = (face: Face, productId: string): MySession | undefined =>
  face.state.sessions.find((session) => session.productId === productId);

const sees = (member: TeamMember, productId: string, seat: 'held' | 'overage') =>
  eventually(`${member.person.name} has ${seat} of ${productId}`, () => {
    const session = sessionOf(member.face, productId);
    return session?.seat?.state === seat ? session : undefined;
  });

const holdersOf = (pools: readonly PoolView[], productId: string): HolderView[] =>
  pools.flatMap(({ holders }) => holders).filter((one) => one.productId === productId && one.seat === 'held');

/** Everywhere a person could look, this person and nobody else is named as the holder. */
async function expectHolder(member: TeamMember, productId: string): Promise<void> {
  const { name } = member.person;
  const { url } = await member.face.query('panelAddress');
  const panel = await openRawPanel(url);
  try {
    await eventually('the panel names the holder', () => {
      const holders = holdersOf(panel.state.pools?.pools ?? [], productId);
      return holders.length === 1 && holders[0]?.userName === name;
    });
  } finally {
    panel.close();
  }
  const who = (await member.command('who', productId)) as { pools: PoolView[] };
  expect(holdersOf(who.pools, productId).map(({ userName }) => userName)).toEqual([name]);
  const { view } = await team.rest.pool(`${productId}-pool`);
  expect(holdersOf([view], productId).map(({ userName }) => userName)).toEqual([name]);
  expect(view.seats).toMatchObject({ state: 'known', capacity: 1, inUse: 1, free: 0 });
}

const usageOf = async (member: TeamMember, productId: string): Promise<UsageRecord[]> =>
  (await team.rest.usage())
    .filter((record) => record.userName === member.person.name && record.productId === productId)
    .sort((a, b) => a.startedAtMs - b.startedAtMs);

const denialsOf = async (member: TeamMember, productId: string) =>
  (await team.rest.denials()).filter(
    (denial) => denial.userName === member.person.name && denial.productId === productId,
  );

describe('the main job', () => {
  it('[L3] [L6] [L30] [L43] denies the second, queues them, offers them the freed seat, which they claim by command', async () => {
    onTestFailed(() => console.log(team.logs()));
    const { first, second } = team;
    await onePlaceFor('gedit');
    const startedAfterMs = Date.now();
    const firstApplication = await first.startApplication('gedit');
    const startedBeforeMs = Date.now();
    const held = await sees(first, 'gedit', 'held');
    const heldBeforeMs = Date.now();
    // The kernel tells starts in hundredths of a second.
    expect(held.startedAtMs).toBeGreaterThan(startedAfterMs - 50);
    expect(held.startedAtMs).toBeLessThan(startedBeforeMs + 50);
    await expectHolder(first, 'gedit');

    const secondApplication = await second.startApplication('gedit');
    const overage = await sees(second, 'gedit', 'overage');
    expect(second.face.state.mine.denials).toMatchObject([
      { productId: 'gedit', sessionId: overage.sessionId, reason: 'no-free-seat', enforcement: 'ask' },
    ]);
    expect(await denialsOf(second, 'gedit')).toMatchObject([{ reason: 'no-free-seat' }]);

    const queued = await second.face.command('queue', { productId: 'gedit' });
    expect(queued).toMatchObject({ ok: true, value: { ticketId: expect.any(String), offerId: null } });
    expect(await second.face.command('queue', { productId: 'gedit' })).toEqual(queued);
    await eventually('the place in the queue', () => second.face.state.mine.tickets[0]?.place === 1);
    // With its application closed the offer waits for the person.
    await endApplication(secondApplication);
    await eventually('the end of the session', () => !sessionOf(second.face, 'gedit'));
    expect(second.face.state.mine.offers).toEqual([]);

    const endedAfterMs = Date.now();
    await endApplication(firstApplication);
    const offer = await eventually('the offer', () => second.face.state.mine.offers[0]);
    const offeredBeforeMs = Date.now();
    expect(offer).toMatchObject({ productId: 'gedit', strength: 'hard' });
    expect(offer.untilMs - Date.now()).toBeGreaterThan(50_000);
    expect(await second.face.command('claim', { offerId: offer.offerId })).toEqual({ ok: true, value: null });
    const waiting = await eventually('the seat that waits for the application', async () =>
      (await team.rest.leases()).find(({ productId }) => productId === 'gedit'),
    );
    expect(waiting).toMatchObject({ userName: second.person.name, sessionIds: [] });
    await eventually('the person is told that the seat is theirs', () =>
      second.face.state.mine.seats.some(
        ({ sessionId, seat }) => sessionId === waiting.leaseId && seat.state === 'held',
      ),
    );
    await second.startApplication('gedit');
    await sees(second, 'gedit', 'held');
    await expectHolder(second, 'gedit');
    const seated = (await team.rest.leases()).filter(({ productId }) => productId === 'gedit');
    expect(seated.map(({ leaseId }) => leaseId)).toEqual([waiting.leaseId]);

    const [firstUse] = await usageOf(first, 'gedit');
    expect(firstUse).toMatchObject({ endReason: 'exit', usageIdleAfterMs: 300_000 });
    expect(firstUse?.grantedMs).toBeGreaterThan(endedAfterMs - heldBeforeMs);
    expect(firstUse?.grantedMs).toBeLessThan(offeredBeforeMs - startedAfterMs);
    // Without a source of idle time everything counts as use.
    expect(firstUse?.actualMs).toBe(firstUse?.grantedMs);
    const [denied, claimed] = await usageOf(second, 'gedit');
    expect(denied).toMatchObject({ grantedMs: 0, actualMs: 0, endReason: 'exit' });
    expect(denied?.overageMs).toBe((denied?.endedAtMs ?? 0) - (denied?.startedAtMs ?? 0));
    expect(denied?.overageMs).toBeGreaterThan(0);
    expect(claimed).toMatchObject({ endedAtMs: null });
    expect(claimed?.grantedMs).toBeGreaterThan(0);
  });

  it('[L40] the application that runs on without a seat claims the offer by itself', async () => {
    onTestFailed(() => console.log(team.logs()));
    const { first, second } = team;
    await onePlaceFor('mousepad');
    const firstApplication = await first.startApplication('mousepad');
    await sees(first, 'mousepad', 'held');
    await second.startApplication('mousepad');
    const overage = await sees(second, 'mousepad', 'overage');
    expect(await second.face.command('queue', { productId: 'mousepad' })).toMatchObject({ ok: true });
    await endApplication(firstApplication);
    const held = await sees(second, 'mousepad', 'held');
    expect(held.sessionId).toBe(overage.sessionId);
    await expectHolder(second, 'mousepad');
    expect(second.face.state.mine).toMatchObject({ offers: [] });
    const [use] = await usageOf(second, 'mousepad');
    expect(use?.overageMs).toBeGreaterThan(0);
    expect(use?.grantedMs).toBeGreaterThan(0);
    expect(use?.grants).toHaveLength(1);
  });

  it('[L8] [E24] usher wait waits for the seat, holds it while the command runs, and gives it back', async () => {
    onTestFailed(() => console.log(team.logs()));
    const { first, second } = team;
    await onePlaceFor('xournalpp');
    const application = await first.startApplication('xournalpp');
    await sees(first, 'xournalpp', 'held');
    const [runs, go] = ['runs', 'go'].map((name) => join(second.person.dataDir, name));
    const script = `touch "${runs}"; while [ ! -e "${go}" ]; do sleep 0.05; done; exit 7`;
    const waiting = await second.wait('xournalpp', ['sh', '-c', script]);
    await eventually('the ticket of the wait', () => second.face.state.mine.tickets.length > 0);
    expect(existsSync(String(runs))).toBe(false);
    await endApplication(application);
    await eventually('the command runs', () => existsSync(String(runs)));
    const session = await sees(second, 'xournalpp', 'held');
    expect(session.origin).toBe('hold');
    await expectHolder(second, 'xournalpp');
    writeFileSync(String(go), '');
    await exitOf(waiting);
    expect(waiting.exitCode).toBe(7);
    await eventually('the seat is free again', async () => {
      const { view } = await team.rest.pool('xournalpp-pool');
      return view.seats.state === 'known' && view.seats.free === 1 && view.queue.length === 0;
    });
  });

  it('[E19] an agent host that was killed finds the running application again, with its session and its seat', async () => {
    onTestFailed(() => console.log(team.logs()));
    const { first } = team;
    await onePlaceFor('dia');
    await first.startApplication('dia');
    const before = await sees(first, 'dia', 'held');
    const [lease] = (await team.rest.leases()).filter(({ productId }) => productId === 'dia');
    for (const end of ['kill', 'stop'] as const) {
      await first[end]();
      await first.start();
      await first.online();
      const after = await sees(first, 'dia', 'held');
      expect(after).toMatchObject({ sessionId: before.sessionId, startedAtMs: before.startedAtMs });
    }
    const leases = (await team.rest.leases()).filter(({ productId }) => productId === 'dia');
    expect(leases).toEqual([lease]);
    expect(await usageOf(first, 'dia')).toMatchObject([{ sessionId: before.sessionId, endedAtMs: null }]);
  });

  it('[E21] an application that ended while the agent host was dead gives its seat up when the host is back', async () => {
    onTestFailed(() => console.log(team.logs()));
    const { first } = team;
    await onePlaceFor('gnumeric');
    const application = await first.startApplication('gnumeric');
    await sees(first, 'gnumeric', 'held');
    await first.kill();
    await endApplication(application);
    await first.start();
    await first.online();
    await eventually('the seat is free again', async () => {
      const { view } = await team.rest.pool('gnumeric-pool');
      return view.seats.state === 'known' && view.seats.free === 1;
    });
    expect(await usageOf(first, 'gnumeric')).toMatchObject([{ endReason: 'unseen' }]);
  });

  it('[L84] a server that was killed knows holder and queue when it is back, and serves the queue', async () => {
    onTestFailed(() => console.log(team.logs()));
    const { first, second, server } = team;
    await onePlaceFor('inkscape');
    const application = await first.startApplication('inkscape');
    await sees(first, 'inkscape', 'held');
    await second.startApplication('inkscape');
    await sees(second, 'inkscape', 'overage');
    expect(await second.face.command('queue', { productId: 'inkscape' })).toMatchObject({ ok: true });
    const seats = async () => {
      const { view } = await team.rest.pool('inkscape-pool');
      const holders = view.holders.map(({ leaseId, sessionId, seat }) => ({ leaseId, sessionId, seat }));
      return { holders, queue: view.queue.map(({ ticketId, place }) => ({ ticketId, place })) };
    };
    const before = await seats();
    expect(before.queue).toHaveLength(1);
    for (const end of ['kill', 'stop'] as const) {
      await server[end]();
      await eventually('the panel says that there is no contact', () =>
        ['offline', 'connecting'].includes(second.face.state.connection.state),
      );
      // Still recorded, to be told later.
      await server.start();
      await Promise.all([first.online(), second.online()]);
      expect(await seats()).toEqual(before);
    }
    await endApplication(application);
    await sees(second, 'inkscape', 'held');
    await expectHolder(second, 'inkscape');
  });
});
