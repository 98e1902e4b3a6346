/** What is between several servers fails: the network from one to the other, and the database under all of them. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { startPostgres } from '../support/a-postgres.ts';
import { startCuttableProxy } from '../support/cuttable-proxy.ts';
import { ended } from '../support/facts.ts';
import { eventually } from '../support/house.ts';
import type {} from '../support/postgres-setup.ts';
import { type FleetServer, ServerFleet } from '../support/server-fleet.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe('the network between servers', () => {
  it('[L104, L106, L114] cut: a follower still sees what happens, says it is not ready, and what it was told waits', async () => {
    const fleet = await ServerFleet.open(inject('postgresUrl'));
    cleanups.push(() => fleet.stop());
    const proxies = [await startCuttableProxy(), await startCuttableProxy()];
    for (const proxy of proxies) cleanups.push(() => proxy.close());
    const [owner, follower] = await Promise.all(
      proxies.map(async (proxy, index) => {
        if (index > 0) await eventually('the first owns', async () => fleet.servers.length > 0);
        const server = await fleet.start(`s${index}`, ['--instance-url', proxy.url]);
        proxy.setTarget(server.url);
        return server;
      }),
    );
    if (!owner || !follower) throw new Error('two servers');
    await eventually('one owns', async () => (await fleet.readiness(owner)).role === 'owner');
    await eventually('one follows', async () => (await fleet.readiness(follower)).role === 'follower');
    await fleet.rest(owner).createPool('cad', { capacity: 2 }, ['freecad']);
    const near = await fleet.agent(owner, 'near');
    const far = await fleet.agent(follower, 'far');
    await far.start('s-first');

    for (const proxy of proxies) proxy.cut();
    await eventually('it is not ready', async () => (await fleet.readiness(follower)).status === 503);
    await near.start('s-near');
    await eventually('it is seen all the same', async () =>
      (await fleet.rest(follower).pool('cad')).view.holders.some(({ userName }) => userName === 'near'),
    );
    let isTold = false;
    const told = far.start('s-far').then(() => {
      isTold = true;
    });
    await near.tell(ended('s-near'));
    expect(isTold).toBe(false);

    for (const proxy of proxies) proxy.restore();
    await told;
    await eventually('it is ready', async () => (await fleet.readiness(follower)).role === 'follower');
    await eventually('it has its seat', () => far.seatOf('s-far') === 'held');
    expect(far.connections).toBe(1);
    expect((await fleet.audit()).violations).toEqual([]);
    expect(await fleet.lostFacts()).toEqual([]);
  });
});

describe('the database under several servers', () => {
  it.each(['fast', 'immediate'] as const)(
    '[L100, L106] is halted (%s) and started again: one owns, one follows, nothing acknowledged is lost',
    async (how) => {
      const cluster = await startPostgres();
      cleanups.push(() => cluster.stop());
      const fleet = await ServerFleet.open(cluster.urlOf('postgres'));
      cleanups.push(() => fleet.stop());
      const servers: FleetServer[] = [await fleet.start('one'), await fleet.start('two')];
      const [one, two] = servers;
      if (!one || !two) throw new Error('two servers');
      await fleet.rest(one).createPool('cad', { capacity: 2 }, ['freecad']);
      const agents = [await fleet.agent(one), await fleet.agent(two), await fleet.agent(two)];
      for (const agent of agents) await agent.start(`s-${agent.name}`);
      await agents[2]?.queue();
      let isOver = false;
      let told = 0;
      const busy = agents.slice(0, 2).map(async (agent, index) => {
        while (!isOver) {
          const sessionId = `busy-${index}-${++told}`;
          await agent.start(sessionId);
          await agent.tell(ended(sessionId));
        }
      });
      await eventually('the load runs', () => told > 10);

      await cluster.halt(how);
      await new Promise((resolve) => setTimeout(resolve, 4_000)); // longer than a lease: nobody can renew it
      await cluster.start();

      const toldThen = told;
      await eventually('facts are carried out again', () => told > toldThen + 4, 30_000);
      isOver = true;
      await Promise.all(busy);
      await eventually('one owns and one follows', async () => {
        const roles = await Promise.all(servers.map(async (server) => (await fleet.readiness(server)).role));
        return roles.sort().join() === 'follower,owner';
      });
      await eventually('the place is as it was', () => agents[2]?.place === 1);
      expect((await fleet.audit()).violations).toEqual([]);
      expect(await fleet.lostFacts()).toEqual([]);
    },
  );
});
