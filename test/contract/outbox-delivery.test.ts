/** From the outbox to the server, on a fake clock: order, replays, days without contact, a server put back in time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentCores, kindsOf } from '../support/agent-cores.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { PaperServer } from '../support/paper-server.ts';

let cores: AgentCores;
beforeEach(() => {
  cores = new AgentCores();
});
afterEach(() => {
  for (const timers of cores.leave()) expect(timers).toBe(0);
});

const DAY = 86_400_000;

/** Long stretches pass mostly asleep: the wall clock goes on, the timers of a minute run. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  clock.sleep(ms - 60_000);
  await clock.advanceAsync(60_000);
}

describe('delivery', () => {
  it('[E29] sends facts in order as they come and forgets them when they are acknowledged', async () => {
    const { server, core } = await cores.online();

    core.appear(1);
    await core.settle();
    core.vanish(1);
    await core.settle();

    expect(kindsOf(server)).toEqual(['session-started', 'interval', 'interval', 'session-ended']);
    expect(core.outbox.waiting).toBe(0);
    expect(core.state?.state).toBe('online');
  });

  it('[E29] sends what was not acknowledged again, and the server counts it once', async () => {
    const { server, core } = await cores.online();
    server.acknowledges = false;
    core.appear(1);
    await core.settle();
    expect(core.outbox.waiting).toBe(2);

    server.cut();
    server.acknowledges = true;
    await core.clock.advanceAsync(31_000);

    expect(core.outbox.waiting).toBe(0);
    expect(kindsOf(server)).toEqual(['session-started', 'interval']);
  });

  it('[E29] asks on a fresh connection when a server answers pings but never acknowledges', async () => {
    const { server, core } = await cores.online();
    server.acknowledges = false;
    core.appear(1);
    await core.clock.advanceAsync(59_000);
    expect(server.hellos).toHaveLength(1);

    server.acknowledges = true;
    await core.clock.advanceAsync(40_000);

    expect(server.hellos.length).toBeGreaterThan(1);
    expect(core.outbox.waiting).toBe(0);
  });

  it('[E30] keeps nine days of work without a server and delivers them whole, across restarts of the agent', async () => {
    const server = new PaperServer();
    server.isReachable = false;
    const clock = new FakeClock();
    let core = cores.add(server, { clock });
    await core.start();
    for (let day = 0; day < 9; day++) {
      for (let use = 0; use < 10; use++) {
        core.appear(day * 100 + use);
        await pass(clock, 3_600_000);
        core.vanish(day * 100 + use);
      }
      await pass(clock, DAY - 36_000_000);
      cores.replace(core);
      core = cores.add(server, { clock, dir: core.dir });
      await core.start();
    }
    expect(core.outbox.waiting).toBe(360);

    server.isReachable = true;
    await clock.advanceAsync(31_000);

    expect(core.outbox.waiting).toBe(0);
    const started = server.facts.flatMap((fact) => (fact.kind === 'session-started' ? [fact.sessionId] : []));
    const ended = server.facts.flatMap((fact) => (fact.kind === 'session-ended' ? [fact.sessionId] : []));
    expect(new Set(started).size).toBe(90);
    expect(ended).toEqual(started);
  });

  it('[E31] comes back from a month without a server with a bounded outbox that still accounts for every fact', async () => {
    const server = new PaperServer();
    server.isReachable = false;
    const core = cores.add(server, { limits: { maximumFacts: 200, maximumBytes: 10_000_000 } });
    await core.start([7]);
    let made = 2;
    for (let step = 0; step < 1_000; step++) {
      core.clock.sleep(DAY / 36);
      await core.clock.advanceAsync(1_000);
      core.keeper.take({ kind: step % 2 === 0 ? 'locked' : 'unlocked', atMs: core.clock.wallMs() });
      made += 2;
    }
    const corrections = core.outbox.waiting;

    server.isReachable = true;
    await core.clock.advanceAsync(61_000);

    expect(corrections).toBeLessThanOrEqual(200);
    expect(core.outbox.waiting).toBe(0);
    const counted = server.facts.reduce(
      (sum, fact) => sum + (fact.kind === 'summarized' ? fact.facts : 1),
      0,
    );
    expect(counted).toBeGreaterThanOrEqual(made);
    expect(server.facts[0]?.kind).toBe('session-started');
    expect(server.facts.at(-1)).toMatchObject({ kind: 'interval', toMs: null });
  });

  it('[E33] tells open sessions again to a server that was put back from a backup', async () => {
    const { server, core } = await cores.online();
    core.appear(1);
    core.appear(2);
    await core.settle();
    core.vanish(1);
    await core.settle();
    const [before] = server.hellos;

    server.outboxes.clear();
    server.cut();
    await core.clock.advanceAsync(40_000);

    expect(core.outbox.outboxId).not.toBe(before?.outboxId);
    expect(core.state?.state).toBe('online');
    expect(server.facts).toMatchObject([{ kind: 'session-started' }, { kind: 'interval', toMs: null }]);
    expect(core.outbox.waiting).toBe(0);
  });

  it('[E19] says in hello which sessions are open, also those it has not seen again yet', async () => {
    const server = new PaperServer();
    const clock = new FakeClock();
    const first = cores.add(server, { clock });
    await first.start([5]);
    cores.replace(first);

    const second = cores.add(server, { clock, dir: first.dir });
    await second.start([5]);

    expect(server.hellos[1]?.openSessionIds).toEqual(first.keeper.openSessionIds);
    expect(server.hellos[1]?.openSessionIds).toHaveLength(1);
    expect(server.facts.filter(({ kind }) => kind === 'session-started')).toHaveLength(1);
  });
});
